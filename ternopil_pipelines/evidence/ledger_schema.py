"""The ledger's one table, and the triggers by which the database itself refuses to change it.

A trigger can be dropped by whoever owns the database; the chain of hashes cannot be mended unnoticed. The triggers
are against mistakes, the chain against intent.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, Text, inspect

# The sequence is SQLite's own row number and there is no further index: every byte of the file is then an entry's.
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

_SQLITE = tuple(
    f"CREATE TRIGGER ledger_entries_no_{verb.lower()} BEFORE {verb} ON ledger_entries "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for verb in ("UPDATE", "DELETE")
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
    if inspect(connection).has_table(ENTRIES.name):
        return
    ENTRIES.create(connection)
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)
