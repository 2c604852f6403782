"""Is what the portal shows to a citizen what the edition says? Everything is read back without a token.

A portal has written an upload to the wrong resource before, and a killed worker leaves its search ahead of its
database. What differs is named here; whether it is sent again is the publication's decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal import datastore, passport
from ternopil_pipelines.portal.datastore import Rows
from ternopil_pipelines.portal.resources import Target
from ternopil_pipelines.portal.situation import Situation, Work

SAMPLED = 5


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was read back: sha256 by file, rows by table, how many rows were compared cell by cell, whether the search
    answers with this edition."""

    files: Mapping[str, str]
    tables: Mapping[str, int]
    sampled_rows: int
    in_search: bool


@dataclass
class Differences:
    """`resources`: ids whose file or table is wrong; `told`: each difference in words."""

    resources: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    search: bool = False

    def add(self, text: str, resource: str | None = None) -> None:
        self.told.append(text)
        if resource is not None:
            self.resources.add(resource)

    def __bool__(self) -> bool:
        return bool(self.told)


def verify(work: Work, now: Situation) -> tuple[Receipt, Differences]:
    """Read back bytes, tables, passport and search. Raises only where the portal does not answer."""
    found = Differences()
    hashes = {each.file.name: _file(work, now, each, found) for each in now.targets}
    counts: dict[str, int] = {}
    sampled = 0
    for each in now.tabled:
        count, compared = _table(work, each, found)
        counts[each.file.table] = count
        sampled += compared
    _package(work, now, found)
    in_search = _search(work, now, found)
    return Receipt(hashes, counts, sampled, in_search), found


def glance(work: Work, now: Situation) -> Differences:
    """The cheap look of a run that has nothing to publish: lengths of the files and the search, no bodies."""
    found = Differences()
    for each in now.targets:
        status, length = work.client.length_of(address_of(work, now, each))
        if status != 200 or length not in {None, each.file.size}:
            found.add(f"{each.file.name}: answers {status} with {length} bytes", each.id)
    _search(work, now, found)
    return found


def address_of(work: Work, now: Situation, target: Target) -> str:
    """Where a citizen downloads the file, on the portal we speak to (its own name for itself may differ)."""
    assert now.package is not None
    return f"{work.client.url}/dataset/{now.package['id']}/resource/{target.id}/download/{target.file.name}"


def _file(work: Work, now: Situation, target: Target, found: Differences) -> str:
    try:
        digest, size = work.client.sha256_of(address_of(work, now, target))
    except PortalRefused as refused:
        found.add(f"{target.file.name}: {refused}", target.id)
        return ""
    if digest != target.file.sha256:
        found.add(f"{target.file.name}: {size} bytes on the portal are not the {target.file.size} sent", target.id)
    return digest


def _table(work: Work, target: Target, found: Differences) -> tuple[int, int]:
    rows = work.rows(target)
    name = target.file.table
    try:
        answer = work.client.read("datastore_search", anonymous=True, resource_id=target.id, limit=0)
        sample = _sample(rows)
        sampled = _rows_at(work, target, sample)
    except PortalRefused as refused:
        found.add(f"table {name}: {refused}", target.id)
        return 0, 0
    total = int(answer["total"])
    if total != rows.count:
        found.add(f"table {name}: {total} rows on the portal, {rows.count} in the edition", target.id)
    if (state := datastore.look(work.client, target.id)) is None or not state.holds(
        sha256=target.file.sha256, count=rows.count, columns=target.columns
    ):
        found.add(f"table {name}: columns or the mark of its file differ", target.id)
    for place in sample:
        if not _same_row(rows, place, sampled.get(place)):
            found.add(f"table {name}: row {place} differs from the file", target.id)
    return total, len(sample)


def _package(work: Work, now: Situation, found: Differences) -> None:
    try:
        package = work.client.read("package_show", anonymous=True, id=work.package)
    except PortalRefused:
        found.add("the dataset is not public")
        return
    wanted = passport.package_of(work.edition.passport, edition=work.edition.address)
    for key in passport.differences(package, wanted):
        found.add(f"passport: {key} differs")
    shown = {each["id"]: each for each in package["resources"]}
    for each in now.targets:
        keys = each.differences(shown[each.id]) if each.id in shown else ["id"]
        if keys:
            found.add(f"{each.file.name}: {', '.join(keys)} differ in the metadata", each.id)


def _search(work: Work, now: Situation, found: Differences) -> bool:
    """As the national harvester asks. Search is written before the database and survives a crash on its own."""
    answer = work.client.read("package_search", anonymous=True, fq=f'name:"{work.package}"', sort="id asc", rows=2)
    shown = {
        resource["id"]: resource.get("hash")
        for package in answer["results"]
        if package["name"] == work.package
        for resource in package["resources"]
    }
    if {each.id: each.file.sha256 for each in now.targets}.items() <= shown.items():
        return True
    found.search = True
    found.add("the portal's search shows another edition")
    return False


def _sample(rows: Rows) -> tuple[int, ...]:
    """Places from 1: the first, the last and some that the file's hash picks, the same at every reading."""
    if rows.count == 0:
        return ()
    picked = {int(rows.sha256[start : start + 8], 16) % rows.count + 1 for start in range(0, 8 * (SAMPLED - 2), 8)}
    return tuple(sorted({1, rows.count, *picked}))


def _rows_at(work: Work, target: Target, places: tuple[int, ...]) -> dict[int, Mapping[str, Any]]:
    if not places:
        return {}
    answer = work.client.read(
        "datastore_search",
        anonymous=True,
        resource_id=target.id,
        filters={"_id": list(places)},
        limit=len(places),
        include_total=False,
    )
    return {int(record["_id"]): record for record in answer["records"]}


def _same_row(rows: Rows, place: int, record: Mapping[str, Any] | None) -> bool:
    if record is None:
        return False
    return all(
        _same(cells[place - 1], record.get(field["id"]), str(field["type"]))
        for field, cells in zip(rows.fields, rows.cells, strict=True)
    )


def _same(sent: str | None, shown: Any, kind: str) -> bool:
    if sent is None or shown is None:
        return sent is shown
    if kind in {"int4", "int8", "numeric"}:
        try:
            # JSON numbers arrive as floats: equal to what the same float of the sent text is.
            return Decimal(sent) == Decimal(str(shown)) or float(sent) == float(shown)
        except (InvalidOperation, ValueError):
            return False
    if kind == "bool":
        return sent.lower() == str(shown).lower()
    if kind in {"timestamp", "time"}:
        # `2024-05-01T09:00` is shown as `2024-05-01T09:00:00`; an offset is not kept by the type.
        return str(shown).startswith(sent[:16].replace(" ", "T")) or sent.startswith(str(shown))
    return sent == str(shown)
