"""Publishing where the city gives the DataStore's own address: table, files and metadata change at one moment.

Each table is filled beside the one readers see. Then `package_revise` is sent; when its last bytes are about to leave,
the exchange is made but held back, the portal replaces files and metadata, and the exchange is committed: readers of
the table wait those 0.1-0.2 s, however slow the line to the portal is, instead of seeing another edition than the
metadata's. A kill between the last two leaves the old table under new metadata until the journal's next run, and
nothing else.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

from ternopil_pipelines.faults import Fault, PortalRefused, PortalUnreachable, PublicationContested
from ternopil_pipelines.portal import claims, in_place
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.resources import Target
from ternopil_pipelines.portal.sending import send_files
from ternopil_pipelines.portal.shadow import ShadowTables
from ternopil_pipelines.portal.showing import create_dataset
from ternopil_pipelines.portal.situation import NO_DOUBTS, Doubts, Situation, Work, look_again, show

needs = in_place.needs


def advance(work: Work, now: Situation, *, doubts: Doubts = NO_DOUBTS) -> None:
    """All steps from `now` to the edition."""
    if work.datastore_url is None:
        raise PortalRefused("publish_mode `direct` needs portal.datastore_url in sources.yaml")
    if now.package is None:
        create_dataset(work)
        now = look_again(work, now)
    else:
        claims.require_free(work, now.package, claims.holder(now.package))
    changed = in_place.tables_to_load(now, doubts)
    if changed:
        with ShadowTables(work.datastore_url) as tables:
            _require_own_database(now, tables)
            _replace(work, now, changed, tables, doubts)
    else:
        send_files(work, now, doubts)
    in_place.finish(work, now)


def _replace(work: Work, now: Situation, changed: list[Target], tables: ShadowTables, doubts: Doubts) -> None:
    nested = _comments_nested(work)
    try:
        for each in changed:
            work.say(f"filling {each.file.rows} rows of {each.file.table}")
            tables.fill(each.id, work.rows(each), comments_nested=nested)
        passing("shadow-filled")
        exchange = _Exchange(changed, tables)
        exchange.claim()
        # Who has lost stands back here: waiting for the tables' lock, and asking for them, would take up the portal's
        # workers while the winner's revision needs one.
        _require_unmoved(work, now)
        _send_files(work, now, doubts, exchange)
    except BaseException:
        # What stopped us is told, not that it could not be tidied up: the next filling removes what is left.
        with contextlib.suppress(Fault):
            tables.roll_back()
            for each in changed:
                tables.discard(each.id)
        raise
    passing("files-sent")
    tables.commit()
    passing("swap-committed")


class _Exchange:
    """Of all changed tables at once, held while the portal works on the files."""

    def __init__(self, changed: list[Target], tables: ShadowTables) -> None:
        self._changed, self._tables = changed, tables
        self.held = False

    def claim(self) -> None:
        self._tables.claim(each.id for each in self._changed)

    def take(self) -> None:
        if self.held:
            return
        for each in self._changed:
            self._tables.exchange(each.id)
        self.held = True
        passing("swap-held")

    def let_go(self) -> None:
        self.held = False
        self._tables.roll_back()
        self.claim()


def _send_files(work: Work, now: Situation, doubts: Doubts, exchange: _Exchange) -> None:
    try:
        matched = send_files(work, now, doubts, hold=exchange)
        if not matched and not _files_stand(work, now):
            raise PublicationContested(f"dataset `{work.package}` was published by another while its table was filled")
        exchange.take()
    except PortalUnreachable:
        # Whether the files went through is unknown: the table goes with what the metadata shows. Nothing may ask for
        # the table meanwhile, which is locked by ourselves.
        if not exchange.held or not _files_stand(work, now):
            raise


def _require_unmoved(work: Work, now: Situation) -> None:
    package = show(work.client, work.package)
    if package is None or now.package is None or package["metadata_modified"] != now.package["metadata_modified"]:
        raise PublicationContested(f"dataset `{work.package}` changed since it was looked at")


def _files_stand(work: Work, now: Situation) -> bool:
    try:
        return not replace(now, package=show(work.client, work.package)).files_differ()
    except Fault:
        return False


def _require_own_database(now: Situation, tables: ShadowTables) -> None:
    for resource, state in now.tables.items():
        if state is not None and not tables.exists(resource):
            raise PortalRefused(
                "portal.datastore_url is not this portal's DataStore: a table that it shows is not there"
            )


def _comments_nested(work: Work) -> bool:
    """From 2.11 on CKAN keeps the dictionary one level deeper in a column's comment; a hidden version is a new one."""
    version = str(work.client.read("status_show").get("ckan_version") or "")
    return not version.startswith(("2.9.", "2.10."))
