"""A DataStore table built beside the one readers see, in the DataStore's own database, and exchanged for it.

What CKAN's own `datastore_create` gives a table is given here too: `_id`, full text, its trigger and index under CKAN's
names, the dictionary as column comments, the right to read. SQL and the database's faults only; in which order table,
files and metadata change is `direct`'s.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.csv
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from ternopil_pipelines.faults import PortalRefused, PortalUnreachable
from ternopil_pipelines.portal.datastore import Rows

# Readers wait for the exchange behind our lock; longer than this we let them pass and try another time.
LOCK_TIMEOUT = "5s"
_STAGE = "stage_"


class ShadowTables:
    """One connection with the role that owns the DataStore's tables. The address appears in no message."""

    def __init__(self, url: str) -> None:
        try:
            address = make_url(url)
        except ArgumentError:
            raise PortalRefused("portal.datastore_url is not a database address") from None
        if address.get_backend_name() != "postgresql":
            raise PortalRefused("portal.datastore_url is not a PostgreSQL address")
        engine = create_engine(
            address.set(drivername="postgresql+psycopg2"), poolclass=NullPool, connect_args={"connect_timeout": 15}
        )
        with _faults("connecting"):
            self._connection = engine.raw_connection()

    def __repr__(self) -> str:
        return "ShadowTables()"

    def __enter__(self) -> ShadowTables:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with _faults("closing"):
            self._connection.rollback()
            self._connection.close()

    def exists(self, table: str) -> bool:
        return bool(self._value("SELECT to_regclass(%s) IS NOT NULL", quoted(table)))

    def fill(self, table: str, rows: Rows, *, comments_nested: bool) -> None:
        """The stage of `table`, with all rows and without readers, committed."""
        stage = stage_of(table)
        columns = ", ".join(quoted(name) for name in rows.names)
        with _faults("filling a table"):
            cursor = self._connection.cursor()
            cursor.execute(f"DROP TABLE IF EXISTS {quoted(stage)}")
            declared = ", ".join(f"{quoted(field['id'])} {field['type']}" for field in rows.fields)
            cursor.execute(f"CREATE TABLE {quoted(stage)} (_id serial PRIMARY KEY, _full_text tsvector, {declared})")
            texts = ", ".join(f"{quoted(name)} text" for name in rows.names)
            cursor.execute(f"CREATE TEMP TABLE incoming (_place bigserial, {texts}) ON COMMIT DROP")
            cursor.copy_expert(f"COPY incoming ({columns}) FROM STDIN WITH (FORMAT csv)", csv_of(rows))
            # Full text in the same pass: with the trigger, or as an UPDATE afterwards, it costs half as much again.
            cast = ", ".join(f"{quoted(field['id'])}::{field['type']}" for field in rows.fields)
            cursor.execute(
                f"INSERT INTO {quoted(stage)} (_full_text, {columns})"
                f" SELECT to_tsvector(concat_ws(' ', {columns})), {cast} FROM incoming ORDER BY _place"
            )
            for name, definition, unique in self._indexes(table, rows):
                kind = "UNIQUE INDEX" if unique else "INDEX"
                cursor.execute(f"CREATE {kind} {quoted(_staged(name))} ON {quoted(stage)} {definition}")
            cursor.execute(
                f"CREATE TRIGGER zfulltext BEFORE INSERT OR UPDATE ON {quoted(stage)}"
                " FOR EACH ROW EXECUTE PROCEDURE populate_full_text_trigger()"
            )
            for field in rows.marked_fields(rows.sha256):
                told = {"_info": field["info"]} if comments_nested else field["info"]
                # CKAN tells its two ways of writing apart by the first character.
                text = (" " if comments_nested else "") + json.dumps(told, ensure_ascii=False, separators=(",", ":"))
                cursor.execute(f"COMMENT ON COLUMN {quoted(stage)}.{quoted(field['id'])} IS {_literal(text)}")
            self._copy_rights(table, stage)
            cursor.execute(f"ANALYZE {quoted(stage)}")
            self._connection.commit()

    def exchange(self, table: str) -> None:
        """The stage takes the table's place, not yet committed: readers of the table wait from here on."""
        stage = stage_of(table)
        with _faults("exchanging a table"):
            cursor = self._connection.cursor()
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            cursor.execute(f"DROP TABLE IF EXISTS {quoted(table)} CASCADE")
            cursor.execute(f"ALTER TABLE {quoted(stage)} RENAME TO {quoted(table)}")
            sequence = self._value("SELECT pg_get_serial_sequence(%s, '_id')", quoted(table))
            cursor.execute(f"ALTER SEQUENCE {sequence} RENAME TO {quoted(table + '__id_seq')}")
            cursor.execute(
                "SELECT i.relname, x.indisprimary FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
                " WHERE x.indrelid = to_regclass(%s)",
                (quoted(table),),
            )
            for name, primary in cursor.fetchall():
                final = f"{table}_pkey" if primary else name.removeprefix(_STAGE)
                cursor.execute(f"ALTER INDEX {quoted(name)} RENAME TO {quoted(final)}")
            # CKAN 2.12 answers `total` from a count it keeps; older ones have none.
            if self._value("SELECT to_regproc('update_cached_table_row_count') IS NOT NULL"):
                cursor.execute("SELECT update_cached_table_row_count(%s)", (table,))

    def commit(self) -> None:
        with _faults("committing an exchange"):
            self._connection.commit()

    def roll_back(self) -> None:
        with _faults("taking an exchange back"):
            self._connection.rollback()

    def discard(self, table: str) -> None:
        with _faults("removing a stage"):
            self._connection.cursor().execute(f"DROP TABLE IF EXISTS {quoted(stage_of(table))}")
            self._connection.commit()

    def _value(self, statement: str, *parameters: str) -> Any:
        with _faults("asking"):
            cursor = self._connection.cursor()
            cursor.execute(statement, parameters)
            row = cursor.fetchone()
            return row[0] if row else None

    def _indexes(self, table: str, rows: Rows) -> Iterator[tuple[str, str, bool]]:
        """What stands is made again, where its columns still are; a new table gets CKAN's one."""
        cursor = self._connection.cursor()
        cursor.execute(
            "SELECT i.relname, pg_get_indexdef(i.oid), x.indisunique, ARRAY(SELECT a.attname::text FROM pg_attribute a"
            " WHERE a.attrelid = i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
            " WHERE x.indrelid = to_regclass(%s) AND NOT x.indisprimary",
            (quoted(table),),
        )
        known = {"_id", "_full_text", *rows.names}
        found = False
        for name, definition, unique, columns in cursor.fetchall():
            if set(columns) <= known:
                found = found or columns == ["_full_text"]
                yield name, definition[definition.index(" USING ") :], unique
        if not found:
            yield hashlib.sha1(f"{table}_full_text".encode()).hexdigest(), " USING gist (_full_text)", False  # noqa: S324

    def _copy_rights(self, table: str, stage: str) -> None:
        """CKAN's reading role by default privileges; where our role is not CKAN's own, as the standing table says."""
        cursor = self._connection.cursor()
        cursor.execute(
            "SELECT DISTINCT pg_get_userbyid(a.grantee) FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid ="
            " coalesce(to_regclass(%s), to_regclass('_table_metadata')) AND a.privilege_type = 'SELECT' AND a.grantee"
            " <> 0",
            (quoted(table),),
        )
        for (role,) in cursor.fetchall():
            cursor.execute(f"GRANT SELECT ON {quoted(stage)} TO {quoted(role)}")
        cursor.execute(
            "SELECT pg_get_userbyid(relowner), pg_get_userbyid(relowner) = current_user FROM pg_class"
            " WHERE oid = coalesce(to_regclass(%s), to_regclass('_table_metadata'))",
            (quoted(table),),
        )
        for owner, ours in cursor.fetchall():
            if not ours:
                cursor.execute(f"ALTER TABLE {quoted(stage)} OWNER TO {quoted(owner)}")


def stage_of(table: str) -> str:
    return _STAGE + table


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def csv_of(rows: Rows) -> io.BytesIO:
    """Rows for COPY: a missing cell is empty, an empty text quoted."""
    table = pa.table({str(place): pa.array(cells, pa.string()) for place, cells in enumerate(rows.cells)})
    out = io.BytesIO()
    pyarrow.csv.write_csv(table, out, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed"))
    out.seek(0)
    return out


def _staged(index: str) -> str:
    return _STAGE + index.removeprefix(_STAGE)[:50]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _faults(doing: str) -> Iterator[None]:
    """psycopg2's errors carry rows and addresses: only their kind is told."""
    try:
        yield
    except (psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected):
        raise PortalUnreachable(f"DataStore, {doing}: its readers did not let us pass in {LOCK_TIMEOUT}") from None
    except (psycopg2.OperationalError, psycopg2.InterfaceError):
        raise PortalUnreachable(f"DataStore, {doing}: the database does not answer") from None
    except psycopg2.errors.InsufficientPrivilege:
        raise PortalRefused(
            f"DataStore, {doing}: the role of portal.datastore_url may not; CKAN's own write role is needed"
        ) from None
    except psycopg2.Error as error:
        raise PortalRefused(f"DataStore, {doing}: refused ({error.pgcode or type(error).__name__})") from None
