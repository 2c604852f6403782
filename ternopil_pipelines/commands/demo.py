"""`ternopil demo`: the whole city on this machine, from departments' files to the portal, and `--stop` to end it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ternopil_pipelines.catalogue.environment import read_running, write_running
from ternopil_pipelines.commands.output import Settings, json_option, leave
from ternopil_pipelines.commands.portal import announce, home, local_portal
from ternopil_pipelines.commands.publish import WORDS, run_all, summary

if TYPE_CHECKING:
    from ternopil_pipelines.installation import Installation
    from ternopil_pipelines.orchestration.running import Outcome

_CITY = ("CITY_REGISTERS_URL", "CITY_API_URL", "CITY_API_TOKEN")
_PORTAL = ("CKAN_URL", "CKAN_API_TOKEN", "CKAN_DATASTORE_URL")


@click.command()
@click.option("--stop", is_flag=True, help="Зупинити все, що запустила демонстрація.")
@click.option("--portal-port", type=int, envvar="PORTAL_PORT", help="Порт порталу CKAN.")
@click.option("--dagster-port", type=int, envvar="DAGSTER_PORT", help="Порт Dagster.")
@json_option
@click.pass_obj
def demo(settings: Settings, stop: bool, portal_port: int | None, dagster_port: int | None) -> None:
    """Показати все на цій машині: місто з файлами, базою та API, справжній CKAN і Dagster."""
    if stop:
        _stop(settings)
        return
    _open_city(settings, portal_port)
    installation = settings.installation()
    dagster_url = _start_dagster(settings, installation, dagster_port)
    active = installation.catalogue.active
    settings.say(f"Публікую набори: {len(active)}")
    outcomes = run_all(settings, installation, active, cause="demo")
    _start_daemon(installation)
    portal_url = installation.environment.resolve(installation.catalogue.portal.url, key="portal.url")
    if settings.json:
        settings.document(
            {"portal": portal_url, "dagster": dagster_url, "datasets": [asdict(each) for each in outcomes]}
        )
    else:
        _report(settings, installation, outcomes, portal_url, dagster_url)
    leave(max((each.exit_code for each in outcomes), default=0))


def _open_city(settings: Settings, port: int | None) -> None:
    """Portal, organisations, departments' files, database and API; what the environment names is used as it is."""
    from ternopil_pipelines.demo.landing import fill_landing
    from ternopil_pipelines.demo.registers import fill_registers
    from ternopil_pipelines.demo.running import Places, start_api

    here = local_portal()
    # The embedded PostgreSQL serves as the departments' database too, so the portal comes up even beside another CKAN.
    state = here.up(port=port, say=settings.say)
    if not os.environ.get("CKAN_URL"):
        announce(state)
        holders = settings.installation().catalogue.holders
        here.ensure_organizations([(each.organization_name, each.title) for each in holders])
        settings.say(f"Організації на порталі: {len(holders)}")
    installation = settings.installation()
    made = fill_landing(installation.landing)
    settings.say(f"Теки розпорядників: {installation.landing.resolve()} (нових файлів: {len(made)})")
    if not os.environ.get("CITY_REGISTERS_URL"):
        assert state.postgres is not None
        write_running(home(), {"CITY_REGISTERS_URL": fill_registers(state.postgres)})
        settings.say("База даних підрозділів: готова")
    if not os.environ.get("CITY_API_URL"):
        write_running(home(), start_api(Places(home()), read_running(home())))
        settings.say("API підрозділів: працює")


def _start_dagster(settings: Settings, installation: Installation, port: int | None) -> str:
    from ternopil_pipelines.demo.running import Places, start_dagster
    from ternopil_pipelines.orchestration.instance import dagster_home

    settings.say("Запускаю Dagster…")
    return start_dagster(
        Places(home()), dagster_home=dagster_home(installation.environment), port=port, say=settings.say
    )


def _start_daemon(installation: Installation) -> None:
    from ternopil_pipelines.demo.running import Places, start_daemon
    from ternopil_pipelines.orchestration.instance import dagster_home

    start_daemon(Places(home()), dagster_home=dagster_home(installation.environment))


def _stop(settings: Settings) -> None:
    from ternopil_pipelines.demo.running import Places, stop_all

    stopped = stop_all(Places(home()))
    here = local_portal()
    was_running = here.status().running
    here.down()
    write_running(home(), dict.fromkeys((*_CITY, *_PORTAL)))
    names = [*stopped, *(["portal"] if was_running else [])]
    if settings.json:
        settings.document({"stopped": names})
    else:
        settings.say("Зупинено: " + ", ".join(names) if names else "Нічого не працювало.")


def _report(
    settings: Settings, installation: Installation, outcomes: Sequence[Outcome], portal_url: str, dagster_url: str
) -> None:
    from rich.console import Console
    from rich.table import Table

    titles = {each.id: each.title for each in installation.catalogue.datasets}
    table = Table(title="Що оприлюднено", show_lines=False)
    table.add_column("Набір даних", max_width=48)
    table.add_column("Стан", no_wrap=True)
    table.add_column("Рядків", justify="right", no_wrap=True)
    table.add_column("Сторінка", no_wrap=True)  # an address broken in two cannot be followed
    for each in outcomes:
        table.add_row(titles[each.dataset], WORDS[each.state], str(each.rows or ""), each.url or "")
    Console(width=max(150, Console().width)).print(table)
    settings.say(summary(outcomes))
    if all(each.state == "unchanged" for each in outcomes):
        settings.say("Джерела не змінилися: на порталі нічого не торкалися.")
    settings.say(f"Портал:  {portal_url}")
    settings.say(f"Dagster: {dagster_url}")
    settings.say(f"Теки, за якими стежить Dagster: {installation.landing.resolve()}")
    settings.say("Зупинити все: make stop")
