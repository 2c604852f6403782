"""A department's database: one reading statement in a read-only, repeatable-read session with time limits.

PostgreSQL answers as COPY text, which is exact for every type and five times faster than rows; other databases answer
as rows. Nothing is retried here, and no message carries the URL.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ternopil_pipelines.catalogue.model import DatabaseSource
from ternopil_pipelines.faults import SourceDenied
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.database_engines import engine_of
from ternopil_pipelines.receive.database_faults import fault_of
from ternopil_pipelines.receive.frames import frame_of
from ternopil_pipelines.receive.plain import column_of, text_of, written_out
from ternopil_pipelines.receive.receipt import Origin, Receipt
from ternopil_pipelines.receive.sql_text import one_reading_statement

_BOOLEAN, _STAMP, _STAMP_ZONED, _FLOATS = 16, 1114, 1184, frozenset({700, 701})
_BATCH = 20_000
_MAY_WRITE = """
    SELECT rolsuper OR EXISTS (
        SELECT FROM information_schema.table_privileges
        WHERE privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
          AND grantee IN (SELECT rolname FROM pg_roles WHERE pg_has_role(current_user, oid, 'USAGE'))
          AND table_schema NOT IN ('pg_catalog', 'information_schema')
    ) FROM pg_roles WHERE rolname = current_user
"""


def receive_database(
    url: str, source: DatabaseSource, *, statement_timeout: int, timezone: str = "Europe/Kyiv"
) -> Receipt:
    """`timezone`: moments with an offset are written in the city's own time. Raises SourceUnreachable, SourceDenied."""
    query = _reading(source.query, source.database)
    with _session(url, source.database, statement_timeout, timezone) as connection:
        if connection.dialect.name == "postgresql":
            names, columns = _copied(connection, query)
        else:
            names, columns = _fetched(connection, query)
        changed = _mark(connection, source)
        findings = _about_role(connection, source.database)
    height = len(columns[0]) if columns else 0
    return Receipt(
        text=frame_of(columns, names, height),
        rows=np.arange(1, height + 1, dtype=np.int64),
        sha256=_digest(names, columns),
        received_at=datetime.now(UTC),
        origin=Origin("database", source.database),
        findings=findings,
        changed=changed,
    )


def database_change_mark(
    url: str, source: DatabaseSource, *, statement_timeout: int, timezone: str = "Europe/Kyiv"
) -> str | None:
    if source.changed is None:
        return None
    with _session(url, source.database, statement_timeout, timezone) as connection:
        return _mark(connection, source)


def _about_role(connection: Connection, database: str) -> tuple[Finding, ...]:
    """Read-only sessions can be talked out of it; a role that holds nothing but SELECT cannot."""
    if connection.dialect.name != "postgresql":
        return ()
    may_write = connection.exec_driver_sql(_MAY_WRITE).scalar()
    return (finding("role-may-write", database=database),) if may_write else ()


def _mark(connection: Connection, source: DatabaseSource) -> str | None:
    if source.changed is None:
        return None
    row = connection.exec_driver_sql(_reading(source.changed, source.database).replace("%", "%%")).first()
    return None if row is None else "|".join(text_of(value) or "" for value in row)


def _reading(query: str, database: str) -> str:
    statement = one_reading_statement(query)
    if statement is None:
        raise SourceDenied(f"the query of database {database} must be one SELECT statement")
    return statement


@contextmanager
def _session(url: str, database: str, statement_timeout: int, timezone: str) -> Iterator[Connection]:
    """One read-only transaction; whatever breaks inside leaves as a fault of ours."""
    try:
        address = sa.make_url(url)
        engine = engine_of(address, statement_timeout, timezone)
    except (sa.exc.ArgumentError, ModuleNotFoundError, ValueError) as error:
        raise SourceDenied(f"the URL of database {database} cannot be used: {type(error).__name__}") from None
    broken: tuple[type[Exception], ...] = (sa.exc.SQLAlchemyError, *_driver_errors(engine))
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                # The first query takes the snapshot; SET TRANSACTION READ WRITE is refused from then on.
                connection.exec_driver_sql("SELECT 1")
            yield connection
            connection.rollback()
    except broken as error:
        raise fault_of(error, database) from None
    finally:
        engine.dispose()


def _driver_errors(engine: sa.Engine) -> tuple[type[Exception], ...]:
    """COPY goes past SQLAlchemy, so its errors come as the driver's own."""
    error = getattr(engine.dialect.dbapi, "Error", None)
    return (error,) if isinstance(error, type) and issubclass(error, Exception) else ()


def _copied(connection: Connection, query: str) -> tuple[list[str], list[pa.ChunkedArray]]:
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({query}\n) AS source LIMIT 0")
        described = [(column.name, column.type_code) for column in cursor.description]
        sink = io.BytesIO()
        cursor.copy_expert(f"COPY ({query}\n) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')", sink)
    names = [name for name, _ in described]
    content = sink.getvalue()
    if not content or not names:
        return names, [pa.chunked_array([], pa.string()) for _ in names]
    places = [f"c{index}" for index in range(len(names))]
    table = arrow_csv.read_csv(
        pa.BufferReader(content),
        read_options=arrow_csv.ReadOptions(column_names=places, block_size=1 << 24),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(places, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    )
    return names, [_canonical(column, kind) for column, (_, kind) in zip(table.columns, described, strict=True)]


def _canonical(column: pa.ChunkedArray, kind: int) -> pa.ChunkedArray:
    if kind == _BOOLEAN:
        return pc.if_else(pc.equal(column, "t"), "true", pc.if_else(pc.equal(column, "f"), "false", column))
    if kind in {_STAMP, _STAMP_ZONED}:
        column = pc.replace_substring_regex(column, r"^(\d+-\d\d-\d\d) ", r"\1T")
        return pc.replace_substring_regex(column, r"[+-]\d\d(:\d\d){0,2}$", "") if kind == _STAMP_ZONED else column
    return _without_exponents(column) if kind in _FLOATS else column


def _fetched(connection: Connection, query: str) -> tuple[list[str], list[pa.ChunkedArray]]:
    result = connection.execution_options(stream_results=True).exec_driver_sql(query)
    names = list(result.keys())
    pieces: list[list[pa.Array]] = [[] for _ in names]
    while rows := result.fetchmany(_BATCH):
        for position, values in enumerate(zip(*rows, strict=True)):
            pieces[position].extend(column_of(values).chunks)
    return names, [pa.chunked_array(piece, pa.string()) for piece in pieces]


def _digest(names: Sequence[str], columns: Sequence[pa.ChunkedArray]) -> str:
    """The hash of the rows as quoted CSV, header first."""
    digest = hashlib.sha256("\x1f".join(names).encode())
    if columns:
        table = pa.Table.from_arrays(list(columns), names=[f"c{index}" for index in range(len(columns))])
        sink = io.BytesIO()
        arrow_csv.write_csv(table, sink, arrow_csv.WriteOptions(include_header=False))
        digest.update(sink.getbuffer())
    return digest.hexdigest()


def _without_exponents(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """`1e-07` written out, cell by cell only where there is an exponent."""
    found = np.flatnonzero(np.asarray(pc.fill_null(pc.match_substring_regex(column, r"^-?[\d.]+[eE][+-]?\d+$"), False)))
    if not len(found):
        return column
    cells = column.to_pylist()
    for index in found:
        cells[int(index)] = written_out(Decimal(str(cells[int(index)])))
    return pa.chunked_array([pa.array(cells, pa.string())])
