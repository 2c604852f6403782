"""The ledger's one table, and the triggers by which the database itself refuses to change it.

A trigger can be dropped by whoever owns the database; the chain of hashes cannot be mended unnoticed. The triggers
are against mistakes, the chain against intent.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, Text, inspect

ENTRIES = Table(
    "ledger_entries",
    MetaData(),
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("dataset", Text),
    Column("edition", Text),
    Column("body", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
ADVISORY_KEY = 835_2015  # the resolution that asks for all this
_REFUSAL = "entries of the ledger are never changed or removed"

# Written out, for `sqlite_file` compares it for ever. The sequence is SQLite's own row number and there is no further
# index: every page of the file then belongs to entries.
_SQLITE_TABLE = (
    "CREATE TABLE ledger_entries (sequence INTEGER NOT NULL PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, "
    "what TEXT NOT NULL, dataset TEXT, edition TEXT, body TEXT NOT NULL, previous_hash TEXT NOT NULL, "
    "hash TEXT NOT NULL)"
)
_SQLITE_TRIGGERS = {
    (name := f"ledger_entries_no_{verb.lower()}"): f"CREATE TRIGGER {name} BEFORE {verb} ON ledger_entries "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for verb in ("UPDATE", "DELETE")
}
# The rows of sqlite_schema: kind, name, table, first page, statement.
SQLITE_SCHEMA: tuple[tuple[str | int, ...], ...] = (
    ("table", ENTRIES.name, ENTRIES.name, 2, _SQLITE_TABLE),
    *(("trigger", name, ENTRIES.name, 0, statement) for name, statement in _SQLITE_TRIGGERS.items()),
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION ledger_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    "CREATE TRIGGER ledger_entries_no_change BEFORE UPDATE OR DELETE ON ledger_entries "
    "FOR EACH ROW EXECUTE FUNCTION ledger_entries_refuse()",
    "CREATE TRIGGER ledger_entries_no_truncate BEFORE TRUNCATE ON ledger_entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_refuse()",
)


def create_tables(connection: Connection) -> None:
    """Inside the appender's transaction, so that two first appenders make one table."""
    made = inspect(connection).has_table(ENTRIES.name)
    if connection.dialect.name != "sqlite":
        if not made:
            ENTRIES.create(connection)
            for statement in _POSTGRESQL:
                connection.exec_driver_sql(statement)
        return
    if not made:
        for row in SQLITE_SCHEMA:
            connection.exec_driver_sql(str(row[-1]))
        _double(connection, "application_id", _number(connection, "PRAGMA schema_version"))
    # Whoever wrote last: SQLite notes its version in the header, we beside it, so that a changed byte of either shows.
    _double(connection, "user_version", sqlite3.sqlite_version_info)


def _number(connection: Connection, statement: str) -> int:
    return int(connection.exec_driver_sql(statement).scalar_one())


def _double(connection: Connection, field: str, value: int | tuple[int, ...]) -> None:
    if isinstance(value, tuple):
        value = value[0] * 1_000_000 + value[1] * 1_000 + value[2]
    if _number(connection, f"PRAGMA {field}") != value:
        connection.exec_driver_sql(f"PRAGMA {field} = {value}")
