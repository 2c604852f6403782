"""New rows into a table that readers keep seeing: in one call by `_id`, so that they meet the old rows or the new ones.

Only where the columns stay and no row goes, for CKAN has no call that removes rows in the same transaction. Where it
is known row by row what stands, only rows that differ are sent: CKAN writes them one by one, half a millisecond each
however many columns, so an edition with 2 % new rows and 1 % changed costs 3 % of a whole one.

Two things CKAN 2.12 does not do are done here. `upsert` leaves the full text of a row it changes as it was (a search
finds the old words and not the new ones): `update` makes it anew, but adds no rows, so where a table grows its changed
rows are touched once more. And `total` is answered from a count that `calculate_record_count: true` keeps where there
is one; only `false` throws it away. Rows added by `_id` do not move the table's sequence: an insert by somebody else
would first collide with them. When a table may be written at all is the modes'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ternopil_pipelines.portal import datastore
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.datastore import BATCH, Rows, TableState

# Row by row, 1,400-2,000 rows a second: a minute in one call, within the 120 s asked of the portal's web server.
ROWS_AT_ONCE = 80_000
# A standing type that also holds what the new rows would get.
_HOLDS = {("int4", "int8"), ("int4", "numeric"), ("int8", "numeric")}


@dataclass(frozen=True, slots=True)
class Standing:
    """A table one call can make the new rows of. `count`: its rows; `mark`: of the file they are; `differing`: places
    from 0 of those that are to change, None where it is not known what stands."""

    count: int
    mark: str | None
    differing: tuple[int, ...] | None = None

    def to_write(self, rows: Rows) -> list[int]:
        """Places from 0, the new rows last."""
        changed = range(self.count) if self.differing is None else self.differing
        return [*changed, *range(self.count, rows.count)]

    def differs_little(self, rows: Rows) -> bool:
        return self.differing is not None and 2 * len(self.to_write(rows)) <= rows.count


def overwritable(
    client: PortalClient, resource: str, rows: Rows, known: Callable[[str], Rows | None] = lambda mark: None
) -> Standing | None:
    """What stands, where one call can make these rows of it; None where the table must be made anew. Its `_id`s must
    be the places 1 to n, as in a table of ours. `known`: the rows of the file with a mark, where they are kept."""
    for _ in range(2):
        state = datastore.look(client, resource)
        if state is None or not _fits(state, rows):
            return None
        if _places(client, resource) == ((1, state.count) if state.count else None):
            old = known(state.mark) if state.mark else None
            whole = Standing(state.count, state.mark)
            standing = whole if old is None or not _is(old, state) else replace(whole, differing=_differing(old, rows))
            best = standing if standing.differs_little(rows) else whole
            return best if len(best.to_write(rows)) <= ROWS_AT_ONCE else None
        # Counted before and numbered after a writing that a killed publisher had begun: it is over now.
    return None


def _is(old: Rows, state: TableState) -> bool:
    return (old.count, old.names) == (state.count, tuple(name for name, _ in state.fields))


def _differing(old: Rows, rows: Rows) -> tuple[int, ...]:
    found: set[int] = set()
    for before, after in zip(old.cells, rows.cells, strict=True):
        found.update(place for place, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
    return tuple(sorted(found))


def _fits(state: TableState, rows: Rows) -> bool:
    if state.count > rows.count:
        return False
    wanted = [(field["id"], str(field["type"])) for field in rows.fields]
    if [name for name, _ in state.fields] != [name for name, _ in wanted]:
        return False
    return all(new == old or (new, old) in _HOLDS for (_, old), (_, new) in zip(state.fields, wanted, strict=True))


def overwrite(client: PortalClient, resource: str, rows: Rows, *, standing: Standing) -> None:
    """The rows of a table that is `overwritable`. Its mark is taken away before and stays away: whoever is killed now,
    or loses the dataset to another publisher, leaves a table that says it is nobody's."""
    disown(client, resource, rows)
    passing("table-unmarked")
    method = "update" if rows.count == standing.count else "upsert"
    _write(client, resource, rows.placed_records(standing.to_write(rows)), method)
    passing("table-overwritten")


def settle(client: PortalClient, resource: str, rows: Rows, *, standing: Standing) -> None:
    """What follows once files and metadata are this edition's too: the full text of rows that were upserted, the mark.
    One column is enough for CKAN to make a row's full text anew; what readers see does not change by it."""
    if rows.count != standing.count:
        touched = standing.to_write(rows)[: standing.count - rows.count]
        for start in range(0, len(touched), BATCH):
            _write(client, resource, rows.placed_records(touched[start : start + BATCH], columns=1), "update")
    passing("table-searchable")
    datastore.describe(client, resource, rows)


def disown(client: PortalClient, resource: str, rows: Rows) -> None:
    datastore.describe(client, resource, rows, marked=False)


def _write(client: PortalClient, resource: str, records: Sequence[dict[str, Any]], method: str) -> None:
    if records:
        client.call(
            "datastore_upsert",
            resource_id=resource,
            force=True,
            method=method,
            records=records,
            calculate_record_count=False,
        )


def _places(client: PortalClient, resource: str) -> tuple[int, int] | None:
    """The smallest and the largest `_id`, None without rows; with as many rows as the largest says, none is missing."""
    found: list[int] = []
    for direction in ("asc", "desc"):
        answer = client.read(
            "datastore_search",
            resource_id=resource,
            fields="_id",
            sort=f"_id {direction}",
            limit=1,
            include_total=False,
        )
        found.extend(int(record["_id"]) for record in answer["records"])
    return (found[0], found[1]) if len(found) == 2 else None
