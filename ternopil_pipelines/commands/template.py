"""`ternopil template DATASET`: empty workbooks for a steward, with drop-downs, explanations and an example row."""

from __future__ import annotations

from pathlib import Path

import click

from ternopil_pipelines.commands.output import Settings, json_option
from ternopil_pipelines.faults import UsageFault


@click.command()
@click.argument("dataset")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Тека для шаблонів.")
@json_option
@click.pass_obj
def template(settings: Settings, dataset: str, out: Path) -> None:
    """Шаблон для заповнення: книга на кожну таблицю набору."""
    from ternopil_pipelines.reports.template import templates, write

    catalogue = settings.catalogue()
    found = next((each for each in catalogue.datasets if each.id == dataset), None)
    if found is None:
        raise UsageFault(
            f"sources.yaml has no dataset {dataset!r}; it has: {', '.join(d.id for d in catalogue.datasets)}"
        )
    made = templates(catalogue, found)
    paths = write(made, out)
    if settings.json:
        files = [{"table": each.table, "file": str(path)} for each, path in zip(made, paths, strict=True)]
        settings.document({"dataset": dataset, "templates": files})
        return
    for path in paths:
        settings.say(f"Шаблон записано: {path}")
