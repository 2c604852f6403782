"""The page of a dataset without data to show: a CKAN dataset with no resources, written only when it says otherwise.

One call makes it or brings it up to date, so there is nothing to roll forward; it is read back as a citizen sees it,
the search that the national portal harvests from included. Data are never hidden behind a page: where files still
stand, were made private by somebody or are just being withdrawn, it refuses and says what to do first. A dataset that
has data again is published onto the same address, which keeps its id. What the page says is composed elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.edition import Passport
from ternopil_pipelines.faults import PortalRefused, PortalUnreachable
from ternopil_pipelines.portal.answers import PortalMissing
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Entry, Journal
from ternopil_pipelines.portal.passport import differences, extra_of, merged_extras, package_of
from ternopil_pipelines.portal.publication import quiet
from ternopil_pipelines.portal.resources import FILE
from ternopil_pipelines.portal.situation import Say, refuse_closed_by_others, show
from ternopil_pipelines.portal.verification import SEARCH_LAG

# The text of a test or a decision beside the page is no data; whatever has another format is.
_DOCUMENTS = frozenset({"pdf", "doc", "docx", "odt", "rtf", "html"})


@dataclass(frozen=True, slots=True)
class PageShown:
    """`package`: CKAN's id, which a later publication keeps; `unchanged`: nothing was written."""

    dataset: str
    package: str
    url: str
    unchanged: bool


def holds_data(resource: Mapping[str, Any]) -> bool:
    return bool(resource.get(FILE)) or str(resource.get("format") or "").lower() not in _DOCUMENTS


def show_page(
    *, client: PortalClient, dataset: Dataset, passport: Passport, journal: Journal, say: Say = quiet
) -> PageShown:
    """Raises PortalRefused where data stand in the way, PortalUnreachable where the portal does not show it yet."""
    name = dataset.package_name
    with journal.claim(dataset.id):
        earlier = journal.read_to_publish(dataset.id)
        client.preflight(passport.organization)
        _follow_new_name(client, earlier, name, passport, say)
        wanted = package_of(passport, edition=None)
        package = show(client, name)
        if package is not None:
            _refuse_data(package, dataset)
        unchanged = package is not None and not _differs(package, wanted) and _in_search(client, name, wanted)
        if not unchanged:
            say(f"writing the page of {dataset.id}: {dataset.state}")
            _write(client, name, package, wanted)
            _read_back(client, name, wanted)
        entry = Entry(dataset.id, name, "", dataset.publish_mode, done=True)
        if earlier != entry:
            journal.write(entry)
        shown = show(client, name)
        assert shown is not None
        return PageShown(dataset.id, str(shown["id"]), f"{client.url}/dataset/{name}", unchanged)


def _follow_new_name(client: PortalClient, earlier: Entry | None, name: str, passport: Passport, say: Say) -> None:
    """A page whose `package` was changed in sources.yaml is renamed, lest the old one stay for ever."""
    if earlier is None or earlier.package == name or show(client, name) is not None:
        return
    old = show(client, earlier.package)
    if old is not None and extra_of(old, "identifier") == passport.identifier:
        say(f"renaming {earlier.package} to {name}")
        client.revise(match__id=old["id"], update={"name": name}, include=["-*"])


def _refuse_data(package: Mapping[str, Any], dataset: Dataset) -> None:
    data = [each for each in package.get("resources", ()) if holds_data(each)]
    if data:
        raise PortalRefused(
            f"dataset `{package['name']}` still holds {len(data)} files on the portal, and a page that says"
            f" `{dataset.state}` must not stand over them: `ternopil withdraw {dataset.id} --reason …` first"
        )
    refuse_closed_by_others(package)


def _differs(package: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return bool(package.get("private") or differences(package, wanted))


def _write(client: PortalClient, name: str, package: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> None:
    if package is None:
        client.call("package_create", name=name, private=False, **wanted)
        return
    client.revise(
        match__id=package["id"],
        match__metadata_modified=package["metadata_modified"],
        match__num_resources=len(package["resources"]),
        filter=["-extras", "-tags"],
        update={**wanted, "extras": merged_extras(package, wanted), "private": False},
        include=["-*"],
    )


def _read_back(client: PortalClient, name: str, wanted: Mapping[str, Any]) -> None:
    try:
        package = client.read("package_show", anonymous=True, id=name)
    except PortalMissing:
        raise PortalUnreachable(
            f"the page `{name}` is not public after it was written; the next run tries again"
        ) from None
    if found := differences(package, wanted):
        raise PortalUnreachable(f"the page `{name}` does not show what was sent: {', '.join(found)}")
    if not _in_search(client, name, wanted, patience=SEARCH_LAG):
        raise PortalUnreachable(f"the portal's search does not show the page `{name}` yet; the next run asks again")


def _in_search(client: PortalClient, name: str, wanted: Mapping[str, Any], *, patience: tuple[float, ...] = ()) -> bool:
    for pause in (0.0, *patience):
        time.sleep(pause)
        answer = client.read("package_search", anonymous=True, fq=f'name:"{name}"', sort="id asc", rows=2)
        if any(each["name"] == name and not differences(each, wanted) for each in answer["results"]):
            return True
    return False
