"""New rows into a table that readers keep seeing: in one call by `_id`, so that they meet the old rows or the new ones.

Only where the columns stay and no row goes, for CKAN has no call that removes rows in the same transaction. Two things
CKAN 2.12 does not do are done here. `upsert` leaves the full text of a row it changes as it was (a search finds the old
words and not the new ones): `update` makes it anew, but adds no rows, so a table that grows is upserted whole and its
old part touched once more. And `total` is answered from a count that `calculate_record_count: true` keeps where there
is one; only `false` throws it away. Rows added by `_id` do not move the table's sequence: an insert by somebody else
would first collide with them. When a table may be written at all is the modes'.
"""

from __future__ import annotations

from typing import Any

from ternopil_pipelines.portal import datastore
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.datastore import BATCH, Rows, TableState

# Row by row at some 20,000 cells a second: a minute in one call, within the 120 s asked of the portal's web server.
# 80,000 rows of 15 columns.
CELLS_AT_ONCE = 1_200_000
# A standing type that also holds what the new rows would get.
_HOLDS = {("int4", "int8"), ("int4", "numeric"), ("int8", "numeric")}


def overwritable(client: PortalClient, resource: str, rows: Rows) -> int | None:
    """How many rows stand, where one call can make these of them; None where the table must be made anew. Their
    `_id`s must be the places 1 to n, as in a table of ours."""
    for _ in range(2):
        state = datastore.look(client, resource)
        if state is None or not _fits(state, rows):
            return None
        if _places(client, resource) == ((1, state.count) if state.count else None):
            return state.count
        # Counted before and numbered after a writing that a killed publisher had begun: it is over now.
    return None


def _fits(state: TableState, rows: Rows) -> bool:
    if state.count > rows.count or rows.count * len(rows.fields) > CELLS_AT_ONCE:
        return False
    wanted = [(field["id"], str(field["type"])) for field in rows.fields]
    if [name for name, _ in state.fields] != [name for name, _ in wanted]:
        return False
    return all(new == old or (new, old) in _HOLDS for (_, old), (_, new) in zip(state.fields, wanted, strict=True))


def overwrite(client: PortalClient, resource: str, rows: Rows, *, standing: int) -> None:
    """The rows of a table that is `overwritable` and has `standing` of them. Its mark is taken away before and stays
    away: whoever is killed now, or loses the dataset to another publisher, leaves a table that says it is nobody's."""
    disown(client, resource, rows)
    passing("table-unmarked")
    _write(client, resource, rows.placed_records(), "update" if rows.count == standing else "upsert")
    passing("table-overwritten")


def settle(client: PortalClient, resource: str, rows: Rows, *, standing: int) -> None:
    """What follows once files and metadata are this edition's too: the full text of rows that were upserted, the mark.
    One column is enough for CKAN to make a row's full text anew; what readers see does not change by it."""
    if rows.count != standing:
        for start in range(0, standing, BATCH):
            _write(client, resource, rows.placed_records(start, min(start + BATCH, standing), columns=1), "update")
    passing("table-searchable")
    datastore.describe(client, resource, rows)


def disown(client: PortalClient, resource: str, rows: Rows) -> None:
    datastore.describe(client, resource, rows, marked=False)


def _write(client: PortalClient, resource: str, records: list[dict[str, Any]], method: str) -> None:
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
