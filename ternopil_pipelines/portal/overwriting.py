"""New rows into a table that readers keep seeing: in one call by `_id`, so that they meet the old rows or the new ones.

Only where the columns stay and the table does not get shorter, for CKAN has no call that removes rows in the same
transaction. Only rows that differ from what stands are sent: CKAN writes them one by one, half a millisecond each
however many columns, so an edition with 2 % new rows and 1 % changed costs 3 % of a whole one.

Two things CKAN 2.12 does not do are done here. `upsert` leaves the full text of a row it changes as it was (a search
finds the old words and not the new ones): `update` makes it anew, but adds no rows, so where a table grows its changed
rows are touched once more. And `total` is answered from a count that `calculate_record_count: true` keeps where there
is one; only `false` throws it away. Rows added by `_id` do not move the table's sequence: an insert by somebody else
would first collide with them. When a table may be written at all is the modes'.
"""

from __future__ import annotations

from ternopil_pipelines.portal import datastore
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.datastore import BATCH, Rows
from ternopil_pipelines.portal.standing import Difference, difference

# Row by row, 1,400-2,700 rows a second: within the 120 s asked of the portal's web server.
ROWS_AT_ONCE = 150_000


def overwritable(client: PortalClient, resource: str, rows: Rows) -> Difference | None:
    """What is to be written; None where the table must be made anew. Of a table in which much differs every row is:
    two publishers who send a part each would leave a mix of both."""
    found = difference(client, resource, rows)
    if found is not None and not differs_little(found, rows):
        found = found.of_all(rows)
    return None if found is None or found.gone else found


def differs_little(found: Difference, rows: Rows) -> bool:
    """Seconds rather than a minute, so that it may wait until files and metadata are there."""
    return found.state.mark is not None and 2 * len(found) <= rows.count


def fits_one_call(found: Difference) -> bool:
    return len(found) <= ROWS_AT_ONCE


def overwrite(client: PortalClient, resource: str, rows: Rows, found: Difference) -> None:
    """The rows of a table that is `overwritable`. Its mark is taken away before and stays away: whoever is killed now,
    or loses the dataset to another publisher, leaves a table that says it is nobody's."""
    datastore.disown(client, resource, rows)
    passing("table-unmarked")
    method = "upsert" if found.added else "update"
    datastore.write(client, resource, rows.numbered_records((*found.changed, *found.added)), method)
    passing("table-overwritten")


def settle(client: PortalClient, resource: str, rows: Rows, found: Difference) -> None:
    """What follows once files and metadata are this edition's too: the full text of rows that were upserted, the mark.
    One column is enough for CKAN to make a row's full text anew; what readers see does not change by it."""
    if found.added:
        for start in range(0, len(found.changed), BATCH):
            touched = rows.numbered_records(found.changed[start : start + BATCH], columns=1)
            datastore.write(client, resource, touched, "update")
    passing("table-searchable")
    datastore.describe(client, resource, rows)
