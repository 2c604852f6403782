"""`ternopil report quality [DATASET]`: how good each dataset is, what each point rests on, what to mend first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ternopil_pipelines.commands.output import Settings, json_option
from ternopil_pipelines.faults import UsageFault

if TYPE_CHECKING:
    from ternopil_pipelines.oversight.quality import Quality
    from ternopil_pipelines.oversight.quality_history import Measured

FIXES_SHOWN = 15
HISTORY_SHOWN = 10


@click.command()
@click.argument("dataset", required=False)
@json_option
@click.pass_obj
def quality(settings: Settings, dataset: str | None) -> None:
    """Якість наборів і розпорядників: бали, їхні докази, що виправити спершу."""
    from ternopil_pipelines.oversight.quality import as_document, measure, rated
    from ternopil_pipelines.oversight.quality import quality as measured_now
    from ternopil_pipelines.oversight.quality_history import history

    installation = settings.installation()
    catalogue, archive, ledger = installation.catalogue, installation.archive, installation.ledger
    now = datetime.now(UTC)
    if dataset is None:
        found = measure(catalogue, archive, ledger, now)
        if settings.json:
            settings.document(as_document(catalogue, found))
        else:
            _say_all(settings, found, {each.id: each.title for each in catalogue.holders})
        return
    chosen = next((each for each in rated(catalogue) if each.id == dataset), None)
    if chosen is None:
        raise UsageFault(f"there is no quality of {dataset!r}; datasets: {', '.join(e.id for e in rated(catalogue))}")
    one = measured_now(catalogue, chosen, archive, ledger, now)
    told = history(ledger, chosen.id)
    if settings.json:
        settings.document({**one.as_json(), "history": [{"at": each.at, "percent": each.percent} for each in told]})
    else:
        _say_one(settings, one, told)


def _say_all(settings: Settings, found: tuple[Quality, ...], titles: dict[str, str]) -> None:
    from ternopil_pipelines.oversight.quality import TITLES, by_holder, percent, ranked

    width = max((len(each.dataset) for each in found), default=0)
    settings.say(f"{'набір':<{width}}  якість  " + "  ".join(TITLES.values()))
    for each in sorted(found, key=lambda each: (-each.percent, each.dataset)):
        shares = "  ".join(
            f"{percent(*points):>{len(TITLES[name])}.0f}" for name, points in each.by_dimension().items()
        )
        settings.say(f"{each.dataset:<{width}}  {each.percent:>4.0f} %  {shares}")
    settings.say("\nРозпорядники:")
    for name, sums in sorted(by_holder(found).items(), key=lambda pair: -percent(*pair[1])):
        settings.say(f"  {percent(*sums):>5.1f} %  {titles[name]}")
    fixes = ranked(found)
    if fixes:
        settings.say("\nЩо додасть найбільше балів:")
    for each, point in fixes[:FIXES_SHOWN]:
        settings.say(f"  +{point.missing:<6g} {each.dataset}: {point.fix}")
    if len(fixes) > FIXES_SHOWN:
        settings.say(f"  … і ще {len(fixes) - FIXES_SHOWN}: --json або ternopil report quality НАБІР")
    earned, most = sum(each.earned for each in found), sum(each.most for each in found)
    settings.say(f"\nРазом наборів: {len(found)}; якість {percent(earned, most):g} %.")


def _say_one(settings: Settings, found: Quality, told: tuple[Measured, ...]) -> None:
    from ternopil_pipelines.oversight.quality import TITLES

    settings.say(f"{found.dataset}: {found.percent:g} % ({found.earned:g} з {found.most:g} балів)")
    for name, (earned, most) in found.by_dimension().items():
        settings.say(f"\n{TITLES[name]}: {earned:g} з {most:g}")
        for each in (point for point in found.points if point.dimension == name):
            settings.say(f"  {each.earned:>6g} з {each.most:<6g} {each.title}  [{each.check}; {each.evidence}]")
    if found.fixes():
        settings.say("\nЩо виправити, найвигідніше спершу:")
    for each in found.fixes():
        settings.say(f"  +{each.missing:<6g} {each.fix}")
    if told:
        settings.say("\nЯк змінювалася:")
    for moment in told[-HISTORY_SHOWN:]:
        settings.say(f"  {moment.at[:10]}  {moment.percent:g} %")
