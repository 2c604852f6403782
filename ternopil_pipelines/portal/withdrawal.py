"""Taking data back from the portal, fast and provably: after a leak, every minute they can be read counts.

The order is what closes everything: the tables first (they answer on their own), then each file is overwritten (CKAN
leaves a deleted resource's file on its disk and would serve it again), then the resources. Halves parked privately go
the same way. What cannot be reached from here (backups, the activity stream, the national portal) is named, not done.
The dataset itself stays, so that its address says what happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.decisions import DECISION
from ternopil_pipelines.evidence.journal import WITHDRAWN
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.faults import PortalRefused, PortalUnreachable
from ternopil_pipelines.portal import datastore, passport
from ternopil_pipelines.portal.answers import PortalMissing
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.journal import Entry, Journal
from ternopil_pipelines.portal.situation import Say, show
from ternopil_pipelines.portal.staging import staging_name

TOMBSTONE = "Дані вилучено з оприлюднення розпорядником.\n".encode()
STATE = "withdrawn"
_CLOSED = frozenset({401, 403, 404, 410})
# What only others can close; told to the person who withdraws.
REMAINING = (
    "попросити адміністратора порталу вилучити стрічку змін набору й видалені ресурси, перебудувати пошуковий індекс"
    " і видалити файли з резервних копій",
    "попросити data.gov.ua зібрати набір ще раз: вилучення само туди не доходить",
)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """`closed`: address → the status a citizen gets now, four for each resource; `remaining`: what others must do."""

    dataset: str
    package: str
    resources: tuple[str, ...]
    closed: Mapping[str, int]
    remaining: tuple[str, ...] = REMAINING


def withdraw(
    *,
    client: PortalClient,
    ledger: Ledger,
    dataset: Dataset,
    journal: Journal,
    reason: str,
    who: str,
    say: Say = lambda text: None,
) -> Withdrawal:
    """Withdraw every resource of the dataset, ours and others'. Called again it finishes what was begun. The editions
    shown need a new decision before they may go out again."""
    package = show(client, dataset.package_name)
    if package is None:
        raise PortalRefused(f"dataset `{dataset.package_name}` is not on the portal: there is nothing to withdraw")
    with journal.claim(dataset.id):
        shown = passport.extra_of(package, passport.EDITION)
        earlier = journal.read(dataset.id)
        entry = Entry(
            dataset.id, dataset.package_name, shown or "", dataset.publish_mode, "withdraw", previous=shown, note=reason
        )
        revoked = {shown, earlier.edition if earlier and not earlier.done else None} - {None, ""}
        # The ledger first: from here on no run publishes these editions again.
        for address in sorted(str(each) for each in revoked):
            last = ledger.last(dataset.id, DECISION, WITHDRAWN, edition=address)
            if last is not None and last.what == WITHDRAWN:
                continue
            ledger.append(WITHDRAWN, who=who, dataset=dataset.id, edition=address, reason=reason)
        journal.write(entry)
        passing("intent-written")
        halves = [each for each in (package, show(client, staging_name(dataset.package_name))) if each]
        resources = [(half, dict(each)) for half in halves for each in half["resources"]]
        _close(client, resources, say)
        _say_so(client, dataset)
        closed = prove(client, resources)
        open_still = sorted(address for address, status in closed.items() if status not in _CLOSED)
        if open_still:
            raise PortalUnreachable(f"{len(open_still)} of {len(closed)} addresses still answer; withdraw again")
        journal.write(replace(entry, done=True))
    return Withdrawal(dataset.id, dataset.package_name, tuple(str(each["id"]) for _, each in resources), closed)


def prove(client: PortalClient, resources: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, int]:
    """What a citizen gets from each resource's four addresses: file, rows, dump, page."""
    found = {}
    for package, resource in resources:
        key = resource["id"]
        name = str(resource.get("url") or "").rsplit("/", 1)[-1] or "file"
        for address in (
            f"{client.url}/dataset/{package['id']}/resource/{key}/download/{name}",
            f"{client.url}/api/action/datastore_search?resource_id={key}",
            f"{client.url}/datastore/dump/{key}",
            f"{client.url}/dataset/{package['id']}/resource/{key}",
        ):
            found[address] = client.status_of(address)
    return found


def _close(client: PortalClient, resources: list[tuple[dict[str, Any], dict[str, Any]]], say: Say) -> None:
    for _, resource in resources:
        say(f"closing the table of {resource['name']}")
        datastore.drop(client, resource["id"])
    passing("tables-hidden")
    for package, resource in resources:
        if resource.get("url_type") == "upload":
            say(f"overwriting the file of {resource['name']}")
            name = str(resource["url"]).rsplit("/", 1)[-1]
            client.revise(
                match__id=package["id"],
                files={resource["id"]: (name, TOMBSTONE)},
                include=["-*"],
                **{f"update__resources__{resource['id']}": {"hash": "", "mimetype": "text/plain"}},
            )
    passing("files-sent")
    for _, resource in resources:
        try:
            client.call("resource_delete", id=resource["id"])
        except PortalMissing:
            continue
        passing("surplus-removed")


def _say_so(client: PortalClient, dataset: Dataset) -> None:
    """The dataset shows no edition any more; a later publication starts anew under the same address."""
    package = show(client, dataset.package_name)
    if package is None:
        return
    extras = [
        {"key": each["key"], "value": each["value"]}
        for each in package.get("extras", ())
        if each["key"] not in {passport.EDITION, passport.STATE}
    ]
    client.revise(
        match__id=package["id"],
        filter=["-extras"],
        update={"extras": [*extras, {"key": passport.STATE, "value": STATE}]},
        include=["-*"],
    )
