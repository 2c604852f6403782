"""A DataStore table built beside the one readers see, in the DataStore's own database, and exchanged for it.

What CKAN's own `datastore_create` gives a table is given here too: `_id`, full text, its trigger and index under CKAN's
names, the dictionary as column comments, the right to read. In which order table, files and metadata change is
`direct`'s.

Each publication has stages of its own, `stage_<table>_<number>`, so that none is exchanged in with another's rows. The
number is an advisory lock that the filling session takes before its stage can be seen and PostgreSQL lets go of when
that session ends, however it ends: a stage whose number nobody holds was left by a publisher that is no more.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ternopil_pipelines.faults import Fault, PublicationContested
from ternopil_pipelines.portal.datastore import Rows
from ternopil_pipelines.portal.datastore_sql import (
    HELD_AT_MOST,
    LOCK_TIMEOUT,
    WHILE_FILES_TRAVEL,
    engine_of,
    faults,
    literal,
    load_rows,
    quoted,
)

# 100,000 rows of 15 columns: copied and searchable in 2.3 s on one connection, in 1.6 s on two with two processors.
CONNECTIONS, PARALLEL_FROM = 2, 20_000
# 300 rows for each; PostgreSQL's own default is 100.
FIRST_STATISTICS = 20
# With a resource's id as the table's name and `__id_seq` behind it 63 bytes, the most PostgreSQL takes.
_STAGE, _DIGITS = "stage_", 12


class ShadowTables:
    """One connection with the role that owns the DataStore's tables. The address appears in no message."""

    def __init__(self, url: str) -> None:
        self._engine = engine_of(url)
        with faults("connecting"):
            self._connection = self._engine.raw_connection()
        self._number = secrets.randbits(4 * _DIGITS)
        # By table its stage; by a stage's index the name it will have.
        self._stages: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def __repr__(self) -> str:
        return "ShadowTables()"

    def __enter__(self) -> ShadowTables:
        return self

    def __exit__(self, *_: object) -> None:
        # What happened within is told, not that the connection was gone by then.
        with contextlib.suppress(Fault):
            self.close()

    def close(self) -> None:
        with faults("closing"):
            self._connection.rollback()
            self._connection.close()

    def exists(self, table: str) -> bool:
        return bool(self._value("SELECT to_regclass(%s) IS NOT NULL", quoted(table)))

    def fill(self, table: str, rows: Rows, *, comments_nested: bool) -> None:
        """A stage of `table`, with all rows and without readers, committed; nothing of it where that fails."""
        self.remove_left_behind(table)
        self._value("SELECT pg_advisory_lock(%s)", self._number)
        self._stages[table] = stage = f"{_STAGE}{table}_{self._number:0{_DIGITS}x}"
        try:
            self._fill(table, stage, rows, comments_nested=comments_nested)
        except BaseException:
            with contextlib.suppress(Fault):
                self.roll_back()
                self.discard(table)
            raise

    def stages(self, table: str | None = None) -> list[str]:
        """All there are of `table`, else of any, whosever they are."""
        with faults("asking"):
            cursor = self._connection.cursor()
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_table_is_visible(oid) AND relname ~ %s",
                (f"^{_STAGE}{table or '.+'}_[0-9a-f]{{{_DIGITS}}}$",),
            )
            return [name for (name,) in cursor.fetchall()]

    def remove_left_behind(self, table: str | None = None) -> None:
        """Stages of `table`, else of any, whose publisher is no more."""
        with faults("removing a stage left behind"):
            cursor = self._connection.cursor()
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            for stage in self.stages(table):
                # By name: whoever held its number until now may have exchanged it.
                if self._value("SELECT pg_try_advisory_xact_lock(%s)", int(stage[-_DIGITS:], 16)):
                    cursor.execute(f"DROP TABLE IF EXISTS {quoted(stage)}")
            self._connection.commit()

    def _fill(self, table: str, stage: str, rows: Rows, *, comments_nested: bool) -> None:
        with faults("filling a table"):
            cursor = self._connection.cursor()
            declared = ", ".join(f"{quoted(field['id'])} {field['type']}" for field in rows.fields)
            cursor.execute(f"CREATE TABLE {quoted(stage)} (_id serial PRIMARY KEY, _full_text tsvector, {declared})")
            if rows.count < PARALLEL_FROM:
                load_rows(self._connection, stage, rows, 0, rows.count)
            else:
                self._connection.commit()  # for the others to see it
                self._load_in_parts(stage, rows)
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, '_id'), %s, %s)",
                (quoted(stage), max(rows.count, 1), rows.count > 0),
            )
            # Index and trigger last: either costs half as much again where rows still come in.
            for place, (name, definition, unique) in enumerate(self._indexes(table, rows)):
                kind = "UNIQUE INDEX" if unique else "INDEX"
                cursor.execute(f"CREATE {kind} {quoted(f'{stage}_{place}')} ON {quoted(stage)} {definition}")
                self._names[f"{stage}_{place}"] = name
            cursor.execute(
                f"CREATE TRIGGER zfulltext BEFORE INSERT OR UPDATE ON {quoted(stage)}"
                " FOR EACH ROW EXECUTE PROCEDURE populate_full_text_trigger()"
            )
            for field in rows.marked_fields(rows.sha256):
                told = {"_info": field["info"]} if comments_nested else field["info"]
                # CKAN tells its two ways of writing apart by the first character.
                text = (" " if comments_nested else "") + json.dumps(told, ensure_ascii=False, separators=(",", ":"))
                cursor.execute(f"COMMENT ON COLUMN {quoted(stage)}.{quoted(field['id'])} IS {literal(text)}")
            self._copy_rights(table, stage)
            # Without the full text's own column, whose statistics cost as much as copying all the rows; of 100,000 rows
            # 6,000 are looked at in 0.07 s instead of 30,000 in 0.4, and autovacuum looks again within minutes.
            columns = ", ".join(quoted(name) for name in ("_id", *rows.names))
            cursor.execute(f"SET LOCAL default_statistics_target = {FIRST_STATISTICS}")
            cursor.execute(f"ANALYZE {quoted(stage)} ({columns})")
            self._connection.commit()

    def _load_in_parts(self, stage: str, rows: Rows) -> None:
        """Each part on a connection of its own: the full text is most of the work, and PostgreSQL computes it on one
        processor for each connection. Rows bring their places along, so their order stays the file's."""
        size = -(-rows.count // CONNECTIONS)

        def load(start: int) -> None:
            with faults("filling a table"):
                connection = self._engine.raw_connection()
                try:
                    load_rows(connection, stage, rows, start, min(start + size, rows.count))
                    connection.commit()
                finally:
                    connection.close()

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(load, range(0, rows.count, size)))

    def claim(self, tables: Iterable[str]) -> None:
        """Until the transaction ends, or our machine is gone, no other publication exchanges these tables."""
        self._value(WHILE_FILES_TRAVEL)
        for table in tables:
            if not self._value("SELECT pg_try_advisory_xact_lock(hashtext(%s))", table):
                raise PublicationContested(f"table {table} is being exchanged by another publisher; ours stands back")

    def exchange(self, table: str) -> None:
        """The stage takes the table's place, not yet committed: readers of the table wait from here on."""
        stage = self._stages[table]
        with faults("exchanging a table"):
            cursor = self._connection.cursor()
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{HELD_AT_MOST}'")
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
                final = f"{table}_pkey" if primary else self._names[name]
                cursor.execute(f"ALTER INDEX {quoted(name)} RENAME TO {quoted(final)}")
            # CKAN 2.12 answers `total` from a count it keeps; older ones have none.
            if self._value("SELECT to_regproc('update_cached_table_row_count') IS NOT NULL"):
                cursor.execute("SELECT update_cached_table_row_count(%s)", (table,))

    def commit(self) -> None:
        with faults("committing an exchange"):
            self._connection.commit()

    def roll_back(self) -> None:
        with faults("taking an exchange back"):
            self._connection.rollback()

    def discard(self, table: str) -> None:
        if table not in self._stages:
            return
        with faults("removing a stage"):
            self._connection.cursor().execute(f"DROP TABLE IF EXISTS {quoted(self._stages.pop(table))}")
            self._connection.commit()

    def _value(self, statement: str, *parameters: str | int) -> Any:
        with faults("asking"):
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
