"""What the checks of a publication find on the real portal: all green after it, red for what was damaged since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pytest
from ckanapi import RemoteCKAN

from ternopil_pipelines.evidence.journal import UNCHANGED
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.findings.checks import checks_of
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.names import publication_key
from ternopil_pipelines_tests.orchestration.town import Town, events

NAMES = {each.name for each in checks_of("publication")}
ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def editor(town: Town) -> Iterator[RemoteCKAN]:
    with RemoteCKAN(town.variables["CKAN_URL"], apikey=town.variables["CKAN_API_TOKEN"]) as client:
        yield client


def _look(town: Town, instance: dg.DagsterInstance) -> dict[str, dg.AssetCheckEvaluation]:
    """The checks alone, as the UI's `Execute all` starts them."""
    job = build_definitions(town.installation).resolve_implicit_global_asset_job_def()
    keys = [dg.AssetCheckKey(publication_key(town.repairs), name) for name in sorted(NAMES)]
    selection = dg.AssetSelection.checks(*keys)
    graph = build_definitions(town.installation).resolve_asset_graph()
    subset = job.get_subset(asset_check_selection=selection.resolve_checks(graph), asset_selection=set())
    result = subset.execute_in_process(instance=instance, run_config=QUIET)
    return {each.check_name: each for each in result.get_asset_check_evaluations()}


def _red(said: dict[str, dg.AssetCheckEvaluation]) -> dict[str, dg.AssetCheckSeverity]:
    return {name: each.severity for name, each in said.items() if not each.passed}


def test_a_publication_is_followed_by_five_green_checks_and_so_is_a_look_by_itself(
    town: Town, instance: dg.DagsterInstance
) -> None:
    for state in ("published", "unchanged"):
        assert town.run(town.repairs, instance).state == state
    said = [
        each.asset_check_evaluation_data
        for each in events(instance)
        if each.event_type_value == "ASSET_CHECK_EVALUATION"
    ]
    key = publication_key(town.repairs)
    ours = [each for each in said if each.asset_key == key and each.check_name in NAMES]
    assert sorted(each.check_name for each in ours) == sorted([*NAMES] * 2)
    assert all(each.passed for each in ours)
    alone = _look(town, instance)
    assert (set(alone), _red(alone)) == (NAMES, {})


def test_what_was_damaged_on_the_portal_is_named_by_its_own_check(
    town: Town, instance: dg.DagsterInstance, editor: RemoteCKAN
) -> None:
    assert town.run(town.repairs, instance).state == "published"
    package: dict[str, Any] = editor.action.package_show(id=town.repairs.id)

    editor.action.package_patch(id=package["id"], notes="", maintainer_email="")
    said = _look(town, instance)
    assert _red(said) == {"portal_equals_edition": ERROR, "passport_complete": WARN}
    told = str(said["passport_complete"].metadata["first"].value)
    assert "опис" in told and "електронна адреса" in told
    assert "notes" in str(said["portal_equals_edition"].metadata["first"].value)

    victim = next(each for each in package["resources"] if each["format"] == "JSON")
    editor.action.resource_delete(id=victim["id"])
    said = _look(town, instance)
    assert said["files_reachable"].severity is ERROR
    assert victim["edition_file"] in str(said["files_reachable"].metadata["first"].value)
    assert "404" in str(said["files_reachable"].metadata["first"].value)

    editor.action.package_patch(id=package["id"], private=True)
    said = _look(town, instance)
    assert {"portal_equals_edition", "harvest"} <= _red(said).keys()
    assert said["harvest"].severity is WARN


def test_a_portal_that_is_away_is_told_once_and_nothing_else_turns_green(
    town: Town, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert town.run(town.repairs, instance).state == "published"
    monkeypatch.setenv("CKAN_URL", "http://127.0.0.1:9")
    said = _look(town, instance)
    assert set(said) == {"freshness", "portal_equals_edition"}
    assert _red(said) == {"portal_equals_edition": WARN}


def test_a_dataset_nobody_published_has_one_thing_said_of_it(town: Town, instance: dg.DagsterInstance) -> None:
    said = _look(town, instance)
    assert (set(said), _red(said)) == ({"freshness"}, {"freshness": WARN})


def test_a_dataset_nobody_looked_at_for_longer_than_its_frequency_is_stale(
    town: Town, instance: dg.DagsterInstance
) -> None:
    outcome = town.run(town.repairs, instance)
    ledger = Ledger(
        f"sqlite:///{town.root / 'home' / 'ledger.db'}", clock=lambda: datetime.now(UTC) - timedelta(days=40)
    )
    ledger.append(UNCHANGED, who="test", dataset=town.repairs.id, edition=outcome.edition)
    said = _look(town, instance)
    assert _red(said) == {"freshness": WARN}
    assert "щомісяця" in str(said["freshness"].metadata["first"].value)
