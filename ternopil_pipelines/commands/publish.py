"""`ternopil publish` and `ternopil retry`: run datasets now, in this process, and say what came of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from ternopil_pipelines.commands.output import Settings, json_option, leave
from ternopil_pipelines.faults import UsageFault

if TYPE_CHECKING:
    from ternopil_pipelines.catalogue.model import Dataset
    from ternopil_pipelines.installation import Installation
    from ternopil_pipelines.orchestration.running import Outcome

WORDS = {
    "published": "оприлюднено",
    "unchanged": "без змін",
    "held": "чекає",
    "refused": "відхилено",
    "unreachable": "недоступно",
    "failed": "не вдалося",
}


@click.command()
@click.argument("datasets", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Усі набори.")
@click.option("--due", is_flag=True, help="Лише ті, яким настав строк.")
@json_option
@click.pass_obj
def publish(settings: Settings, datasets: tuple[str, ...], every: bool, due: bool) -> None:
    """Отримати, перевірити й оприлюднити набори даних."""
    if [bool(datasets), every, due].count(True) != 1:
        raise click.UsageError("name the datasets, or one of --all and --due")
    installation = settings.installation()
    if every:
        chosen: Sequence[Dataset] = _published(installation)
    elif due:
        chosen = _due(installation)
    else:
        chosen = [dataset_named(installation, each, pages=True) for each in datasets]
    _run(settings, installation, chosen, cause="command")


@click.command()
@json_option
@click.pass_obj
def retry(settings: Settings) -> None:
    """Повторити всі набори, остання спроба яких не вдалася."""
    from ternopil_pipelines.oversight.status import standing

    installation = settings.installation()
    now = _now(installation)
    failed = [
        each
        for each in _published(installation)
        if standing(installation.catalogue, each, installation.ledger, now).state == "failed"
    ]
    _run(settings, installation, failed, cause="retry")


def declared(installation: Installation, name: str) -> Dataset:
    """In whatever state."""
    found = next((each for each in installation.catalogue.datasets if each.id == name), None)
    if found is None:
        known = ", ".join(each.id for each in installation.catalogue.datasets)
        raise UsageFault(f"sources.yaml has no dataset {name!r}; it has: {known}")
    return found


def dataset_named(installation: Installation, name: str, *, pages: bool = False) -> Dataset:
    """`pages`: also one that has a page in place of data."""
    found = declared(installation, name)
    if not found.active and not (pages and found.page_only):
        raise UsageFault(f"dataset {name!r} has the state `{found.state}`: there is nothing to receive")
    return found


def run_all(settings: Settings, installation: Installation, chosen: Sequence[Dataset], *, cause: str) -> list[Outcome]:
    from ternopil_pipelines.orchestration.instance import instance
    from ternopil_pipelines.orchestration.running import run_dataset

    outcomes = []
    with instance(installation.environment) as dagster:
        for number, dataset in enumerate(chosen, start=1):
            outcome = run_dataset(installation, dataset, dagster, cause=cause)
            outcomes.append(outcome)
            rows = f", рядків: {outcome.rows}" if outcome.rows is not None else ""
            settings.say(f"[{number}/{len(chosen)}] {dataset.id}: {WORDS[outcome.state]}{rows}")
            if outcome.said:
                settings.say("    " + outcome.said.replace("\n", "\n    "))
    return outcomes


def _run(settings: Settings, installation: Installation, chosen: Sequence[Dataset], *, cause: str) -> None:
    outcomes = run_all(settings, installation, chosen, cause=cause)
    if settings.json:
        settings.document({"datasets": [asdict(each) for each in outcomes]})
    elif not outcomes:
        settings.say("Робити нічого: жоден набір цього не потребує.")
    else:
        settings.say(summary(outcomes))
    leave(max((each.exit_code for each in outcomes), default=0))


def summary(outcomes: Sequence[Outcome]) -> str:
    counts = {state: sum(each.state == state for each in outcomes) for state in WORDS}
    said = ", ".join(f"{WORDS[state]}: {count}" for state, count in counts.items() if count)
    return f"Разом наборів: {len(outcomes)}; {said}."


def _due(installation: Installation) -> list[Dataset]:
    from ternopil_pipelines.orchestration.schedules import due_now, looked_at

    now = _now(installation)
    active = installation.catalogue.active
    pages = [each for each in installation.catalogue.datasets if each.page_only]
    # Whether a page says what it should, only the portal knows.
    return [*(due.dataset for due in due_now(active, now, looked_at(installation, active))), *pages]


def _published(installation: Installation) -> list[Dataset]:
    """Everything that has its place on the portal: data, or a page that says why there are none."""
    return [each for each in installation.catalogue.datasets if each.active or each.page_only]


def _now(installation: Installation) -> datetime:
    return datetime.now(ZoneInfo(installation.catalogue.city.timezone))
