"""A town on the suite's real portal, its variables in the environment as a city's are, and its Dagster instance."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from ckanapi import RemoteCKAN

from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.orchestration.instance import instance as instance_of
from ternopil_pipelines_tests.orchestration.town import Town, make_town


@pytest.fixture
def town(portal: LocalPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    prefix = f"t{uuid.uuid4().hex[:8]}"
    portal.ensure_organizations([(f"{prefix}-works", "Управління робіт")])
    state = portal.status()
    made = make_town(tmp_path, prefix, url=str(state.url), token=str(state.editor_token))
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def instance(town: Town) -> Iterator[dg.DagsterInstance]:
    with instance_of(town.installation.environment) as made:
        yield made


@pytest.fixture
def anonymous(portal: LocalPortal) -> Iterator[RemoteCKAN]:
    with RemoteCKAN(str(portal.status().url)) as client:
        yield client
