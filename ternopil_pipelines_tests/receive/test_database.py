"""A department's database read exactly, read only, and its refusals named without its secrets."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from ternopil_pipelines.catalogue.model import DatabaseSource
from ternopil_pipelines.faults import SourceDenied, SourceUnreachable
from ternopil_pipelines.receive.database import database_change_mark, receive_database
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines.receive.sql_text import one_reading_statement
from ternopil_pipelines_tests.receive.making import codes, rows_of


def source(query: str, changed: str | None = None) -> DatabaseSource:
    return DatabaseSource(kind="database", database="works", query=query, changed=changed)


def received(url: str, query: str) -> Receipt:
    return receive_database(url, source(query), statement_timeout=2)


@pytest.fixture(scope="module")
def works(postgres: str) -> str:
    """A database with one table, changed by its owner only."""
    engine = sa.create_engine(sa.make_url(postgres).set(drivername="postgresql+psycopg2"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE works (id integer PRIMARY KEY, title text, cost numeric(12,2))")
        connection.exec_driver_sql("INSERT INTO works VALUES (1, 'Ремонт', 1250.10), (2, E'а\\nб \"в\", г', NULL)")
        connection.exec_driver_sql("CREATE ROLE reader LOGIN PASSWORD 'very-secret'")
    engine.dispose()
    return postgres


def test_every_type_comes_as_its_exact_text(postgres: str) -> None:
    query = """SELECT 1250.10::numeric(10,2) AS cost, true AS yes, false AS no, '2020-01-02'::date AS day,
        '2020-01-02 03:04:05'::timestamp AS moment, '2020-07-02 03:04:05+00'::timestamptz AS zoned,
        1e-7::float8 AS small, 1e20::float8 AS large, 9007199254740993::bigint AS big, '007'::text AS code,
        NULL::text AS nothing, ''::text AS empty, '03:04'::time AS clock, 'а''б' AS "стовпець з назвою" """
    receipt = received(postgres, query)
    assert dict(zip(receipt.text.columns, rows_of(receipt)[0], strict=True)) == {
        "cost": "1250.10",
        "yes": "true",
        "no": "false",
        "day": "2020-01-02",
        "moment": "2020-01-02T03:04:05",
        "zoned": "2020-07-02T06:04:05",
        "small": "0.0000001",
        "large": "100000000000000000000",
        "big": "9007199254740993",
        "code": "007",
        "nothing": None,
        "empty": None,
        "clock": "03:04:00",
        "стовпець з назвою": "а'б",
    }


def test_rows_keep_their_order_and_their_hash(works: str) -> None:
    receipt = received(works, "SELECT * FROM works ORDER BY id; -- усі\n")
    assert rows_of(receipt) == [["1", "Ремонт", "1250.10"], ["2", 'а\nб "в", г', None]]
    assert receipt.rows.tolist() == [1, 2]
    assert receipt.content is None
    assert receipt.sha256 == received(works, "SELECT * FROM works ORDER BY id").sha256
    assert receipt.sha256 != received(works, "SELECT * FROM works ORDER BY id DESC").sha256


def test_a_query_without_rows_still_has_its_columns(works: str) -> None:
    receipt = received(works, "SELECT id, title FROM works WHERE false")
    assert (list(receipt.text.columns), len(receipt.text)) == (["id", "title"], 0)


def test_the_change_mark_is_the_value_of_the_declared_query(works: str) -> None:
    watched = source("SELECT 1", changed="SELECT max(id), count(*) FROM works WHERE title LIKE '%'")
    assert database_change_mark(works, watched, statement_timeout=2) == "2|2"
    assert receive_database(works, watched, statement_timeout=2).changed == "2|2"
    assert database_change_mark(works, source("SELECT 1"), statement_timeout=2) is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * FROM gone", '"gone" does not exist'),
        ("SELECT gone FROM works", '"gone" does not exist'),
        ("SELECT 1 FROM", "42601"),
        ("INSERT INTO works VALUES (3)", "one SELECT"),
        ("SELECT 1; DELETE FROM works", "one SELECT"),
        ("SELECT 1; SET TRANSACTION READ WRITE", "one SELECT"),
        ("SELECT 1) TO STDOUT; DELETE FROM works; COPY (SELECT 1", "one SELECT"),
        ("WITH gone AS (DELETE FROM works RETURNING id) SELECT * FROM gone", "SQLSTATE"),
        ("SELECT set_config('transaction_read_only', 'off', false)", "25001"),
        ("SELECT nextval('pg_class_oid_seq')", "42P01"),
    ],
)
def test_what_the_source_refuses_is_named_and_nothing_is_written(works: str, query: str, words: str) -> None:
    with pytest.raises(SourceDenied, match=words.replace("(", r"\(")):
        received(works, query)
    assert rows_of(received(works, "SELECT count(*) FROM works")) == [["2"]]


def test_a_table_without_a_grant_is_denied_by_its_name(works: str) -> None:
    address = sa.make_url(works).set(username="reader", password="very-secret")
    with pytest.raises(SourceDenied, match="permission denied for table works") as denied:
        received(address.render_as_string(hide_password=False), "SELECT * FROM works")
    assert "very-secret" not in str(denied.value)


@pytest.fixture(scope="module")
def narrow(works: str) -> str:
    """The same database through a role with SELECT on one table of its own, and nothing else."""
    engine = sa.create_engine(sa.make_url(works).set(drivername="postgresql+psycopg2"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE open_works (id integer)")
        connection.exec_driver_sql("INSERT INTO open_works VALUES (1), (2)")
        connection.exec_driver_sql("CREATE SEQUENCE counter")
        connection.exec_driver_sql("CREATE ROLE narrow LOGIN PASSWORD 'very-secret'")
        connection.exec_driver_sql("GRANT SELECT ON open_works TO narrow")
        connection.exec_driver_sql(
            "CREATE FUNCTION add_work() RETURNS integer LANGUAGE sql"
            " AS 'INSERT INTO open_works VALUES (3) RETURNING id'"
        )
    engine.dispose()
    return sa.make_url(works).set(username="narrow", password="very-secret").render_as_string(hide_password=False)


WRITES = [
    "INSERT INTO open_works VALUES (3)",
    "DELETE FROM open_works",
    "SELECT 1; UPDATE open_works SET id = 9",
    "SELECT 1; SET TRANSACTION READ WRITE; DELETE FROM open_works",
    "SELECT 1) TO STDOUT; DELETE FROM open_works; COPY (SELECT 1",
    "WITH gone AS (DELETE FROM open_works RETURNING id) SELECT * FROM gone",
    "WITH made AS (INSERT INTO open_works VALUES (3) RETURNING id) SELECT * FROM made",
    "SELECT set_config('transaction_read_only', 'off', false), add_work()",
    "SELECT add_work()",
    "SELECT nextval('counter'), lo_create(0)",
    "SELECT id INTO copied FROM open_works",
    "SELECT * FROM open_works FOR UPDATE",
]


@pytest.mark.parametrize("query", WRITES)
@pytest.mark.parametrize("role", ["narrow", "owner"])
def test_no_query_writes_neither_by_a_narrow_role_nor_by_the_owner(
    works: str, narrow: str, role: str, query: str
) -> None:
    with pytest.raises(SourceDenied):
        received(narrow if role == "narrow" else works, query)
    assert rows_of(received(narrow, "SELECT id FROM open_works ORDER BY id")) == [["1"], ["2"]]


def test_a_role_that_may_write_is_noted_and_a_narrow_one_is_not(works: str, narrow: str) -> None:
    assert codes(received(narrow, "SELECT id FROM open_works")) == []
    assert codes(received(works, "SELECT id FROM works")) == ["role-may-write"]


def test_a_query_beyond_its_time_is_told_to_come_again(postgres: str) -> None:
    with pytest.raises(SourceUnreachable, match="time limit"):
        received(postgres, "SELECT pg_sleep(60)")


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("postgresql://user:very-secret@127.0.0.1:1/works", SourceUnreachable),
        ("postgresql://user:very-secret@no-such-host.invalid/works", SourceUnreachable),
        ("nonsense very-secret", SourceDenied),
        ("oracle://user:very-secret@host/works", SourceDenied),
    ],
)
def test_no_message_carries_the_password(url: str, fault: type[Exception]) -> None:
    with pytest.raises(fault) as raised:
        received(url, "SELECT 1")
    shown: BaseException | None = raised.value
    while shown is not None:
        assert "very-secret" not in str(shown)
        shown = None if shown.__suppress_context__ else shown.__context__


def test_a_missing_database_is_denied(postgres: str) -> None:
    with pytest.raises(SourceDenied):
        received(postgres.replace("/postgres?", "/nowhere?"), "SELECT 1")


@pytest.fixture
def register(tmp_path: Path) -> str:
    path = tmp_path / "реєстр.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE works (id, title, cost)")
        connection.executemany("INSERT INTO works VALUES (?, ?, ?)", [(1, "Ремонт", 1.5), (2, None, 1e-9), (3, "", 7)])
    connection.close()
    return f"sqlite:///{path}"


def test_sqlite_is_read_only_and_exact(register: str) -> None:
    rows = rows_of(received(register, "SELECT * FROM works"))
    assert rows == [["1", "Ремонт", "1.5"], ["2", None, "0.000000001"], ["3", None, "7"]]
    with pytest.raises(SourceDenied, match="no such table: gone"):
        received(register, "SELECT * FROM gone")
    with pytest.raises(SourceDenied, match="no such column: gone"):
        received(register, "SELECT gone FROM works")
    with pytest.raises(SourceDenied):
        received(register, "WITH a AS (SELECT 1) DELETE FROM works")
    with pytest.raises(SourceUnreachable):
        received("sqlite:////nowhere/register.db", "SELECT 1")


def test_a_sqlite_query_beyond_its_time_is_stopped(register: str) -> None:
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    with pytest.raises(SourceUnreachable, match="time limit"):
        receive_database(register, source(endless), statement_timeout=1)


@pytest.mark.parametrize(
    ("query", "single"),
    [
        ("SELECT ';' AS a;", True),
        ("SELECT 1 -- ; DROP\n", True),
        ("(SELECT 1) UNION (SELECT 2)", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("SELECT $tag$;$tag$", True),
        ("SELECT 1 /* ; */ ; ;", True),
        ("SELECT 1; SELECT 2", False),
        ("SELECT 'x'; SELECT 'y'", False),
        ("DROP TABLE a", False),
        ("SELECT 'open", False),
        ("SELECT 1)", False),
        ("", False),
    ],
)
def test_one_reading_statement_is_told_from_all_else(query: str, single: bool) -> None:
    assert (one_reading_statement(query) is not None) is single
