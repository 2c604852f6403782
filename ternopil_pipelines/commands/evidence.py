"""`ternopil evidence verify|show|digest|erase`: is everything that was done still what was written, and what was it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from ternopil_pipelines.commands.output import Settings, json_option, leave
from ternopil_pipelines.faults import PermanentFault, UsageFault


@click.group()
def evidence() -> None:
    """Докази: журнал дій і архів редакцій."""


@evidence.command()
@click.option(
    "--digest", "digests", multiple=True, metavar="FILE|URL", help="Збережені відбитки журналу: файл або адреса."
)
@json_option
@click.pass_obj
def verify(settings: Settings, digests: tuple[str, ...]) -> None:
    """Перевірити ланцюг журналу й кожен байт архіву; з --digest — чи журнал той самий, що тоді."""
    from ternopil_pipelines.evidence.digests import read_digests
    from ternopil_pipelines.evidence.verification import verify_all

    installation = settings.installation()
    kept = [each for place in digests for each in read_digests(_content(place), place=place)]
    problems = verify_all(installation.ledger, installation.archive, kept)
    try:
        count: int | None = len(installation.ledger.entries())
    except PermanentFault:  # a row that cannot be read is among the problems
        count = None
    if settings.json:
        told = {"digests": len(kept)} if digests else {}
        settings.document({"entries": count, "problems": problems, **told})
    else:
        for problem in problems:
            settings.say(problem)
        held = f"; звірено відбитків: {len(kept)}" if digests else ""
        read = "не прочитати" if count is None else count
        settings.say(f"Записів у журналі: {read}{held}; порушень: {len(problems)}")
    leave(1 if problems else 0)


def _content(place: str) -> bytes:
    if place.startswith(("http://", "https://")):
        from ternopil_pipelines.portal.client import PortalClient

        with PortalClient(place, None) as client:
            return b"".join(client.download(place))
    try:
        return Path(place).read_bytes()
    except OSError as error:
        raise UsageFault(f"{place} cannot be read: {error.strerror}") from None


@evidence.command()
@click.argument("dataset")
@json_option
@click.pass_obj
def show(settings: Settings, dataset: str) -> None:
    """Що робилося з набором: хто, коли, що, з яким відбитком; після вилучення — що відповіла кожна адреса."""
    from ternopil_pipelines.evidence.journal import CLOSED

    installation = settings.installation()
    entries = installation.ledger.entries(dataset=dataset)
    if settings.json:
        settings.document({"dataset": dataset, "entries": [asdict(each) for each in entries]})
        return
    for each in entries:
        edition = f"  редакція {each.edition[:12]}" if each.edition else ""
        settings.say(f"{each.sequence:>6}  {each.at}  {each.what:<10}{edition}  {each.who}")
        if each.what == CLOSED:
            for address, status in each.body["addresses"].items():
                settings.say(f"{'':>8}{status}  {address}")


@evidence.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="День (UTC); без нього — сьогодні.")
@json_option
@click.pass_obj
def digest(settings: Settings, day: datetime | None) -> None:
    """Відбиток журналу на кінець дня: оприлюднений чи надісланий, він робить зміну минулого видимою."""
    installation = settings.installation()
    found = installation.ledger.digest((day or datetime.now(UTC)).date())
    if settings.json:
        settings.document(found)
    else:
        settings.say(f"{found['day']}  записів: {found['sequence']}  відбиток: {found['hash']}")


@evidence.command()
@click.argument("dataset")
@click.argument("edition")
@click.option("--reason", required=True, help="Чому: залишиться в журналі.")
@json_option
@click.pass_obj
def erase(settings: Settings, dataset: str, edition: str, reason: str) -> None:
    """Стерти байти редакції (персональні дані, що потрапили помилково); у журналі залишиться запис."""
    from ternopil_pipelines.commands.history import person
    from ternopil_pipelines.orchestration.erasing import erase_edition
    from ternopil_pipelines.orchestration.instance import instance

    installation = settings.installation()
    fitting = [each for each in installation.archive.history(dataset) if each.address.startswith(edition)]
    if len(fitting) != 1:
        raise UsageFault(f"{len(fitting)} editions of {dataset} begin with {edition!r}")
    with instance(installation.environment) as dagster:
        erase_edition(installation, fitting[0], dagster, reason=reason, who=person())
    if settings.json:
        settings.document({"dataset": dataset, "erased": fitting[0].address})
    else:
        settings.say(f"Стерто редакцію {fitting[0].address[:12]} і отримані файли, з яких її зроблено.")
