"""100,000 rows of 15 columns into the DataStore, full text searchable, and how long they take to be read back.

    python benchmarks/datastore_load.py [ROWS] [ROUNDS] [BEGINNING OF A WAY…]

Every way loads the same rows into the same portal (started for this, ended afterwards), in turn, so that a busy
neighbour disturbs all alike; medians, and ratios within one run, are what counts. Prints one JSON document.

  batches of 250      `datastore_create` one after the other, as DataPusher loads
  best API way        inserts of 5,000 rows over two connections; the file's order is lost
  in order, one connection  inserts of 5,000 rows one after the other: what the file's order alone costs the way above
  unseen              the whole table of `ab`'s hidden half, or of a new dataset in place: 1,000 rows in order, the
                      others over two connections
  unseen, two months' change  `ab`'s hidden half where it stands: 4 % new, 2 % changed, read and written
  in_place, made anew one `datastore_create` with everything, after the old table was dropped
  in_place, overwritten  one `datastore_upsert` by `_id`, full text made anew; nobody sees the table absent
  in_place, a month's change  the same with the rows that differ: 2 % new, 1 % changed; what stands is read before
  in_place, newest first  the same where the new rows come first in the file
  COPY sequence       COPY, UPDATE of the full text, index: what XLoader does, with GiST and with GIN
  direct              a shadow table and the exchange, with the same two kinds of index

`whole publications`: file, table, metadata, search and reading all of it back, through the publisher itself;
`rollback` the same, back and forth between two editions.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from ternopil_pipelines.catalogue.columns import Column  # noqa: E402
from ternopil_pipelines.local_portal.portal import ENVIRONMENT_VARIABLE, LocalPortal  # noqa: E402
from ternopil_pipelines.portal import datastore, filling, overwriting, standing  # noqa: E402
from ternopil_pipelines.portal.client import PortalClient  # noqa: E402
from ternopil_pipelines.portal.datastore import Rows  # noqa: E402
from ternopil_pipelines.portal.datastore_sql import csv_of, quoted  # noqa: E402
from ternopil_pipelines.portal.journal import Journal  # noqa: E402
from ternopil_pipelines.portal.shadow import ShadowTables  # noqa: E402
from ternopil_pipelines_tests.portal.conftest import Press  # noqa: E402
from ternopil_pipelines_tests.portal.making import Shelf, catalogue  # noqa: E402

BATCH, BEST_BATCH = 250, 5_000
STREETS = ("Руська", "Київська", "Замкова", "Степана Бандери", "Злуки", "Князя Острозького", "Миру", "Лучаківського")
WORKS = (
    "капітальний ремонт покрівлі",
    "заміна вікон",
    "асфальтування проїзду",
    "обрізування дерев",
    "утеплення фасаду",
)
COLUMNS = (
    Column(name="identifier", type="string", key=True),
    Column(name="title", type="string"),
    Column(name="street", type="string"),
    Column(name="house", type="string"),
    Column(name="contractor", type="string"),
    Column(name="edrpou", type="string"),
    Column(name="cost", type="decimal"),
    Column(name="area", type="decimal"),
    Column(name="begun", type="date"),
    Column(name="changed", type="dateTime"),
    Column(name="floors", type="integer"),
    Column(name="done", type="boolean"),
    Column(name="lon", type="decimal"),
    Column(name="lat", type="decimal"),
    Column(name="note", type="string"),
)


def rows_of(count: int, version: str) -> Rows:
    return Rows.of(frame_of(count, version), COLUMNS, sha256=(version * 64)[:64])


def frame_of(count: int, version: str) -> pd.DataFrame:
    places = range(count)
    cells = {
        "identifier": [f"TE-{version}-{n:07d}" for n in places],
        "title": [f"{WORKS[n % 5]} будинку № {n % 173}" for n in places],
        "street": [f"вул. {STREETS[n % 8]}" for n in places],
        "house": [f"{n % 173}{'абвг'[n % 4] if n % 3 == 0 else ''}" for n in places],
        "contractor": [f"ТОВ «Будівельна компанія {n % 997}»" for n in places],
        "edrpou": [f"{(n * 7919) % 10**8:08d}" for n in places],
        "cost": [f"{n * 13 % 900_000}.{n % 100:02d}" for n in places],
        "area": [f"{n % 4000}.5" for n in places],
        "begun": [f"202{n % 6}-{n % 12 + 1:02d}-{n % 28 + 1:02d}" for n in places],
        "changed": [f"2025-{n % 12 + 1:02d}-{n % 28 + 1:02d}T{n % 24:02d}:{n % 60:02d}:00" for n in places],
        "floors": [str(n % 16 + 1) for n in places],
        "done": ["true" if n % 2 else "false" for n in places],
        "lon": [f"25.{n * 31 % 1_000_000:06d}" for n in places],
        "lat": [f"49.{n * 17 % 1_000_000:06d}" for n in places],
        "note": [None if n % 4 else f"редакція {version}, акт від {n % 28 + 1}.05.2025" for n in places],
    }
    return pd.DataFrame(cells, dtype="str")


def earlier(rows: Rows, old: Rows, *, months: int, newest_first: bool = False) -> Rows:
    """For each month without 2 % of the rows, and one more of a hundred another."""
    coming = rows.count * 2 * months // 100
    places = range(coming, rows.count) if newest_first else range(rows.count - coming)
    cells = tuple(
        tuple(before[place] if place % 100 < months else now[place] for place in places)
        for before, now in zip(old.cells, rows.cells, strict=True)
    )
    return Rows(rows.fields, cells, len(places), sha256="e" * 64, keys=rows.keys)


class Bench:
    def __init__(self, portal: LocalPortal) -> None:
        state = portal.status()
        portal.ensure_organizations([("speed", "Швидкість")])
        assert state.url and state.datastore_write_url
        self.client = PortalClient(state.url, state.editor_token)
        self.second = PortalClient(state.url, state.editor_token)
        self.address = state.datastore_write_url
        self.package = f"speed-{uuid.uuid4().hex[:8]}"
        self.client.call("package_create", name=self.package, owner_org="speed", private=False)

    def resource(self) -> str:
        made = self.client.call("resource_create", package_id=self.package, name="r", url="https://example.ua/r.csv")
        return str(made["id"])

    def batches(self, resource: str, rows: Rows) -> None:
        for start in range(0, rows.count, BATCH):
            self.client.call(
                "datastore_create", resource_id=resource, force=True, fields=list(rows.fields),
                records=rows.records(start, start + BATCH), calculate_record_count=start + BATCH >= rows.count,
            )  # fmt: skip

    def in_order(self, resource: str, rows: Rows) -> None:
        self.client.call("datastore_create", resource_id=resource, force=True, fields=list(rows.fields), records=[])
        self._insert(self.client, resource, rows, range(0, rows.count, BEST_BATCH))

    def best_api(self, resource: str, rows: Rows) -> None:
        self.client.call("datastore_create", resource_id=resource, force=True, fields=list(rows.fields), records=[])
        starts = range(0, rows.count, BEST_BATCH)
        with ThreadPoolExecutor(2) as pool:
            work = ((self.client, starts[::2]), (self.second, starts[1::2]))
            list(pool.map(lambda each: self._insert(each[0], resource, rows, each[1]), work))

    @staticmethod
    def _insert(client: PortalClient, resource: str, rows: Rows, starts: range) -> None:
        for start in starts:
            client.call(
                "datastore_upsert", resource_id=resource, force=True, method="insert",
                records=rows.records(start, start + BEST_BATCH), calculate_record_count=False,
            )  # fmt: skip

    def made_anew(self, resource: str, rows: Rows) -> None:
        datastore.drop(self.client, resource)
        datastore.create(self.client, resource, rows)

    def overwritten(self, resource: str, rows: Rows) -> None:
        state = datastore.look(self.client, resource)
        assert state is not None
        self._write(resource, rows, standing.Difference(state, range(1, rows.count + 1)).of_all(rows))

    def changed(self, resource: str, rows: Rows) -> None:
        found = overwriting.overwritable(self.client, resource, rows)
        assert found is not None and overwriting.differs_little(found, rows)
        self._write(resource, rows, found)

    def _write(self, resource: str, rows: Rows, found: standing.Difference) -> None:
        overwriting.overwrite(self.client, resource, rows, found)
        overwriting.settle(self.client, resource, rows, found)

    def refilled(self, resource: str, rows: Rows) -> None:
        found = standing.difference(self.client, resource, rows)
        assert found is not None and filling.refillable(found, rows)
        filling.refill(self.client, resource, rows, found)

    def copied(self, resource: str, rows: Rows, *, index: str) -> None:
        engine = create_engine(self.address, poolclass=NullPool)
        connection = engine.raw_connection()
        table, columns = quoted(resource), ", ".join(quoted(name) for name in rows.names)
        declared = ", ".join(f"{quoted(field['id'])} {field['type']}" for field in rows.fields)
        text = " || ' ' || ".join(f"coalesce({quoted(name)}::text, '')" for name in rows.names)
        cursor = connection.cursor()
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TABLE {table} (_id serial PRIMARY KEY, _full_text tsvector, {declared})")
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv)", csv_of(rows))
        cursor.execute(f"UPDATE {table} SET _full_text = to_tsvector({text})")
        cursor.execute(f"CREATE INDEX ON {table} USING {index} (_full_text)")
        cursor.execute(
            f"CREATE TRIGGER zfulltext BEFORE INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE PROCEDURE populate_full_text_trigger()"
        )
        connection.commit()
        cursor.execute(f"ANALYZE {table}")
        cursor.execute("SELECT update_cached_table_row_count(%s)", (resource,))
        connection.commit()
        connection.close()

    def direct(self, resource: str, rows: Rows) -> None:
        with ShadowTables(self.address) as tables:
            tables.fill(resource, rows, comments_nested=True)
            tables.exchange(resource)
            tables.commit()

    def give_index(self, resource: str, kind: str) -> None:
        """The shadow table gets what stands: so both ways are compared with the same kind."""
        engine = create_engine(self.address, poolclass=NullPool)
        connection = engine.raw_connection()
        cursor = connection.cursor()
        cursor.execute(
            "SELECT quote_ident(i.relname) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
            " WHERE x.indrelid = to_regclass(%s) AND NOT x.indisprimary", (quoted(resource),),
        )  # fmt: skip
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(f"CREATE INDEX ON {quoted(resource)} USING {kind} (_full_text)")
        connection.commit()
        connection.close()

    def read_back(self, resource: str, rows: Rows, version: str) -> float:
        """Every page of the table and one word of the last row, as a citizen asks. Raises where it is not there."""
        started = time.monotonic()
        seen = 0
        while True:
            page = self.client.read("datastore_search", anonymous=True, resource_id=resource, limit=32_000, offset=seen)
            if not page["records"]:
                break
            seen += len(page["records"])
        found = self.client.read(
            "datastore_search", anonymous=True, resource_id=resource, q=f"TE-{version}-{rows.count - 1:07d}"
        )
        if (seen, found["total"]) != (rows.count, 1):
            raise AssertionError(f"{seen} rows read, {found['total']} found")
        return time.monotonic() - started


OURS = ("in order", "unseen", "in_place")
# Mode of the publication, in how many rows of a hundred its next edition differs, and whether that is the one before.
WHOLE = {
    "publication, in_place, 3 % changed": ("in_place", 3, False),
    "publication, ab, 3 % changed": ("ab", 3, False),
    "publication, in_place, all changed": ("in_place", 100, False),
    "publication, ab, all changed": ("ab", 100, False),
    "publication, direct, all changed": ("direct", 100, False),
    "rollback, in_place, all changed": ("in_place", 100, True),
    "rollback, ab, all changed": ("ab", 100, True),
    "rollback, direct, all changed": ("direct", 100, True),
}


def whole_publications(bench: Bench, name: str, count: int, rounds: int) -> float:
    """Median seconds of the publisher for one next edition after another; its files are CSV alone."""
    mode, share, back = WHOLE[name]
    with tempfile.TemporaryDirectory(prefix="ternopil-speed-") as folder:
        shelf = Shelf(Path(folder))
        package = f"{bench.package}-{mode.replace('_', '-')}-{share}-{'back' if back else 'on'}"
        city = catalogue(package, columns=COLUMNS, publish_mode=mode, formats=["CSV"], holder="speed")
        press = Press(bench.client, shelf, Journal(Path(folder) / "journal"), bench.address)
        taken = []
        frame = frame_of(count, "0")
        for number in range(rounds + 1):
            version = str(number % 2 if back else number)
            if number:
                other, kept = frame_of(count, version), count - count * share // 100
                frame = pd.concat([frame.iloc[:kept], other.iloc[kept:]], ignore_index=True)
            published = press(shelf.keep(city, version, frame=frame, columns=COLUMNS))
            taken.append(published.seconds)
            print(f"{name}: {published.seconds:.2f} s", file=sys.stderr, flush=True)
    return round(statistics.median(taken[1:]), 2)


def main(count: int, rounds: int, only: tuple[str, ...]) -> None:
    base = Path(tempfile.mkdtemp(prefix="ternopil-speed-"))
    base.chmod(0o755)
    environment = Path(os.environ.get(ENVIRONMENT_VARIABLE) or REPOSITORY / ".ternopil" / "portal-env")
    portal = LocalPortal(base, environment=environment)
    try:
        portal.up()
        print(json.dumps(measure(Bench(portal), count, rounds, only), ensure_ascii=False, indent=1))
    finally:
        portal.purge()
        shutil.rmtree(base, ignore_errors=True)


def measure(bench: Bench, count: int, rounds: int, only: tuple[str, ...]) -> dict[str, object]:
    old, new = rows_of(count, "1"), rows_of(count, "2")
    stands = {
        "in_place, made anew": old,
        "in_place, overwritten": old,
        "in_place, a month's change": earlier(new, old, months=1),
        "in_place, newest first": earlier(new, old, months=1, newest_first=True),
        "unseen, two months' change": earlier(new, old, months=2),
        "direct, GiST": old,
        "direct, GIN": old,
    }
    ways: dict[str, Callable[[str, Rows], None]] = {
        "batches of 250": bench.batches,
        "best API way": bench.best_api,
        "in order, one connection": bench.in_order,
        "unseen": lambda r, rows: filling.fill(bench.client, r, rows),
        "unseen, two months' change": bench.refilled,
        "in_place, made anew": bench.made_anew,
        "in_place, overwritten": bench.overwritten,
        "in_place, a month's change": bench.changed,
        "in_place, newest first": bench.changed,
        "COPY sequence, GiST": lambda r, rows: bench.copied(r, rows, index="gist"),
        "direct, GiST": bench.direct,
        "COPY sequence, GIN": lambda r, rows: bench.copied(r, rows, index="gin"),
        "direct, GIN": bench.direct,
    }
    if only:
        ways = {name: way for name, way in ways.items() if name.startswith(only)}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    read: list[float] = []
    for _ in range(rounds):
        for name, way in ways.items():
            resource = bench.resource()
            if name in stands:
                bench.direct(resource, stands[name])
                bench.give_index(resource, "gin" if name.endswith("GIN") else "gist")
                # As after a publication; else CKAN's first writing call would change the dataset too.
                bench.client.call("resource_patch", id=resource, datastore_active=True)
            started = time.monotonic()
            way(resource, new)
            taken[name].append(time.monotonic() - started)
            read.append(bench.read_back(resource, new, "2"))
            datastore.drop(bench.client, resource)
            print(f"{name}: {taken[name][-1]:.2f} s", file=sys.stderr, flush=True)
    whole = {
        name: whole_publications(bench, name, count, rounds) for name in WHOLE if not only or name.startswith(only)
    }
    seconds = {name: statistics.median(times) for name, times in taken.items() if times}
    pairs = {
        "batches_of_250_against_direct": ("batches of 250", "direct, GiST"),
        "direct_against_copy_gist": ("direct, GiST", "COPY sequence, GiST"),
        "direct_against_copy_gin": ("direct, GIN", "COPY sequence, GIN"),
        **{f"{name} against best API way": (name, "best API way") for name in ways if name.startswith(OURS)},
    }
    return {
        "rows": count,
        "columns": len(COLUMNS),
        "rounds": rounds,
        "median_seconds": {name: round(value, 2) for name, value in seconds.items()},
        "whole_publications_seconds": whole,
        "read_back_seconds": round(statistics.median(read), 2) if read else None,
        "ratios": {
            name: round(seconds[one] / seconds[other], 2)
            for name, (one, other) in pairs.items()
            if one in seconds and other in seconds
        },
    }


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:3]]
    main(*(numbers + [100_000, 5][len(numbers) :]), tuple(sys.argv[3:]))
