"""Talking to the DataStore's own database: names and texts quoted, rows copied in, its errors as our faults.

Statements that any table may need; which tables there are and when one takes another's place is `shadow`'s.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.csv
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from ternopil_pipelines.faults import Fault, PortalRefused, PortalUnreachable
from ternopil_pipelines.portal.datastore import Rows

# A connection that the server refuses has no code, only words.
_NO_SUCH_LOGIN = re.compile(
    r"(?:role|database) \"[^\"]*\" does not exist|authentication failed|no pg_hba\.conf entry|not permitted to log in"
    r"|no password supplied"
)
# Readers wait for an exchange behind our lock; longer than this we let them pass and try another time.
LOCK_TIMEOUT = "5s"
# A publisher whose machine is cut off, or a portal whose workers all wait behind the exchange, loses it after this: the
# old table is read on, and the exchange is made once the files are there.
HELD_AT_MOST = "20s"
# Nobody waits behind us yet, so limits that the database has of its own do not count (the second is known to it from
# PostgreSQL 17 on); a machine that went away is noticed within a minute, by default after two hours.
WHILE_FILES_TRAVEL = (
    "SELECT set_config(name, value, true) FROM pg_settings JOIN (VALUES ('idle_in_transaction_session_timeout', '0'),"
    " ('transaction_timeout', '0'), ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'),"
    " ('tcp_keepalives_count', '3')) AS wanted (name, value) USING (name)"
)


# Seconds, but for the last. A database whose machine or network went away says nothing: without these, a statement that
# waits for it waits for ever (a sent one a quarter of an hour), and holds the dataset's claim as long.
_CONNECTING = {
    "connect_timeout": 15, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}  # fmt: skip


def engine_of(url: str) -> Engine:
    """Connections that are the caller's to end. Raises PortalRefused for what is no address, which appears in no
    message."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is quoted with what stands before it
        raise PortalRefused("portal.datastore_url is not a database address") from None
    if address.get_backend_name() != "postgresql":
        raise PortalRefused("portal.datastore_url is not a PostgreSQL address")
    # Without a reset: each is ended by its user, and SQLAlchemy would write a traceback for one that was lost.
    return create_engine(
        address.set(drivername="postgresql+psycopg2"),
        poolclass=NullPool,
        pool_reset_on_return=None,
        connect_args=_CONNECTING,
    )


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def csv_of(rows: Rows, start: int = 0, stop: int | None = None) -> io.BytesIO:
    """Rows for COPY: a missing cell is empty, an empty text quoted."""
    table = pa.table({str(place): pa.array(cells[start:stop], pa.string()) for place, cells in enumerate(rows.cells)})
    out = io.BytesIO()
    pyarrow.csv.write_csv(table, out, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed"))
    out.seek(0)
    return out


def load_rows(connection: Any, stage: str, rows: Rows, start: int, stop: int) -> None:
    """Rows from `start` on, with their places as `_id` and their full text in the same pass: as an UPDATE afterwards
    every row would be written twice. Not sorted on the way: the place is theirs already."""
    columns = ", ".join(quoted(name) for name in rows.names)
    texts = ", ".join(f"{quoted(name)} text" for name in rows.names)
    cast = ", ".join(f"{quoted(field['id'])}::{field['type']}" for field in rows.fields)
    cursor = connection.cursor()
    cursor.execute(f"CREATE TEMP TABLE incoming (_place serial, {texts}) ON COMMIT DROP")
    cursor.copy_expert(f"COPY incoming ({columns}) FROM STDIN WITH (FORMAT csv)", csv_of(rows, start, stop))
    cursor.execute(
        f"INSERT INTO {quoted(stage)} (_id, _full_text, {columns})"
        f" SELECT _place + {start}, to_tsvector(concat_ws(' ', {columns})), {cast} FROM incoming"
    )


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def faults(doing: str) -> Iterator[None]:
    """psycopg2's errors carry rows and addresses: only their kind is told."""
    try:
        yield
    except DBAPIError as error:  # of what SQLAlchemy itself asks on a new connection
        raise _fault_of(error.orig, doing) from None
    except psycopg2.Error as error:
        raise _fault_of(error, doing) from None


def _fault_of(error: BaseException | None, doing: str) -> Fault:
    match error:
        case psycopg2.errors.LockNotAvailable() | psycopg2.errors.DeadlockDetected():
            return PortalUnreachable(f"DataStore, {doing}: its readers did not let us pass in {LOCK_TIMEOUT}")
        case psycopg2.errors.InsufficientPrivilege():
            return PortalRefused(
                f"DataStore, {doing}: the role of portal.datastore_url may not; CKAN's own write role is needed"
            )
        case psycopg2.OperationalError() if _NO_SUCH_LOGIN.search(str(error)):
            return PortalRefused(
                f"DataStore, {doing}: the database does not know the name, login or password that portal.datastore_url"
                " gives; compare them with ckan.datastore.write_url of the portal"
            )
        case psycopg2.errors.DiskFull():
            return PortalUnreachable(f"DataStore, {doing}: the database has no room left on its disk")
        case psycopg2.errors.InternalError_():
            # `cache lookup failed`, `tuple concurrently updated`: another publisher's table went at that moment.
            return PortalUnreachable(f"DataStore, {doing}: a table changed while it was looked at")
        case (
            psycopg2.OperationalError() | psycopg2.InterfaceError() | psycopg2.errors.IdleInTransactionSessionTimeout()
        ):
            return PortalUnreachable(f"DataStore, {doing}: the database does not answer")
        case _:
            kind = getattr(error, "pgcode", None) or type(error).__name__
            return PortalRefused(f"DataStore, {doing}: refused ({kind})")
