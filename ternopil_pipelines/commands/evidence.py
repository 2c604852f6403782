"""`ternopil evidence verify|show`: is everything that was done still what was written, and what was it."""

from __future__ import annotations

from dataclasses import asdict

import click

from ternopil_pipelines.commands.output import Settings, json_option, leave


@click.group()
def evidence() -> None:
    """Докази: журнал дій і архів редакцій."""


@evidence.command()
@json_option
@click.pass_obj
def verify(settings: Settings) -> None:
    """Перевірити ланцюг журналу й кожен байт архіву."""
    from ternopil_pipelines.evidence.verification import verify_all

    installation = settings.installation()
    problems = verify_all(installation.ledger, installation.archive)
    entries = installation.ledger.entries()
    if settings.json:
        settings.document({"entries": len(entries), "problems": problems})
    else:
        for problem in problems:
            settings.say(problem)
        settings.say(f"Записів у журналі: {len(entries)}; порушень: {len(problems)}")
    leave(1 if problems else 0)


@evidence.command()
@click.argument("dataset")
@json_option
@click.pass_obj
def show(settings: Settings, dataset: str) -> None:
    """Що робилося з набором: хто, коли, що, з яким відбитком."""
    installation = settings.installation()
    entries = installation.ledger.entries(dataset=dataset)
    if settings.json:
        settings.document({"dataset": dataset, "entries": [asdict(each) for each in entries]})
        return
    for each in entries:
        edition = f"  редакція {each.edition[:12]}" if each.edition else ""
        settings.say(f"{each.sequence:>6}  {each.at}  {each.what:<10}{edition}  {each.who}")
