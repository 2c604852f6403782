"""Engines for departments' databases: each opened as narrowly as its kind allows.

Read-only, one snapshot, time limits on connecting, waiting and running. Which errors mean what is `database_faults`'.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

CONNECT_SECONDS = 15
_READ_ONLY = ("SET SESSION TRANSACTION READ ONLY", "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
_FIRST = {
    "mysql": _READ_ONLY,
    "mariadb": _READ_ONLY,
    "oracle": ("SET TRANSACTION READ ONLY",),
    "mssql": ("SET LOCK_TIMEOUT 30000",),
}


def engine_of(address: URL, statement_timeout: int, timezone: str) -> sa.Engine:
    kind = address.get_backend_name()
    if kind == "postgresql":
        options = {
            "default_transaction_read_only": "on",
            "statement_timeout": f"{statement_timeout}s",
            "lock_timeout": "30s",
            "idle_in_transaction_session_timeout": "10min",
            "datestyle": "ISO",
            "timezone": timezone,
            "extra_float_digits": "1",
            "bytea_output": "hex",
        }
        arguments = {
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
            "connect_timeout": CONNECT_SECONDS,
            "client_encoding": "utf8",
            "application_name": "ternopil_pipelines",
        }
        # SQLAlchemy 2.1 would choose psycopg 3, whose COPY has another interface.
        address = address.set(drivername="postgresql+psycopg2")
        return sa.create_engine(
            address, poolclass=NullPool, connect_args=arguments, isolation_level="REPEATABLE READ", hide_parameters=True
        )
    if kind == "sqlite":
        return _sqlite(address, statement_timeout)
    engine = sa.create_engine(address, poolclass=NullPool, hide_parameters=True)
    sa.event.listen(engine, "connect", lambda raw, _: _prepared(raw, kind, engine, statement_timeout))
    return engine


def _prepared(raw: Any, kind: str, engine: sa.Engine, statement_timeout: int) -> None:
    """What each of the others offers of read-only, one snapshot and a time limit; MS SQL offers none of them to a
    session, so there the account's rights are the only guard."""
    if kind == "oracle":
        raw.call_timeout = statement_timeout * 1000
    for statement in _FIRST.get(kind, ()):
        with raw.cursor() as cursor:
            cursor.execute(statement)
    if kind in {"mysql", "mariadb"}:
        limit = (
            f"SET SESSION max_statement_time = {statement_timeout}"
            if engine.dialect.is_mariadb  # type: ignore[attr-defined]
            else f"SET SESSION max_execution_time = {statement_timeout * 1000}"
        )
        with raw.cursor() as cursor:
            cursor.execute(limit)


def _sqlite(address: URL, statement_timeout: int) -> sa.Engine:
    """Opened read-only by the file's own mode; sqlite3 has no statement timeout, so a watch interrupts it."""
    import sqlite3
    import time

    path = Path(address.database or "").absolute()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30, check_same_thread=False)
        until = time.monotonic() + statement_timeout
        connection.set_progress_handler(lambda: 1 if time.monotonic() > until else 0, 100_000)
        connection.execute("PRAGMA query_only = ON")
        return connection

    return sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
