"""A town on the suite's real portal, its variables in the environment as a city's are, and its Dagster instance."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest
from ckanapi import RemoteCKAN

from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.orchestration.instance import instance as instance_of
from ternopil_pipelines_tests.orchestration.town import Town


@pytest.fixture
def instance(town: Town) -> Iterator[dg.DagsterInstance]:
    with instance_of(town.installation.environment) as made:
        yield made


@pytest.fixture
def anonymous(portal: LocalPortal) -> Iterator[RemoteCKAN]:
    with RemoteCKAN(str(portal.status().url)) as client:
        yield client
