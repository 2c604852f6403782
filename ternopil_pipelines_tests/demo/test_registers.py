"""The departments' database in a real PostgreSQL, embedded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

import ternopil_pipelines
from ternopil_pipelines.demo.registers import fill_registers
from ternopil_pipelines_tests.postgres_fixture import running_postgres

SOURCES = Path(__file__).parents[2] / "sources.yaml"
COUNTS = {"property_objects": 5000, "land_leases": 900, "appeals": 20_000, "works": 420, "outages": 60}


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="module")
def reader(postgres: str) -> str:
    return fill_registers(postgres)


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


@pytest.mark.parametrize("table", COUNTS)
def test_a_register_has_its_rows_and_a_change_mark(reader: str, table: str) -> None:
    [(count, changed)] = ask(reader, f"SELECT count(*), max(updated_at) FROM {table}")
    assert count == COUNTS[table]
    assert changed is not None


def test_filling_twice_changes_nothing(postgres: str, reader: str) -> None:
    marks = "SELECT relname, pg_relation_filenode(oid) FROM pg_class WHERE relname IN ('appeals', 'works') ORDER BY 1"
    writes = "SELECT count(*), sum(hashtext(appeals::text)) FROM appeals"
    before = ask(reader, marks), ask(reader, writes)
    assert fill_registers(postgres) == reader
    assert (ask(reader, marks), ask(reader, writes)) == before


def test_the_reading_account_cannot_write(reader: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        ask(reader, "DELETE FROM outages")
    with pytest.raises(ProgrammingError, match="permission denied"):
        ask(reader, "CREATE TABLE mine (id int)")


def test_the_queries_of_sources_yaml_give_the_declared_columns(reader: str) -> None:
    structures = Path(ternopil_pipelines.__file__).parent / "catalogue" / "structures"
    seen = 0
    for dataset in yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["datasets"]:
        for table in dataset.get("tables", []):
            if table["source"]["kind"] != "database":
                continue
            if "structure" in table:
                fields = json.loads((structures / f"{table['structure']}.json").read_text(encoding="utf-8"))["fields"]
            else:
                fields = table["columns"]
            with create_engine(reader, poolclass=NullPool).connect() as connection:
                columns = list(connection.execute(text(table["source"]["query"])).keys())
                assert connection.scalar(text(table["source"]["changed"])) is not None
            assert columns == [field["name"] for field in fields], dataset["id"]
            seen += 1
    assert seen == 5
