"""The `ternopil` command: global options, the list of subcommands, faults into exit codes.

Exit: 0 done (also nothing to do, accepted with remarks, held), 1 refused by the data or by a gate, 2 wrong use or
wrong sources.yaml, 3 portal or source out of reach. Nobody is shown a traceback: it goes to TERNOPIL_HOME/log.
"""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click

from ternopil_pipelines.commands.check import check
from ternopil_pipelines.commands.demo import demo
from ternopil_pipelines.commands.evidence import evidence
from ternopil_pipelines.commands.history import adopt, retire, rollback, withdraw
from ternopil_pipelines.commands.moderation import approve, reject
from ternopil_pipelines.commands.output import Settings
from ternopil_pipelines.commands.portal import portal
from ternopil_pipelines.commands.publish import publish, retry
from ternopil_pipelines.commands.report import report
from ternopil_pipelines.commands.status import status
from ternopil_pipelines.commands.template import template
from ternopil_pipelines.faults import CatalogueFault, Fault


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--sources", type=click.Path(path_type=Path), envvar="TERNOPIL_SOURCES", help="Файл джерел (sources.yaml тут)."
)
@click.option("--json", "as_json", is_flag=True, help="Один документ JSON у стандартний вивід.")
@click.version_option(package_name="ternopil-pipelines")
@click.pass_context
def ternopil(context: click.Context, sources: Path | None, as_json: bool) -> None:
    """Відкриті дані міської ради: від файлу підрозділу до доведеної публікації на порталі CKAN."""
    context.obj = Settings(sources=sources, json=as_json)


for command in (
    check,
    template,
    publish,
    retry,
    status,
    approve,
    reject,
    rollback,
    withdraw,
    retire,
    adopt,
    report,
    evidence,
    portal,
    demo,
):
    ternopil.add_command(command)


def main() -> None:
    settings = Settings(json="--json" in sys.argv)
    try:
        ternopil(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        _document(settings, type(wrong).__name__, wrong.format_message())
        sys.exit(2)
    except CatalogueFault as fault:
        click.echo("\n".join(fault.problems), err=True)
        _document(settings, "CatalogueFault", str(fault))
        sys.exit(fault.exit_code)
    except Fault as fault:
        click.echo(f"{type(fault).__name__}: {fault}", err=True)
        _document(settings, type(fault).__name__, str(fault))
        sys.exit(fault.exit_code)
    except Exception as error:
        log = _crash_log()
        click.echo(f"Внутрішня помилка програми ({type(error).__name__}); подробиці для інженера: {log}", err=True)
        _document(settings, type(error).__name__, f"internal error, see {log}")
        sys.exit(1)


def _document(settings: Settings, kind: str, message: str) -> None:
    if settings.json:
        settings.document({"error": {"kind": kind, "message": message}})


def _crash_log() -> Path:
    folder = Path(os.environ.get("TERNOPIL_HOME") or ".ternopil") / "log"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.log"
    path.touch(mode=0o600)
    path.write_text(traceback.format_exc(), encoding="utf-8")
    return path
