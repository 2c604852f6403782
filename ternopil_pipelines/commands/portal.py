"""`ternopil portal up|down|status`: the embedded CKAN of this machine."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ternopil_pipelines.catalogue.environment import Environment, write_running
from ternopil_pipelines.commands.output import Settings, json_option

if TYPE_CHECKING:
    from ternopil_pipelines.local_portal.portal import LocalPortal, PortalState


@click.group()
def portal() -> None:
    """Справжній CKAN на цій машині: для демонстрації й тестів."""


@portal.command()
@click.option("--port", type=int, help="Порт порталу; без нього вибирається вільний.")
@json_option
@click.pass_obj
def up(settings: Settings, port: int | None) -> None:
    """Запустити портал (перший раз — встановити)."""
    state = local_portal().up(port=port, say=settings.say)
    announce(state)
    _show(settings, state)


@portal.command()
@json_option
@click.pass_obj
def down(settings: Settings) -> None:
    """Зупинити все, що запустив `portal up`."""
    here = local_portal()
    here.down()
    write_running(home(), dict.fromkeys(("CKAN_URL", "CKAN_API_TOKEN", "CKAN_DATASTORE_URL")))
    _show(settings, here.status())


@portal.command()
@json_option
@click.pass_obj
def status(settings: Settings) -> None:
    """Чи працює портал і де; чи не закінчується токен, яким оприлюднюють."""
    _show(settings, local_portal().status())
    warn_of_token(settings, Environment.of(os.environ).get("CKAN_API_TOKEN"))


def warn_of_token(settings: Settings, *tokens: str | None) -> None:
    """A line for each that ends within two weeks; beside a JSON document on standard error."""
    from ternopil_pipelines.portal.expiry import expiry_warning

    told = (expiry_warning(each, now=datetime.now(UTC), language="uk") for each in dict.fromkeys(tokens))
    for warning in dict.fromkeys(told):
        if warning:
            settings.say(warning)


def home() -> Path:
    return Environment.of(os.environ).home


def local_portal() -> LocalPortal:
    from ternopil_pipelines.local_portal.portal import LocalPortal

    return LocalPortal(home() / "portal")


def announce(state: PortalState) -> None:
    """Let `${CKAN_URL}` and its companions of sources.yaml find this portal while it runs."""
    write_running(
        home(),
        {
            "CKAN_URL": state.url,
            "CKAN_API_TOKEN": state.editor_token,
            "CKAN_DATASTORE_URL": state.datastore_write_url,
        },
    )


def _show(settings: Settings, state: PortalState) -> None:
    if settings.json:
        settings.document({"running": state.running, "url": state.url})
    else:
        settings.say(f"Портал працює: {state.url}" if state.running else "Портал не працює.")
