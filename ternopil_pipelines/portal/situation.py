"""What stands on the portal now, against what should: looked up before every step and never remembered.

Reading and comparing only; the steps that close a difference are the modes'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.faults import PortalRefused, PublicationContested
from ternopil_pipelines.portal import datastore, passport
from ternopil_pipelines.portal.answers import PortalMissing
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.datastore import Rows, TableState
from ternopil_pipelines.portal.resources import Target, surplus, targets_of

Say = Callable[[str], None]


@dataclass(frozen=True)
class Work:
    """One publication: where to, what, and whom to tell. `datastore_url`: only where the city gives it; `claim`: how
    others know this publication from theirs, and itself after a crash."""

    client: PortalClient
    archive: Archive
    edition: Edition
    package: str
    say: Say
    datastore_url: str | None = None
    claim: str = ""

    @cached_property
    def _rows(self) -> dict[str, Rows]:
        return {}

    def rows(self, target: Target) -> Rows:
        """Read from the archive once, however often the table is looked at."""
        table = target.file.table
        if table not in self._rows:
            frame = self.archive.frame(self.edition, table)
            self._rows[table] = Rows.of(frame, target.columns, sha256=target.file.sha256)
        return self._rows[table]


@dataclass(frozen=True, slots=True)
class Doubts:
    """Ids of resources that are to be sent again although the metadata says they are right: found wrong on reading."""

    files: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.files or self.tables)


NO_DOUBTS = Doubts()


@dataclass(frozen=True)
class Situation:
    """`package` None: no such dataset. `tables`: by resource id, for the targets that carry one."""

    package: Mapping[str, Any] | None
    targets: tuple[Target, ...]
    tables: Mapping[str, TableState | None]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        return {each["id"]: each for each in (self.package or {}).get("resources", ())}

    @property
    def edition(self) -> str | None:
        """Address of the edition the portal says it shows."""
        return passport.extra_of(self.package, passport.EDITION) if self.package else None

    @property
    def hidden(self) -> bool:
        """A dataset of our own that nobody has seen yet: private since we made it. One that somebody else closed lacks
        our mark, and showing it would open what others put there."""
        return self.package is not None and passport.is_preparing(self.package)

    @property
    def tabled(self) -> tuple[Target, ...]:
        return tuple(target for target in self.targets if target.has_table)

    @property
    def surplus(self) -> tuple[dict[str, Any], ...]:
        return surplus(self.package, self.targets)

    def files_differ(self) -> tuple[Target, ...]:
        """Targets whose resource is absent or says something else."""
        found = self.resources
        return tuple(each for each in self.targets if each.id not in found or each.differences(found[each.id]))

    def tables_differ(self) -> tuple[Target, ...]:
        return tuple(each for each in self.tabled if not self._holds(each))

    def tables_undescribed(self) -> tuple[Target, ...]:
        """Tables that are right but whose dictionary is not."""
        return tuple(
            each
            for each in self.tabled
            if self._holds(each) and not (self.tables[each.id] or _NONE).described_as(each.columns)
        )

    def passport_differs(self, work: Work) -> list[str]:
        """Keys that differ; of a hidden dataset the edition is only set when it is shown."""
        if self.package is None:
            return ["package"]
        wanted = passport.package_of(work.edition.passport, edition=None if self.hidden else work.edition.address)
        return passport.differences(self.package, wanted)

    def _holds(self, target: Target) -> bool:
        file = target.file
        state = self.tables.get(target.id) or _NONE
        return state.holds(sha256=file.sha256, count=file.rows, columns=target.columns)


_NONE = TableState(fields=(), count=0, mark=None, infos=())


def look(work: Work) -> Situation:
    return _look_at(work, show(work.client, work.package))


def _look_at(work: Work, package: Mapping[str, Any] | None) -> Situation:
    targets = targets_of(work.edition, package, package_name=work.package)
    present = {each["id"] for each in (package or {}).get("resources", ())}
    tables = {
        each.id: datastore.look(work.client, each.id) if each.id in present else None
        for each in targets
        if each.has_table
    }
    return Situation(package, targets, tables)


def refuse_closed_by_others(package: Mapping[str, Any] | None) -> None:
    """Whoever made a dataset private had a reason, and showing it would show all that stands in it."""
    if package and package.get("private") and not passport.is_preparing(package):
        raise PortalRefused(
            f"dataset `{package['name']}` is private on the portal, and it was not us who closed it: ask its"
            " administrator why, and to make it public before it is published to; another `package:` in sources.yaml"
            " leaves it as it is"
        )


def look_again(work: Work, now: Situation) -> Situation:
    """In the middle of a publication: the portal shows what it did before, or ours; else another publisher won."""
    package = show(work.client, work.package)
    shown = passport.extra_of(package, passport.EDITION) if package else None
    if shown not in {now.edition, work.edition.address}:
        raise PublicationContested(
            f"dataset `{work.package}`: another publisher published edition {(shown or '')[:12]} meanwhile; ours stands"
            " back"
        )
    return _look_at(work, package)


def show(client: PortalClient, name: str) -> dict[str, Any] | None:
    """The dataset as its editor sees it, None where there is none."""
    try:
        package = client.read("package_show", id=name)
    except PortalMissing:
        return None
    if package.get("state") == "deleted":
        raise PortalRefused(
            f"dataset `{name}` was deleted on the portal: ask its administrator to restore or to purge it"
        )
    return dict(package)
