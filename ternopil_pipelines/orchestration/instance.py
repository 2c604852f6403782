"""The Dagster instance of an installation: DAGSTER_HOME where the city set one, else TERNOPIL_HOME/dagster."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import dagster as dg

from ternopil_pipelines.catalogue.environment import Environment


def dagster_home(environment: Environment) -> Path:
    """The folder, with our settings in it if it had none. Absolute: Dagster refuses others."""
    chosen = environment.variables.get("DAGSTER_HOME")
    home = (Path(chosen) if chosen else environment.home / "dagster").resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = home / "dagster.yaml"
    if not settings.exists():
        partial = home / f".dagster.yaml.{os.getpid()}"
        ours = files("ternopil_pipelines.orchestration").joinpath("dagster.yaml")
        partial.write_text(ours.read_text(encoding="utf-8"), encoding="utf-8")
        partial.replace(settings)
    return home


def instance(environment: Environment) -> dg.DagsterInstance:
    home = dagster_home(environment)
    os.environ.setdefault("DAGSTER_HOME", str(home))
    return dg.DagsterInstance.from_config(str(home))
