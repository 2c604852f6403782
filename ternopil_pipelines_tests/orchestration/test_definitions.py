"""The code location as a city's Dagster loads it: through workspace.yaml, over gRPC, with the city's own sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from ternopil_pipelines.catalogue.cadence import cadence
from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.loading import load_catalogue
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.instance import instance as instance_of
from ternopil_pipelines.orchestration.names import keys_of, publication_key

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def city(tmp_path: Path) -> Installation:
    """The catalogue at the top of the repository, without any environment."""
    return Installation(load_catalogue(REPOSITORY / "sources.yaml"), Environment({"TERNOPIL_HOME": str(tmp_path)}))


def test_workspace_yaml_loads_over_grpc_with_the_city_s_own_sources_and_no_environment(tmp_path: Path) -> None:
    dropped = ("CKAN_", "CITY_", "TERNOPIL_SOURCES", "LANDING_DIR", "DAGSTER_HOME")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    command = [str(Path(sys.executable).parent / "dagster"), "definitions", "validate", "--load-with-grpc"]
    done = subprocess.run(
        [*command, "-w", "workspace.yaml"],
        cwd=REPOSITORY,
        env={**environment, "TERNOPIL_HOME": str(tmp_path), "DAGSTER_DISABLE_TELEMETRY": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Validation successful for code location ternopil_pipelines" in done.stdout + done.stderr
    assert list(tmp_path.rglob("ledger.db")) == []


def test_every_dataset_is_four_kinds_of_asset_with_title_group_owner_kind_and_tags(city: Installation) -> None:
    graph = build_definitions(city).resolve_asset_graph()
    for dataset in city.catalogue.active:
        for key in keys_of(dataset):
            node = graph.get(key)
            assert node.group_name == dataset.holder.replace("-", "_")
            assert f"team:{dataset.holder}" in node.owners
            assert node.tags["dataset"] == dataset.id
            assert node.kinds
            assert dataset.title in str(node.metadata["назва"])
            assert node.description and any("а" <= letter <= "я" for letter in node.description.lower())
        assert graph.get(publication_key(dataset)).kinds == {"ckan"}


def test_every_scheduled_dataset_has_one_schedule_and_every_folder_a_sensor(city: Installation) -> None:
    definitions = build_definitions(city)
    scheduled: list[dg.AssetKey] = []
    for frequency in {each.frequency for each in city.catalogue.active if cadence(each.frequency).scheduled}:
        schedule = definitions.resolve_schedule_def(f"due_{frequency.slug.replace('-', '_')}")
        assert schedule.execution_timezone == "Europe/Kyiv"
        assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
        scheduled += [publication_key(each) for each in city.catalogue.active if each.frequency is frequency]
    assert len(scheduled) == len(set(scheduled)) >= 12
    assert definitions.resolve_sensor_def("landing").default_status is dg.DefaultSensorStatus.RUNNING


def test_one_run_at_a_time_publishes_a_dataset(city: Installation) -> None:
    """As the definitions say, and as the instance a city begins with keeps it."""
    definitions = build_definitions(city)
    pools = {}
    for dataset in city.catalogue.datasets:
        if dataset.active or dataset.page_only:
            found = definitions.resolve_assets_def(publication_key(dataset)).op.pool
            assert found, dataset.id
            pools[found] = dataset.id
    assert set(pools.values()) == {each.id for each in city.catalogue.datasets if each.active or each.page_only}
    with instance_of(city.environment) as instance:
        storage, (pool, *_) = instance.event_log_storage, pools
        storage.initialize_concurrency_limit_to_default(pool)
        assert storage.claim_concurrency_slot(pool, "one", "publication").is_claimed
        assert not storage.claim_concurrency_slot(pool, "another", "publication").is_claimed


def test_only_the_network_s_assets_are_retried(city: Installation) -> None:
    definitions = build_definitions(city)
    dataset = city.catalogue.active[0]
    for key in keys_of(dataset):
        policy = definitions.resolve_assets_def(key).op.retry_policy
        assert (policy is not None) == (key.path[-1] == "publication" or key.path[-1].startswith("raw_")), key
