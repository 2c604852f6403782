"""The departments' database: `city_registers` with five tables and an account that may only read.

Tables have the departments' own columns and an `updated_at`, by which a change is noticed. Filling is one transaction
and happens once: a second demo finds the tables and changes nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Date,
    DateTime,
    Double,
    Engine,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    create_engine,
    inspect,
    make_url,
    text,
)
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeEngine

from ternopil_pipelines.demo import digital, estate, housing
from ternopil_pipelines.demo.city import Row

DATABASE = "city_registers"
READER = "ternopil_reader"

_TYPES: dict[str, TypeEngine[Any]] = {
    "updated_at": DateTime(), "received_at": DateTime(), "starts_at": DateTime(), "ends_at": DateTime(),
    "registered_on": Date(), "valued_on": Date(), "signed_on": Date(), "starts_on": Date(), "ends_on": Date(),
    "area": Numeric(14, 4), "valuation": Numeric(16, 2), "yearly_rent": Numeric(16, 2), "rent_percent": Numeric(5, 2),
    "planned_cost": Numeric(16, 2), "actual_cost": Numeric(16, 2), "warranty_years": Numeric(4, 1),
    "lat": Double(), "lon": Double(), "readiness": Integer(),
}  # fmt: skip


def _registers(seed: int) -> dict[str, list[Row]]:
    """Each table's rows; the first column is its key."""
    return {
        "property_objects": estate.buildings(seed),
        "land_leases": estate.leases(seed),
        "appeals": digital.appeals(seed),
        "works": housing.works(seed),
        "outages": housing.outages(seed),
    }


def _table(name: str, row: Row, metadata: MetaData) -> Table:
    columns = [Column(each, _TYPES.get(each, Text()), primary_key=position == 0) for position, each in enumerate(row)]
    return Table(name, metadata, *columns)


def _engine(url: URL, *, autocommit: bool = False) -> Engine:
    # Every statement its own connection: the embedded server is stopped right after and must not wait for a pool.
    options = {"isolation_level": "AUTOCOMMIT"} if autocommit else {}
    return create_engine(url, poolclass=NullPool, **options)


def _create_database_and_role(connection: Connection) -> None:
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": READER}):
        connection.execute(text(f"CREATE ROLE {READER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"))
    if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": DATABASE}):
        connection.execute(text(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0"))


def _fill(connection: Connection, seed: int) -> None:
    if inspect(connection).has_table("outages"):  # all tables come in one transaction, so one speaks for all
        return
    metadata = MetaData()
    for name, rows in _registers(seed).items():
        table = _table(name, rows[0], metadata)
        table.create(connection)
        connection.execute(table.insert(), rows)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {READER}"))
    connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}"))


def fill_registers(postgres_url: str, *, seed: int = 835) -> str:
    """Takes the superuser's URL of a PostgreSQL which trusts its socket; returns the URL of the reading account."""
    admin = make_url(postgres_url).set(drivername="postgresql+psycopg2")
    with _engine(admin, autocommit=True).connect() as connection:
        _create_database_and_role(connection)
    with _engine(admin.set(database=DATABASE)).begin() as connection:
        _fill(connection, seed)
    reader = URL.create(
        admin.drivername, READER, host=admin.host, port=admin.port, database=DATABASE, query=admin.query
    )
    return reader.render_as_string(hide_password=False)
