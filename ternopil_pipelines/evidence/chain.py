"""Is the ledger's chain whole: every entry's hash, its link to the one before, and the bytes of the file around them.

Every problem is one English line that names the entry. Nothing is mended here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import DBAPIError

from ternopil_pipelines.evidence.entry import FIRST, Entry
from ternopil_pipelines.evidence.ledger_schema import ENTRIES, SQLITE_SCHEMA
from ternopil_pipelines.evidence.manifest import canonical
from ternopil_pipelines.evidence.sqlite_file import audit


def verify_chain(
    connection: Connection | None, file: Path | None, digests: Sequence[Mapping[str, Any]] = ()
) -> list[str]:
    """A line for each entry that is not what was written, then what the file itself shows. `connection`: None where
    nothing was ever appended; `file`: SQLite's."""
    problems: list[str] = []
    hashes = {0: FIRST}
    with _standing_still(connection):
        file_problems = _file(connection, file)
        rows = _every_row(connection)
    previous, expected = FIRST, 1
    for row in rows:
        name = f"ledger entry {row['sequence']}"
        if row["sequence"] != expected:
            problems.append(f"{name}: entry {expected} was expected here, one or more are missing")
        wrong = _row_problem(row)
        if wrong:
            problems.append(f"{name}: {wrong}")
        if row["previous_hash"] != previous:
            problems.append(f"{name}: does not continue the entry before it")
        previous, expected = str(row["hash"]), int(row["sequence"]) + 1
        hashes[row["sequence"]] = previous
    for each in digests:
        if hashes.get(int(each["sequence"])) != each["hash"]:
            problems.append(f"ledger entry {each['sequence']}: not the one of the digest of {each['day']}")
    return problems + file_problems


@contextmanager
def _standing_still(connection: Connection | None) -> Iterator[None]:
    """Appenders wait while file and rows are read: half of one and half of the other would look altered."""
    if connection is None:
        yield
        return
    connection.exec_driver_sql("BEGIN")
    try:
        yield
    finally:
        with suppress(DBAPIError):
            connection.exec_driver_sql("ROLLBACK")


def _file(connection: Connection | None, file: Path | None) -> list[str]:
    """Through SQLite itself: a file opened and closed beside it would drop the locks this process holds on it."""
    if connection is None or connection.dialect.name != "sqlite":
        return []
    if connection.exec_driver_sql("PRAGMA page_count").scalar_one() == 0:
        return []  # what a process leaves that died before the first entry
    raw: Any = connection.connection.dbapi_connection
    data = raw.serialize()
    problems = audit(data, SQLITE_SCHEMA)
    if file and file.stat().st_size != len(data):
        problems.append("it is not as long as its pages")
    return [f"ledger file: {problem}" for problem in problems]


def _every_row(connection: Connection | None) -> list[dict[str, Any]]:
    if connection is None or not inspect(connection).has_table(ENTRIES.name):
        return []
    return [dict(row) for row in connection.execute(select(ENTRIES).order_by(ENTRIES.c.sequence)).mappings()]


def _row_problem(row: Mapping[str, Any]) -> str | None:
    texts = ("at", "who", "what", "body", "previous_hash", "hash")
    optional = ("dataset", "edition")
    if not all(isinstance(row[each], str) for each in texts):
        return "not the kind of values that were written"
    if not all(row[each] is None or isinstance(row[each], str) for each in optional):
        return "not the kind of values that were written"
    try:
        body = json.loads(row["body"])
        if canonical(body) != row["body"]:
            return "its body is not what was written"
        entry = Entry(**{**row, "body": body})
        return None if entry.recomputed() == entry.hash else "not what was written, its hash does not fit"
    except (ValueError, TypeError):
        return "its body is not what was written"
