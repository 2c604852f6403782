"""A dataset whose `package` was changed in sources.yaml: its page gets the new name and everything keeps its id."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.hidden_half import staging_name
from ternopil_pipelines.portal.journal import Entry, Journal
from ternopil_pipelines.portal.passport import EDITION, extra_of
from ternopil_pipelines.portal.situation import Work, show


def standing_page(client: PortalClient, dataset: Dataset, journal: Journal) -> dict[str, Any] | None:
    """The dataset on the portal: under its name, else under the one it was published by last, which a `package` changed
    in sources.yaml gives up with the next publication only."""
    page = show(client, dataset.package_name)
    earlier = journal.read(dataset.id) if page is None else None
    if earlier is None or earlier.package == dataset.package_name:
        return page
    old = show(client, earlier.package)
    return old if old is not None and extra_of(old, "identifier") == dataset.id else None


def follow_new_name(work: Work, earlier: Entry | None, journal: Journal) -> bool:
    """A dataset whose `package` was changed in sources.yaml is renamed, keeping its ids; nothing is published twice.
    The journal keeps the old name until all is done: whoever is killed here is followed by a run that looks for it."""
    if earlier is None or earlier.package == work.package:
        return False
    old = show(work.client, earlier.package)
    if old is None or show(work.client, work.package) is not None:
        return False
    if extra_of(old, "identifier") != work.edition.passport.identifier:
        return False
    previous = extra_of(old, EDITION)
    journal.write(replace(earlier, kind="publish", edition=work.edition.address, previous=previous, done=False))
    passing("intent-written")
    work.say(f"renaming {earlier.package} to {work.package}")
    half = show(work.client, staging_name(earlier.package))
    if half is not None and show(work.client, staging_name(work.package)) is None:
        # Before the dataset: what is parked there is looked for under the new name.
        work.client.revise(match__id=half["id"], update={"name": staging_name(work.package)}, include=["-*"])
    work.client.revise(match__id=old["id"], update={"name": work.package}, include=["-*"])
    passing("renamed")
    return True
