"""Taking data back from the portal, fast and provably: after a leak, every minute they can be read counts.

The order is what closes everything: the tables first (they answer on their own), then each file is overwritten (CKAN
leaves a deleted resource's file on its disk and would serve it again), then the resources. Halves parked privately go
the same way, and what a killed `direct` publication was filling goes too. What cannot be reached from here (backups,
the activity stream, the national portal) is named, not done. The dataset itself stays, so that its address says what
happened. The ledger holds when it began, which addresses were to be closed, and what a citizen got from each of them in
the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.decisions import DECISION
from ternopil_pipelines.evidence.journal import CLOSED, WITHDRAWN
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.faults import PortalRefused, PortalUnreachable
from ternopil_pipelines.portal import datastore, passport
from ternopil_pipelines.portal.answers import PortalMissing
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.hidden_half import detached, forget_claim, staging_name
from ternopil_pipelines.portal.journal import Entry, Journal
from ternopil_pipelines.portal.renaming import standing_page
from ternopil_pipelines.portal.resources import FILE
from ternopil_pipelines.portal.shadow import ShadowTables
from ternopil_pipelines.portal.situation import Say, show
from ternopil_pipelines.portal.staging import REPLACES

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
    datastore_url: str | None = None,
) -> Withdrawal:
    """Withdraw every resource of the dataset, ours and others'. Called again it finishes what was begun. The editions
    shown need a new decision before they may go out again. `datastore_url`: needed where its mode is `direct`."""
    with journal.claim(dataset.id):
        package = standing_page(client, dataset, journal)
        if package is None:
            raise PortalRefused(f"dataset `{dataset.package_name}` is not on the portal: there is nothing to withdraw")
        name = str(package["name"])
        begun = journal.read(dataset.id)
        begun = None if begun is None or begun.done else begun
        resumed = begun is not None and begun.kind == "withdraw"
        shown = passport.extra_of(package, passport.EDITION)
        entry = Entry(
            dataset.id,
            name,
            # What was about to be shown goes too.
            (begun.edition if begun else "") or shown or "",
            dataset.publish_mode,
            "withdraw",
            previous=shown or (begun.previous if begun and resumed else None),
            note=reason,
            who=who,
        )
        journal.write(entry)
        passing("intent-written")
        if begun:
            _attach_halves(client, package)
        halves = [each for each in (package, show(client, staging_name(name))) if each]
        resources = [(half, dict(each)) for half in halves for each in half["resources"]]
        addresses = [each for half, resource in resources for each in addresses_of(client, half, resource)]
        addresses += _enter(ledger, entry, addresses, who=who, resumed=resumed)
        _close(client, resources, say)
        if datastore_url is not None:
            with ShadowTables(datastore_url) as tables:
                tables.remove_left_behind()
        _say_so(client, name)
        forget_claim(client, name)
        user = client.user()
        closed = {address: client.status_of(address) for address in dict.fromkeys(addresses)}
        open_still = sorted(address for address, status in closed.items() if status not in _CLOSED)
        if open_still:
            raise PortalUnreachable(f"{len(open_still)} of {len(closed)} addresses still answer; withdraw again")
        ledger.append(CLOSED, who=who, dataset=dataset.id, addresses=closed, user=user)
        journal.write(replace(entry, done=True))
    return Withdrawal(dataset.id, name, tuple(str(each["id"]) for _, each in resources), closed)


def _attach_halves(client: PortalClient, package: Mapping[str, Any]) -> None:
    """What a killed `ab` publication left in neither dataset keeps its file and its table: back into the private one,
    to be closed with it. An id that never held anything does no harm there."""
    staging = show(client, staging_name(str(package["name"])))
    if staging is None:
        return
    standing = {each["id"] for half in (package, staging) for each in half["resources"]}
    replaced = {str(each[REPLACES]): str(each[FILE]) for each in package["resources"] if each.get(REPLACES)}
    loose = {key: file for key, file in {**detached(staging), **replaced}.items() if key not in standing}
    if loose:
        attached = [
            {"id": key, "name": file, FILE: file, "url": file, "url_type": "upload"} for key, file in loose.items()
        ]
        client.revise(match__id=staging["id"], update__resources__extend=attached, include=["-*"])


def addresses_of(client: PortalClient, package: Mapping[str, Any], resource: Mapping[str, Any]) -> tuple[str, ...]:
    """What a citizen reads a resource from: file, rows, dump, page."""
    key = resource["id"]
    name = str(resource.get("url") or "").rsplit("/", 1)[-1] or "file"
    return (
        f"{client.url}/dataset/{package['id']}/resource/{key}/download/{name}",
        f"{client.url}/api/action/datastore_search?resource_id={key}",
        f"{client.url}/datastore/dump/{key}",
        f"{client.url}/dataset/{package['id']}/resource/{key}",
    )


def _enter(ledger: Ledger, entry: Entry, addresses: list[str], *, who: str, resumed: bool) -> list[str]:
    """Before anything is closed: no run publishes these editions again. One entry for each, one without where the
    dataset shows none of ours. Gives the addresses that a withdrawal which is resumed had entered: their resources may
    be gone by now, and their proof is still owed."""
    before = _entered(ledger, entry.dataset) if resumed else None
    revoked: set[str | None] = {entry.edition or None, entry.previous} - {None} or {None}
    for edition in sorted(revoked, key=str):
        last = ledger.last(entry.dataset, DECISION, WITHDRAWN, edition=edition)
        if before is None or last is None or last.what != WITHDRAWN:
            ledger.append(
                WITHDRAWN, who=who, dataset=entry.dataset, edition=edition, reason=entry.note, addresses=addresses
            )
    return before or []


def _entered(ledger: Ledger, dataset: str) -> list[str] | None:
    """Addresses of the withdrawal that is entered and not yet proven, None where there is none."""
    found: list[str] | None = None
    for each in ledger.entries(dataset):
        if each.what == CLOSED:
            found = None
        elif each.what == WITHDRAWN:
            found = [*(found or ()), *each.body.get("addresses", ())]
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
            told: dict[str, Any] = {f"update__resources__{resource['id']}": {"hash": "", "mimetype": "text/plain"}}
            client.revise(match__id=package["id"], files={resource["id"]: (name, TOMBSTONE)}, include=["-*"], **told)
    passing("files-sent")
    for _, resource in resources:
        try:
            client.call("resource_delete", id=resource["id"])
        except PortalMissing:
            continue
        passing("surplus-removed")


def _say_so(client: PortalClient, name: str) -> None:
    """The dataset shows no edition any more; a later publication starts anew under the same address."""
    package = show(client, name)
    if package is None:
        return
    # One that nobody has seen yet has nothing to say to anybody, and is filled and shown by a later publication.
    state = passport.PREPARING if passport.is_preparing(package) else STATE
    kept = passport.extras_without(package, {passport.EDITION, passport.STATE, passport.PREPARED_BY})
    client.revise(
        match__id=package["id"],
        filter=["-extras"],
        update={"extras": [*kept, {"key": passport.STATE, "value": state}]},
        include=["-*"],
    )
