"""`ternopil check`: what would become of a file, before it is dropped; needs no portal."""

from __future__ import annotations

from pathlib import Path

import click

from ternopil_pipelines.commands.output import Settings, json_option, leave
from ternopil_pipelines.faults import UsageFault

SHOWN = 10


@click.command()
@click.argument("dataset")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--table", help="Таблиця набору, якщо за назвою файлу її не видно.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Куди записати висновок.")
@json_option
@click.pass_obj
def check(settings: Settings, dataset: str, files: tuple[Path, ...], table: str | None, out: Path | None) -> None:
    """Перевірити файли набору й записати висновок: таблицю, звіт, позначену копію."""
    from ternopil_pipelines.findings.finding import Severity
    from ternopil_pipelines.reports.check import check as run_check
    from ternopil_pipelines.reports.ukrainian import NEXT_STEPS, VERDICTS

    catalogue = settings.catalogue()
    found = next((each for each in catalogue.datasets if each.id == dataset), None)
    if found is None:
        raise UsageFault(
            f"sources.yaml has no dataset {dataset!r}; it has: {', '.join(d.id for d in catalogue.datasets)}"
        )
    folder = out or Path(f"{dataset}-verdict")
    outcome = run_check(catalogue, found, files, table=table, out=folder)
    if settings.json:
        settings.document(outcome.report)
    else:
        verdict = outcome.report["verdict"]
        settings.say(f"{VERDICTS[verdict]}. {NEXT_STEPS[verdict]}")
        findings = [each for shown in outcome.report["tables"] for each in shown["findings"]]
        # What stops the file before what may stay; of a long list only the beginning is printed.
        findings.sort(key=lambda each: list(Severity).index(each["severity"]))
        for each in findings[:SHOWN]:
            place = each["cell"] or (f"рядок {each['row']}" if each["row"] else each["column"] or "таблиця")
            settings.say(f"  {place}: {each['message']} {each['fix']}".rstrip())
        if len(findings) > SHOWN:
            settings.say(f"  … і ще {len(findings) - SHOWN}")
        settings.say(f"Докладно: {folder / 'report.html'}")
    leave(outcome.exit_code)
