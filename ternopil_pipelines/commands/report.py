"""`ternopil report …`: what the open-data manager reads, on the terminal or as one JSON document."""

from __future__ import annotations

import click

from ternopil_pipelines.commands.output import Settings, json_option
from ternopil_pipelines.commands.quality import quality


@click.group()
def report() -> None:
    """Звіти: стан виконання переліку постанови № 835, якість наборів."""


report.add_command(quality)


@report.command()
@json_option
@click.option("--svg", "picture", type=click.Path(dir_okay=False, writable=True), help="Ще й малюнок у цей файл.")
@click.pass_obj
def coverage(settings: Settings, picture: str | None) -> None:
    """Які з 73 обов’язкових наборів є на порталі, яких немає і чому."""
    from pathlib import Path

    from ternopil_pipelines.oversight.coverage import as_document, counts, on_portal
    from ternopil_pipelines.oversight.coverage import coverage as covered_now
    from ternopil_pipelines.oversight.coverage_chart import WORDS, coverage_svg

    installation = settings.installation()
    with installation.reader() as client:
        covered = covered_now(installation.catalogue, on_portal(client))
    if picture:
        Path(picture).write_text(coverage_svg(covered), encoding="utf-8")
    if settings.json:
        settings.document(as_document(covered))
        return
    for each in covered:
        named = f"{each.list}/{each.number}"
        settings.say(f"{named:<9} {WORDS[each.state]:<21} {', '.join(each.datasets) or '—'}  {_short(each.title)}")
        if each.reason:
            settings.say(f"{'':<10}{each.reason}")
    told = "; ".join(f"{WORDS[state]}: {count}" for state, count in counts(covered).items())
    settings.say(f"Разом {len(covered)}; {told}.")


def _short(title: str) -> str:
    return title if len(title) <= 80 else title[:79] + "…"
