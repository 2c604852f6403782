"""What stands in a table, read row by row from the portal, against the rows that should: which differ, and their `_id`.

Nothing is remembered of a table or taken from the archive, so a row that somebody changed through the API differs like
any other. Up to IN_ORDER rows a table keeps the file's order: its n-th row is held against the file's n-th. In a larger
one a row keeps its `_id` for as long as it stands unchanged, wherever it moved in the file: a register whose newest
entries come first would otherwise be written anew for each of them.

Rows are held against one another as the text the DataStore would show for what we send. Where a portal showed another,
the row would be written again and the publication fail by it: nothing passes for what it is not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ternopil_pipelines.faults import PublicationContested
from ternopil_pipelines.portal import datastore
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.datastore import Rows, TableState
from ternopil_pipelines.portal.shown import Shown, shown_by, shown_of

# A standing type that also holds what the new rows would get.
_HOLDS = {("int4", "int8"), ("int4", "numeric"), ("int8", "numeric")}


@dataclass(frozen=True, slots=True)
class Difference:
    """What makes a table's rows the file's. `state` and `ids`: the table as it was looked at. `changed` and `added` are
    (`_id`, place in the file from 0), the added ones under new numbers; `gone` are `_id`s that stay over."""

    state: TableState
    ids: Sequence[int]
    changed: tuple[tuple[int, int], ...] = ()
    added: tuple[tuple[int, int], ...] = ()
    gone: tuple[int, ...] = ()

    def __len__(self) -> int:
        """How many rows are to be written or to go."""
        return len(self.changed) + len(self.added) + len(self.gone)

    def of_all(self, rows: Rows) -> Difference:
        """Every row, in the file's order."""
        return _in_order(self.state, self.ids, [None] * rows.count)


def difference(client: PortalClient, resource: str, rows: Rows) -> Difference | None:
    """None where there is no table, or one of other columns. Of a table without a mark every row counts as changed:
    whoever began to write it may have left its full text as it was. Raises PublicationContested where the table does
    not stand still for a reading."""
    for _ in range(2):
        state = datastore.look(client, resource)
        if state is None or not _fits(state, rows):
            return None
        found = shown_by(client, resource, rows)
        if len(found.ids) == state.count and datastore.look(client, resource) == state:
            return compared(state, found, rows)
        # Written meanwhile: by a call that a killed publisher had begun, most likely, and that is over now.
    raise PublicationContested(f"table {resource} is being written by another")


def compared(state: TableState, found: Shown, rows: Rows) -> Difference:
    """What makes `found` the rows of the file, by the fewest rows written."""
    if state.mark is None:
        return _in_order(state, found.ids, [None] * rows.count)
    wanted = shown_of(rows)
    in_order = _in_order(state, found.ids, _at_their_places(found, wanted))
    if rows.keep_order or not len(in_order):
        return in_order
    return min(in_order, _kept_ids(state, found, wanted), key=len)


def differing(client: PortalClient, resource: str, rows: Rows, *, anonymous: bool = True) -> int:
    """How many rows of the table, as any citizen reads it, are not the file's; missing and surplus ones count too."""
    found, wanted = shown_by(client, resource, rows, anonymous=anonymous).rows, shown_of(rows).rows
    if rows.keep_order:
        same = sum(one == other for one, other in zip(found, wanted, strict=False))
    else:
        same = rows.count - (Counter(wanted) - Counter(found)).total()
    return max(len(found), rows.count) - same


def _at_their_places(found: Shown, wanted: Shown) -> list[int | None]:
    return [
        place if place < len(found.rows) and found.rows[place] == row else None for place, row in enumerate(wanted.rows)
    ]


def _anywhere(found: Shown, wanted: Shown) -> list[int | None]:
    """For each row of the file the place in the table of an equal one, used once."""
    free = _places_of(found.rows)
    return [free[row].pop() if free.get(row) else None for row in wanted.rows]


def _in_order(state: TableState, ids: Sequence[int], standing: Sequence[int | None]) -> Difference:
    count = min(len(ids), len(standing))
    changed = tuple((ids[place], place) for place in range(count) if standing[place] is None)
    added = _numbered(ids, range(count, len(standing)))
    return Difference(state, ids, changed, added, tuple(ids[len(standing) :]))


def _kept_ids(state: TableState, found: Shown, wanted: Shown) -> Difference:
    """Rows that changed take the place of the one with their key, the rest those that are left."""
    standing = _anywhere(found, wanted)
    taken = {place for place in standing if place is not None}
    left = [place for place in range(len(found.ids)) if place not in taken]
    coming = [place for place, stands in enumerate(standing) if stands is None]
    changed: list[tuple[int, int]] = []
    if found.keys:
        free = _places_of([found.keys[place] for place in left])
        keyed = {place: left[free[key].pop()] for place in coming if free.get(key := wanted.keys[place])}
        changed.extend((found.ids[at], place) for place, at in keyed.items())
        taken = set(keyed.values())
        left = [place for place in left if place not in taken]
        coming = [place for place in coming if place not in keyed]
    changed.extend((found.ids[at], place) for at, place in zip(left, coming, strict=False))
    added = _numbered(found.ids, coming[len(left) :])
    return Difference(state, found.ids, tuple(changed), added, tuple(found.ids[at] for at in left[len(coming) :]))


def _places_of(digests: Sequence[bytes]) -> dict[bytes, list[int]]:
    """The last first, to be taken from the end."""
    found: dict[bytes, list[int]] = defaultdict(list)
    for place in reversed(range(len(digests))):
        found[digests[place]].append(place)
    return found


def _numbered(ids: Sequence[int], places: Sequence[int]) -> tuple[tuple[int, int], ...]:
    first = (ids[-1] if ids else 0) + 1
    return tuple((first + number, place) for number, place in enumerate(places))


def _fits(state: TableState, rows: Rows) -> bool:
    wanted = [(field["id"], str(field["type"])) for field in rows.fields]
    if [name for name, _ in state.fields] != [name for name, _ in wanted]:
        return False
    return all(new == old or (new, old) in _HOLDS for (_, old), (_, new) in zip(state.fields, wanted, strict=True))
