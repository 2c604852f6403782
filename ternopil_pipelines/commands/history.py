"""`ternopil rollback | withdraw | adopt | retire`: what a person does to a publication, by name and with a reason."""

from __future__ import annotations

import getpass
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ternopil_pipelines.commands.output import Settings, json_option
from ternopil_pipelines.commands.publish import dataset_named, declared
from ternopil_pipelines.faults import EditionHeld, Fault, GateRefused, PortalRefused, UsageFault

if TYPE_CHECKING:
    from ternopil_pipelines.catalogue.model import Dataset
    from ternopil_pipelines.evidence.edition import Edition
    from ternopil_pipelines.installation import Installation

_log = logging.getLogger(__name__)


@click.command()
@click.argument("dataset")
@click.option("--to", "to", help="Початок відбитка редакції; без нього — попередня оприлюднена.")
@click.option("--note", default="повернення до попередньої редакції", help="Чому: залишиться в журналі.")
@json_option
@click.pass_obj
def rollback(settings: Settings, dataset: str, to: str | None, note: str) -> None:
    """Повернути на портал попередню (або названу) редакцію набору; також ту, яку раніше відхилило повернення."""
    from ternopil_pipelines.evidence.decisions import require_passing
    from ternopil_pipelines.evidence.journal import KEPT
    from ternopil_pipelines.gates.moderation import bring_back, roll_back
    from ternopil_pipelines.orchestration.publishing import publish_edition, respect_embargo

    installation = settings.installation()
    found = dataset_named(installation, dataset)
    ledger = installation.ledger
    begun = _begun(installation, found)
    target = _edition(installation, found, begun, to)
    # Before anything is entered: a rollback that is refused must change nothing.
    try:
        respect_embargo(installation, found)
    except EditionHeld as held:
        raise GateRefused(str(held)) from None
    installation.client(found).preflight(installation.catalogue.holder_of(found).organization_name)
    bring_back(ledger, target, by=person(), note=note)
    require_passing(ledger, found.id, target.address)
    newest = ledger.last(found.id, KEPT)
    # On the way back to what the source holds now nothing needs to be kept away.
    replaced = None
    if begun and begun[0] != target.address and (newest is None or newest.edition != target.address):
        replaced = installation.archive.read(found.id, begun[0])
        roll_back(ledger, replaced, by=person(), note=note)
    settings.say(f"Повертаю на портал редакцію {target.address[:12]} від {target.made_at[:16]}…")
    try:
        published = publish_edition(installation, found, target, run=f"rollback by {person()}", say=_log.info)
    except Fault:
        entry = installation.journal.read(found.id)
        if replaced and (entry is None or entry.done or entry.edition != target.address):
            # Nothing was begun that a later run would finish: what stands may stand.
            bring_back(ledger, replaced, by=person(), note="no rollback was begun")
        raise
    if settings.json:
        settings.document({"dataset": found.id, "edition": target.address, "url": published.url})
    else:
        settings.say(f"На порталі редакція {target.address[:12]} від {target.made_at[:16]}: {published.url}")


@click.command()
@click.argument("dataset")
@click.option("--reason", required=True, help="Чому: залишиться в журналі.")
@json_option
@click.pass_obj
def withdraw(settings: Settings, dataset: str, reason: str) -> None:
    """Негайно вилучити дані набору з порталу (наприклад, після витоку) і довести, що адреси закрито."""
    from ternopil_pipelines.portal.withdrawal import withdraw as take_back

    installation = settings.installation()
    found = declared(installation, dataset)
    settings.say(f"Закриваю файли, таблиці й адреси набору {found.id}…")
    done = take_back(
        client=installation.client(found),
        ledger=installation.ledger,
        dataset=found,
        journal=installation.journal,
        reason=reason,
        who=person(),
        say=_log.info,
        datastore_url=installation.datastore_url(found),
    )
    if settings.json:
        settings.document(asdict(done))
        return
    for address, status in done.closed.items():
        settings.say(f"  {status}  {address}")
    settings.say(f"Закрито адрес: {len(done.closed)}. Ще потрібно:")
    for each in done.remaining:
        settings.say(f"  - {each}")


@click.command()
@click.argument("dataset")
@json_option
@click.pass_obj
def retire(settings: Settings, dataset: str) -> None:
    """Позначити набір на порталі як «Більше не оновлюється»; дані залишаються."""
    from ternopil_pipelines.evidence.journal import PUBLISHED
    from ternopil_pipelines.portal.retirement import retire as mark

    installation = settings.installation()
    found = declared(installation, dataset)
    client = installation.client(found)
    user = client.user()
    changed = mark(client=client, dataset=found, journal=installation.journal)
    # Also where the portal had marked it and this was stopped before it could say so.
    last = installation.ledger.last(found.id, PUBLISHED, "retired")
    if changed or last is None or last.what == PUBLISHED:
        installation.ledger.append("retired", who=person(), dataset=found.id, user=user)
    if settings.json:
        settings.document({"dataset": found.id, "changed": changed})
    else:
        settings.say("Позначено: більше не оновлюється." if changed else "Набір уже так позначено.")
        if found.state != "retired":
            settings.say(f"Поставте `state: retired` у sources.yaml для {found.id}, щоб його більше не запускали.")


@click.command()
@click.argument("dataset")
@click.argument("package")
@json_option
@click.pass_obj
def adopt(settings: Settings, dataset: str, package: str) -> None:
    """Взяти під опіку набір PACKAGE, що вже є на порталі: його адреса та ідентифікатори ресурсів збережуться."""
    from pathlib import Path

    from ternopil_pipelines.catalogue.adopting import with_package
    from ternopil_pipelines.portal.situation import show

    installation = settings.installation()
    found = dataset_named(installation, dataset)
    client = installation.client(found)
    existing = show(client, package)
    if existing is None:
        raise PortalRefused(f"the portal has no dataset `{package}`, or the token may not see it")
    if existing.get("private"):
        settings.say(
            f"Набір `{package}` на порталі приватний: хтось закрив його від читачів, а оприлюднення відкрило б усе,"
            " що в ньому лежить. З'ясуйте в адміністратора порталу, чому він закритий. Якщо все в ньому можна показати,"
            " нехай зробить його публічним, тоді повторіть команду. Нічого не змінено."
        )
        raise PortalRefused(f"dataset `{package}` is private on the portal and is not taken over")
    client.preflight(installation.catalogue.holder_of(found).organization_name)
    user = client.user()
    sources = settings.sources or Path("sources.yaml")
    changed = with_package(sources.read_text(encoding="utf-8"), found.id, package)
    partial = sources.with_name(f".{sources.name}.partial")
    partial.write_text(changed, encoding="utf-8")
    partial.replace(sources)
    installation.ledger.append(
        "adopted", who=person(), dataset=found.id, package=package, package_id=existing["id"], user=user
    )
    resources = [{"id": each["id"], "name": each["name"], "url": each["url"]} for each in existing["resources"]]
    if settings.json:
        settings.document({"dataset": found.id, "package": package, "resources": resources})
        return
    settings.say(f"{found.id} тепер оприлюднюватиметься як `{package}`; ресурси зберігають свої адреси:")
    for each in resources:
        settings.say(f"  {each['name']}  {each['url']}")


def person() -> str:
    """Who acts: the account of the operating system."""
    return f"person {getpass.getuser()}"


def _begun(installation: Installation, dataset: Dataset) -> list[str]:
    """Editions published, the latest first; before them one whose publication was interrupted halfway."""
    from ternopil_pipelines.evidence.journal import PUBLISHED

    entries = installation.ledger.entries(dataset=dataset.id, what=PUBLISHED)
    addresses = list(dict.fromkeys(str(each.edition) for each in reversed(entries)))
    entry = installation.journal.read(dataset.id)
    if entry is not None and not entry.done and entry.kind == "publish" and entry.edition not in addresses:
        return [entry.edition, *addresses]
    return addresses


def _edition(installation: Installation, dataset: Dataset, begun: list[str], to: str | None) -> Edition:
    from ternopil_pipelines.evidence.decisions import decision

    if to is None:
        for address in begun[1:]:
            found = decision(installation.ledger, dataset.id, address)
            if found is not None and found.passing:
                return installation.archive.read(dataset.id, address)
        raise UsageFault(
            f"dataset {dataset.id} has no earlier publication that may go out; published were: {_known(begun)}; "
            "name one with --to"
        )
    return edition_named(installation, dataset, to)


def edition_named(installation: Installation, dataset: Dataset, start: str) -> Edition:
    fitting = [each for each in installation.archive.history(dataset.id) if each.address.startswith(start)]
    if len(fitting) != 1:
        known = _known(_begun(installation, dataset))
        raise UsageFault(f"{len(fitting)} editions of {dataset.id} begin with {start!r}; published were: {known}")
    return fitting[0]


def _known(addresses: list[str]) -> str:
    return ", ".join(each[:12] for each in addresses) or "none"
