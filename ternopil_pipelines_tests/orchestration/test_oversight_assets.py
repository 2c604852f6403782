"""The coverage asset: materialised against a real portal, with its picture, counts and table; scheduled weekly."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.loading import load_catalogue
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.orchestration.oversight_assets import COVERAGE, oversight_assets, oversight_schedules

SOURCES = Path(__file__).parents[2] / "sources.yaml"


def test_the_coverage_is_an_asset_with_a_picture_and_a_line_for_each_required_dataset(
    portal: LocalPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = load_catalogue(SOURCES)
    url = str(portal.status().url)
    monkeypatch.setenv("CKAN_URL", url)
    monkeypatch.setenv("TERNOPIL_HOME", str(tmp_path))
    installation = Installation(catalogue, Environment({"CKAN_URL": url, "TERNOPIL_HOME": str(tmp_path)}))
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            oversight_assets(catalogue),
            instance=instance,
            resources={"installation": installation},
            selection=[COVERAGE],
        )
    assert result.success
    (made,) = result.asset_materializations_for_node("oversight__coverage")
    counted = sum(int(str(made.metadata[name].value)) for name in ("published", "partial", "restricted", "missing"))
    assert counted + int(str(made.metadata["not_applicable"].value)) == 73
    assert "data:image/svg+xml;base64," in str(made.metadata["plot"].value)
    table = made.metadata["required"]
    assert isinstance(table, dg.TableMetadataValue) and len(table.records) == 73


def test_coverage_is_looked_at_every_monday_in_the_citys_time() -> None:
    catalogue = load_catalogue(SOURCES)
    schedules = {each.name: each for each in oversight_schedules(catalogue)}
    definitions = dg.Definitions(
        assets=oversight_assets(catalogue), schedules=[*schedules.values()], resources={"installation": object()}
    )
    dg.Definitions.validate_loadable(definitions)
    schedule = schedules["oversight_coverage"]
    assert schedule.execution_timezone == "Europe/Kyiv" and schedule.cron_schedule == "0 9 * * 1"
    assert COVERAGE in definitions.resolve_all_asset_keys()
