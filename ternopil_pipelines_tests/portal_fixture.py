"""A real CKAN for tests: one environment for the whole suite, one portal for each caller.

`TERNOPIL_PORTAL_ENV` names an environment that is already installed; else it is made once beside the repository's
other state and kept between runs.
"""

from __future__ import annotations

import os
from pathlib import Path

from ternopil_pipelines.local_portal.portal import ENVIRONMENT_VARIABLE, LocalPortal

REPOSITORY = Path(__file__).resolve().parent.parent


def portal_environment() -> Path:
    return Path(os.environ.get(ENVIRONMENT_VARIABLE) or REPOSITORY / ".ternopil" / "portal-env")


def start_test_portal(base: Path) -> LocalPortal:
    """Running when it returns; the caller ends it with `purge()`."""
    portal = LocalPortal(base, environment=portal_environment())
    portal.up()
    return portal
