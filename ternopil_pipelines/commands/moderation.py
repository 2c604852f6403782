"""`ternopil approve|reject DATASET --note …`: a person's decision about the edition that waits, entered once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import click

from ternopil_pipelines.commands.output import Settings, json_option

_F = TypeVar("_F", bound=Callable[..., Any])


def _decision(command: _F) -> _F:
    """What either decision is asked with: the dataset, why, and who decided."""
    asked = (
        click.argument("dataset"),
        click.option("--note", required=True, help="Чому: залишиться в журналі назавжди."),
        click.option("--by", default=None, help="Хто вирішив (як записати в журналі); типово — обліковий запис."),
        json_option,
        click.pass_obj,
    )
    for each in reversed(asked):
        command = each(command)
    return command


@click.command()
@click.option("--edition", help="Початок відбитка: затвердити наново саме цю, вилучену чи відхилену людиною.")
@_decision
def approve(settings: Settings, dataset: str, note: str, by: str | None, edition: str | None) -> None:
    """Затвердити редакцію набору, що чекає рішення, або названу."""
    _decide(settings, dataset, "approved", note, by, edition)


@click.command()
@_decision
def reject(settings: Settings, dataset: str, note: str, by: str | None) -> None:
    """Відхилити редакцію набору, що чекає рішення; оприлюднена лишається."""
    _decide(settings, dataset, "rejected", note, by)


def _decide(
    settings: Settings,
    name: str,
    verdict: Literal["approved", "rejected"],
    note: str,
    by: str | None,
    named: str | None = None,
) -> None:
    from ternopil_pipelines.commands.history import edition_named, person
    from ternopil_pipelines.commands.publish import dataset_named
    from ternopil_pipelines.gates.moderation import decide_held, held_edition

    installation = settings.installation()
    dataset = dataset_named(installation, name)
    newest = held_edition(installation.ledger, installation.archive, dataset.id)
    edition = newest if named is None else edition_named(installation, dataset, named)
    who = f"person {by}" if by else person()
    made = decide_held(installation.ledger, edition, verdict, by=who, note=note, anew=named is not None)
    if settings.json:
        settings.document(
            {
                "dataset": dataset.id,
                "edition": edition.address,
                "verdict": made.verdict,
                "by": made.by,
                "note": made.why,
                "at": made.at,
            }
        )
        return
    word = "затверджено" if verdict == "approved" else "відхилено"
    settings.say(f"Редакцію {edition.address[:12]} набору «{dataset.title}» {word}: {made.by}, {made.at[:16]}.")
    if verdict == "approved":
        older = edition.address != newest.address
        way = f"rollback {dataset.id} --to {edition.address[:12]}" if older else f"publish {dataset.id}"
        settings.say(f"Оприлюднити зараз: ternopil {way}")
