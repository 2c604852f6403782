"""Rows in as many calls as are fastest, over two connections at once: into a table that nobody sees, or one that no
single call could take.

Beyond the first rows they come in no strict order: each gets its number when it is inserted, and two connections mix
theirs. A number given by us would keep it, but CKAN then writes row by row, five times slower. What people look at
first stands in the file's order; the file itself always does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ternopil_pipelines.faults import PortalUnreachable
from ternopil_pipelines.portal import datastore
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.datastore import BATCH, Rows
from ternopil_pipelines.portal.standing import Difference

# 100,000 rows in 5.8 s instead of 9.8 over one; a third gains nothing.
CONNECTIONS = 2
# Ten pages of a preview, in a tenth of a second.
FIRST = 1_000
# Rows a call: 100,000 of 15 columns take 0.98 of the time of 5,000 a call (medians of 6 and 11 rounds); 20,000 no less.
INSERTED = 10_000
# By `_id` a row takes 0.25 ms over two connections, inserted 0.06.
_WORTH_WRITING = 5


def fill(client: PortalClient, resource: str, rows: Rows) -> None:
    """The whole table; there must be none before. Marked only when all of it is there."""
    datastore.begin(client, resource, rows, FIRST)

    def insert(start: int, turn: int) -> None:
        # Every other row: so the mixing stays within one window.
        stop = start + INSERTED * CONNECTIONS
        datastore.write(client, resource, rows.records(start + turn, stop, CONNECTIONS), "insert")
        passing("table-half-filled")

    windows = range(FIRST, rows.count, INSERTED * CONNECTIONS)
    _at_once([(insert, start, turn) for start in windows for turn in range(CONNECTIONS)])
    _mark(client, resource, rows)


def refillable(found: Difference, rows: Rows) -> bool:
    """Are there so few differences that writing them is faster than the whole table?"""
    return found.state.mark is not None and _WORTH_WRITING * len(found) <= rows.count


def refill(client: PortalClient, resource: str, rows: Rows, found: Difference) -> None:
    """What differs, row by row and without its mark until the last of it is written."""
    datastore.disown(client, resource, rows)

    def update(start: int) -> None:
        datastore.write(client, resource, rows.numbered_records(found.changed[start : start + BATCH]), "update")

    def add(start: int) -> None:
        datastore.write(client, resource, rows.numbered_records(found.added[start : start + BATCH]), "upsert")

    def remove(start: int) -> None:
        client.call(
            "datastore_records_delete",
            resource_id=resource,
            force=True,
            filters={"_id": list(found.gone[start : start + BATCH])},
            calculate_record_count=False,
        )

    def part(call: Callable[[int], None], start: int) -> None:
        call(start)
        passing("table-half-filled")

    parts = ((remove, found.gone), (update, found.changed), (add, found.added))
    _at_once([(part, call, start) for call, numbers in parts for start in range(0, len(numbers), BATCH)])
    _mark(client, resource, rows)


def _mark(client: PortalClient, resource: str, rows: Rows) -> None:
    """The table is the file's, once it holds as many rows: a call whose answer was lost may have ended late."""
    state = datastore.look(client, resource)
    if state is None or state.count != rows.count:
        raise PortalUnreachable(
            f"table {resource} holds {state.count if state else 'no'} rows where {rows.count} were sent;"
            " the next run loads it again"
        )
    datastore.describe(client, resource, rows)


def _at_once(calls: Iterable[tuple[Any, ...]]) -> None:
    """Each call with its arguments, CONNECTIONS at a time; after one has failed none is begun."""
    failed = threading.Event()

    def made(call: Callable[..., None], *arguments: Any) -> None:
        if failed.is_set():
            return
        try:
            call(*arguments)
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        try:
            for each in [pool.submit(made, *call) for call in calls]:
                each.result()
        except BaseException:  # also a run that is cancelled
            failed.set()
            raise
