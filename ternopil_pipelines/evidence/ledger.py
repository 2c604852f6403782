"""The ledger: who did what, when, to which edition; every entry holds the hash of the one before.

Append-only: the database itself refuses changes where it can, and a changed, missing or exchanged entry breaks the
chain for everyone who recomputes it. Bodies hold hashes, counts, codes and words of people, never a cell's value.
The chain is checked in `chain`; what entries mean stands in `decisions` and `journal`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ternopil_pipelines.evidence.chain import verify_chain
from ternopil_pipelines.evidence.entry import FIRST, JSON, Entry
from ternopil_pipelines.evidence.ledger_schema import ADVISORY_KEY, ENTRIES, create_tables
from ternopil_pipelines.evidence.manifest import canonical
from ternopil_pipelines.faults import EvidenceBroken, PermanentFault, TransientFault

# Words of SQLite's error names and of PostgreSQL's messages.
_LOCKED = ("locked", "busy", "timeout", "connect", "connection", "terminat", "server closed", "starting up")
_CLOSED = (
    "ioerr",
    "cantopen",
    "readonly",
    "sqlite_perm",
    "sqlite_auth",
    "authentication",
    "permission",
    "does not exist",
)


def _now() -> datetime:
    return datetime.now(UTC)


__all__ = ["FIRST", "JSON", "Entry", "Ledger"]


class Ledger:
    """`url`: SQLAlchemy's, SQLite or PostgreSQL; `code_version`: of the program that appends, in every entry's body as
    `entered_with`. Connects only while it reads or appends; safe with many processes."""

    def __init__(self, url: str, *, code_version: str | None = None, clock: Callable[[], datetime] = _now) -> None:
        try:
            self._url = make_url(url)
        except (ArgumentError, ValueError):  # a port that is no number is quoted, be it the tail of a password
            raise PermanentFault("the ledger's address is no SQLAlchemy URL") from None
        if self._url.drivername in {"postgresql", "postgres"}:
            self._url = self._url.set(drivername="postgresql+psycopg2")  # SQLAlchemy 2.1 would take psycopg 3
        self._told = {"entered_with": code_version} if code_version else {}
        self._clock = clock
        self._made: Engine | None = None

    def append(
        self,
        what: str,
        *,
        who: str,
        dataset: str | None = None,
        edition: str | None = None,
        provided: Callable[[Callable[..., list[Entry]]], None] | None = None,
        **body: JSON,
    ) -> Entry:
        """Enter it at the end of the chain, whoever else is appending at this moment. `provided` is called with a
        reader of entries while nobody else can append; what it raises keeps the entry out."""
        said = json.loads(canonical({**body, **self._told}))
        with self._faults("appending to"):
            self._make_folder()
            with self._engine.connect() as connection, self._writing(connection):
                if provided is not None:
                    provided(lambda **which: self._rows(connection, **which))
                last = self._rows(connection, last=1)
                entry = Entry(
                    sequence=last[0].sequence + 1 if last else 1,
                    at=self._clock().astimezone(UTC).isoformat(timespec="microseconds"),
                    who=who,
                    what=what,
                    dataset=dataset,
                    edition=edition,
                    body=said,
                    previous_hash=last[0].hash if last else FIRST,
                    hash="",
                )
                row = {name: getattr(entry, name) for name in Entry.__slots__}
                row |= {"body": canonical(said), "hash": entry.recomputed()}
                connection.execute(insert(ENTRIES).values(**row))
        return Entry(**{**row, "body": said})

    def entries(self, dataset: str | None = None, what: str | None = None) -> tuple[Entry, ...]:
        """Oldest first."""
        return tuple(self._read(dataset=dataset, what=(what,) if what else ()))

    def last(self, dataset: str | None = None, *what: str, edition: str | None = None) -> Entry | None:
        """The newest entry of these kinds."""
        found = self._read(dataset=dataset, what=what, edition=edition, last=1)
        return found[0] if found else None

    def verify(self, digests: Sequence[Mapping[str, JSON]] = ()) -> list[str]:
        """Recomputes the chain; a line for each entry that is not what was written. `digests`, given out earlier by
        `digest`, also show whether the end of the ledger was cut off."""
        try:
            with self.reading() as connection:
                return verify_chain(connection, self.file, digests)
        except TransientFault:
            raise
        except PermanentFault as error:
            return [f"ledger: {error}"]

    def digest(self, day: date) -> dict[str, JSON]:
        """Last sequence and hash at the end of `day` (UTC): published or mailed, it fixes all before it."""
        end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        past = [each for each in self._read() if datetime.fromisoformat(each.at) < end]
        sequence, hashed = (past[-1].sequence, past[-1].hash) if past else (0, FIRST)
        return {"day": day.isoformat(), "sequence": sequence, "hash": hashed}

    @property
    def file(self) -> Path | None:
        """The SQLite file, None for a server or memory."""
        name = self._url.database
        return Path(name) if self._url.get_backend_name() == "sqlite" and name and name != ":memory:" else None

    def __repr__(self) -> str:
        return f"Ledger({self._url.set(query={}).render_as_string(hide_password=True)})"

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """A connection to what there is of a ledger, None where nothing was ever appended."""
        with self._faults("reading"):
            if self.file and not self.file.exists():
                yield None
                return
            with self._engine.connect() as connection:
                yield connection

    @property
    def _engine(self) -> Engine:
        if self._made is None:
            options = {"timeout": 60} if self._url.get_backend_name() == "sqlite" else {"connect_timeout": 15}
            self._made = create_engine(
                self._url, poolclass=NullPool, connect_args=options, isolation_level="AUTOCOMMIT"
            )
        return self._made

    @contextmanager
    def _writing(self, connection: Connection) -> Iterator[None]:
        """One transaction that no other appender can be in: the chain has one end."""
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_KEY})")
        try:
            create_tables(connection)
            yield
        except BaseException:
            with suppress(DBAPIError):  # a full disk makes SQLite roll back by itself
                connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")

    def _read(
        self, *, dataset: str | None = None, what: Sequence[str] = (), edition: str | None = None, last: int = 0
    ) -> list[Entry]:
        with self.reading() as connection:
            if connection is None or not inspect(connection).has_table(ENTRIES.name):
                return []
            return self._rows(connection, dataset=dataset, what=what, edition=edition, last=last)

    def _rows(
        self,
        connection: Connection,
        *,
        dataset: str | None = None,
        what: Sequence[str] = (),
        edition: str | None = None,
        last: int = 0,
    ) -> list[Entry]:
        query = select(ENTRIES)
        if dataset is not None:
            query = query.where(ENTRIES.c.dataset == dataset)
        if edition is not None:
            query = query.where(ENTRIES.c.edition == edition)
        if what:
            query = query.where(ENTRIES.c.what.in_(what))
        order = ENTRIES.c.sequence.desc() if last else ENTRIES.c.sequence
        query = query.order_by(order)
        if last:
            query = query.limit(last)
        return [self._entry(dict(row)) for row in connection.execute(query).mappings()]

    @staticmethod
    def _entry(row: dict[str, Any]) -> Entry:
        try:
            return Entry(**{**row, "body": json.loads(row["body"])})
        except (ValueError, TypeError) as error:
            raise EvidenceBroken(f"entry {row.get('sequence')} of the ledger is not what was written") from error

    @contextmanager
    def _faults(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            reason = f"{getattr(error.orig, 'sqlite_errorname', '')} {error.orig}".lower()
            if "full" in reason or "no space" in reason:
                raise PermanentFault(f"no space left while {doing} {self!r}; nothing was entered") from error
            if any(word in reason for word in _CLOSED):
                raise PermanentFault(f"the ledger refuses {doing} {self!r}") from error
            if any(word in reason for word in _LOCKED):
                raise TransientFault(f"the ledger does not answer while {doing} {self!r}") from error
            raise EvidenceBroken(f"{self!r} is damaged or altered") from error
        except (DBAPIError, sqlite3.DatabaseError, UnicodeDecodeError) as error:
            # SQLite quotes a damaged schema in its message, which then is no UTF-8 either.
            raise EvidenceBroken(f"{self!r} is damaged or altered") from error
        except SQLAlchemyError as error:
            raise PermanentFault(f"the ledger cannot be used while {doing} {self!r}: {type(error).__name__}") from error
        except OSError as error:
            raise PermanentFault(f"no folder for {self!r}: {error.strerror}") from error

    def _make_folder(self) -> None:
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
