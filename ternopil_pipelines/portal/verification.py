"""Is what the portal shows to a citizen what the edition says? Everything is read back without a token.

A portal has written an upload to the wrong resource before, and a killed worker leaves its search ahead of its
database. Every byte of a file and every row of a table is read (100,000 rows in a second). What differs is named here;
whether it is sent again is the publication's decision.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal import datastore, passport
from ternopil_pipelines.portal.resources import Target
from ternopil_pipelines.portal.situation import Doubts, Situation, Work
from ternopil_pipelines.portal.standing import differing

SEARCH_LAG = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was read back: sha256 by file, rows by table, each compared with the file's, and whether the search answers
    with this edition. Dictionary and passport were compared too: there is no receipt where anything differed."""

    files: Mapping[str, str]
    tables: Mapping[str, int]
    in_search: bool


@dataclass
class Differences:
    """What was read back wrong: `told` in words, `files` and `tables` by the resource's id."""

    told: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    search: bool = False

    def __bool__(self) -> bool:
        return bool(self.told)

    def doubts(self, now: Situation) -> Doubts:
        """What to send again. A search that lags behind is only written by a change: the smallest file makes one."""
        files = set(self.files)
        if self.search and not files:
            files.add(min(now.targets, key=lambda each: (each.has_table, each.file.size)).id)
        return Doubts(frozenset(files), frozenset(self.tables))


def verify(work: Work, now: Situation) -> tuple[Receipt, Differences]:
    """Read back bytes, tables, passport and search. Raises only where the portal does not answer."""
    found = Differences()
    hashes = {each.file.name: _file(work, now, each, found) for each in now.targets}
    counts = {each.file.table: _table(work, each, found) for each in now.tabled}
    _package(work, now, found)
    in_search = _search(work, now, found, patience=SEARCH_LAG)
    return Receipt(hashes, counts, in_search), found


def glance(work: Work, now: Situation) -> Differences:
    """The cheap look of a run that has nothing to publish: lengths of the files and the search, no bodies."""
    found = Differences()
    for each in now.targets:
        status, length = work.client.length_of(address_of(work, now, each))
        if status != 200 or length not in {None, each.file.size}:
            found.told.append(f"{each.file.name}: answers {status} with {length} bytes")
            found.files.add(each.id)
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
        found.told.append(f"{target.file.name}: {refused}")
        found.files.add(target.id)
        return ""
    if digest != target.file.sha256:
        found.told.append(f"{target.file.name}: {size} bytes on the portal are not the {target.file.size} sent")
        found.files.add(target.id)
    return digest


def _table(work: Work, target: Target, found: Differences) -> int:
    rows = work.rows(target)
    told: list[str] = []
    total = 0
    try:
        total = int(work.client.read("datastore_search", anonymous=True, resource_id=target.id, limit=0)["total"])
        others = differing(work.client, target.id, rows)
    except PortalRefused as refused:
        told.append(str(refused))
    else:
        if total != rows.count:
            told.append(f"{total} rows on the portal, {rows.count} in the edition")
        if others:
            told.append(f"{others} rows differ from the file")
        state = datastore.look(work.client, target.id, anonymous=True)
        if state is None or not state.holds(sha256=target.file.sha256, count=rows.count, columns=target.columns):
            told.append("columns or the mark of its file differ")
        elif not told and not state.described_as(target.columns):
            # The rows stay: a dictionary is written by itself.
            found.told.append(f"table {target.file.table}: its data dictionary differs")
    if told:
        found.told.extend(f"table {target.file.table}: {text}" for text in told)
        found.tables.add(target.id)
    return total


def _package(work: Work, now: Situation, found: Differences) -> None:
    try:
        package = work.client.read("package_show", anonymous=True, id=work.package)
    except PortalRefused:
        found.told.append("the dataset is not public")
        return
    wanted = passport.package_of(work.edition.passport, edition=work.edition.address)
    for key in passport.differences(package, wanted):
        found.told.append(f"passport: {key} differs")
    shown = {each["id"]: each for each in package["resources"]}
    for each in now.targets:
        keys = each.differences(shown[each.id]) if each.id in shown else ["id"]
        if keys:
            found.told.append(f"{each.file.name}: {', '.join(keys)} differ in the metadata")


def _search(work: Work, now: Situation, found: Differences, *, patience: tuple[float, ...] = ()) -> bool:
    """As the national harvester asks. Search is written before the database and survives a crash on its own; some
    portals let it lag by seconds, so a fresh publication is asked for again after each pause of `patience`."""
    for pause in (0.0, *patience):
        time.sleep(pause)
        answer = work.client.read("package_search", anonymous=True, fq=f'name:"{work.package}"', sort="id asc", rows=2)
        if any(_shows_edition(work, now, package) for package in answer["results"]):
            return True
    found.search = True
    found.told.append("the portal's search shows another edition")
    return False


def _shows_edition(work: Work, now: Situation, package: Mapping[str, Any]) -> bool:
    shown = {resource["id"]: resource.get("hash") for resource in package["resources"]}
    return (
        package["name"] == work.package
        and passport.extra_of(package, passport.EDITION) == work.edition.address
        and {each.id: each.file.sha256 for each in now.targets}.items() <= shown.items()
    )
