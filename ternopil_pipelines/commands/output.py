"""How the command speaks: text for people, or with --json one document on standard output and nothing else."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ternopil_pipelines.catalogue.model import Catalogue
    from ternopil_pipelines.installation import Installation

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass
class Settings:
    """The global options; `json` may also be set after the subcommand."""

    sources: Path | None = None
    json: bool = False

    def catalogue(self) -> Catalogue:
        """sources.yaml alone, for what needs neither archive nor portal."""
        from ternopil_pipelines.catalogue.loading import load_catalogue

        return load_catalogue(self.sources or Path("sources.yaml"))

    def installation(self) -> Installation:
        from ternopil_pipelines.installation import Installation

        if self.sources is not None:
            # Runs started by this process load the same file.
            os.environ["TERNOPIL_SOURCES"] = str(self.sources)
        return Installation.here(self.sources)

    def say(self, text: str) -> None:
        """Progress and remarks: to people on standard output, beside a JSON document on standard error."""
        click.echo(text, err=self.json)

    def document(self, content: object) -> None:
        click.echo(json.dumps(content, ensure_ascii=False, indent=1, default=str))


def json_option(command: _F) -> _F:
    """`--json` after the subcommand, as well as before it."""

    def remember(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            context.find_object(Settings).json = True  # type: ignore[union-attr]

    return click.option(
        "--json", is_flag=True, expose_value=False, callback=remember, help="Один документ JSON у стандартний вивід."
    )(command)


def leave(code: int) -> None:
    """End with the contract's exit code."""
    sys.stdout.flush()
    sys.exit(code)
