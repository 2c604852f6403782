"""Killed halfway, a publication is finished by the run the sensor asks for: its own edition, whatever came since."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from ternopil_pipelines.evidence.journal import last_published
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.names import keys_of, publication_key
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.publication import publish
from ternopil_pipelines_tests.commands.conftest import Ternopil, ternopil
from ternopil_pipelines_tests.commands.test_closed_paths import look
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town

__all__ = ["ternopil"]

NEWER = REPAIRS.replace("10.50", "12.50") + "004,Валова,1.25,2026-05-04\n"


def killed(town: Town, point: str, *words: str) -> None:
    """The command itself, killed at a step of its publication."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ternopil"), *words],
        cwd=town.root,
        env={**os.environ, **town.variables, "TERNOPIL_CRASH_AT": point},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(town.installation.journal.unfinished()) == 1


def asked(town: Town, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    definitions = build_definitions(town.installation)
    with dg.build_sensor_context(
        instance=instance,
        resources={"installation": town.installation},
        repository_def=definitions.get_repository_def(),
    ) as context:
        definitions.resolve_sensor_def("abandoned_runs").evaluate_tick(context)
        done = definitions.resolve_sensor_def("unfinished_publications").evaluate_tick(context)
    return list(done.run_requests or [])


def finished(town: Town, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """One look of the sensor, and the run it asks for."""
    (request,) = asked(town, instance)
    job = build_definitions(town.installation).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(
        instance=instance, asset_selection=request.asset_selection, tags=request.tags, raise_on_error=False
    )


def shows(town: Town, edition: str, bytes_and_rows: tuple[dict[str, str], list[object]]) -> None:
    seen = look(town, town.repairs.id)
    extras = {each["key"]: each["value"] for each in seen["page"]["extras"]}
    assert extras["edition"] == edition
    assert contents(seen) == bytes_and_rows
    assert town.installation.journal.unfinished() == ()


def contents(seen: dict[str, object]) -> tuple[object, object]:
    """The bytes of every file and the rows of every table, without the numbers CKAN gives them."""
    tables = seen["tables"]
    assert isinstance(tables, dict) and tables
    return seen["files"], {
        key: [{name: cell for name, cell in row.items() if name != "_id"} for row in rows]
        for key, rows in tables.items()
    }


def entered(result: dg.ExecuteInProcessResult, town: Town, edition: str) -> None:
    """In the ledger and in the run, as of any publication."""
    assert result.success
    entry = last_published(town.installation.ledger, town.repairs.id)
    assert entry is not None
    assert (entry.edition, entry.body["run"], entry.who) == (edition, result.run_id, f"run {result.run_id}")
    (made,) = [
        each for each in result.get_asset_materialization_events() if each.asset_key == publication_key(town.repairs)
    ]
    metadata = made.materialization.metadata
    assert metadata["edition"].value == edition
    assert metadata["dagster/row_count"].value == sum(entry.body["rows"].values())
    assert town.installation.ledger.verify() == []


@pytest.mark.parametrize("erased", [False, True])
def test_a_killed_rollback_ends_with_the_older_edition_and_not_with_the_one_just_rejected(
    town: Town, instance: dg.DagsterInstance, ternopil: Ternopil, erased: bool
) -> None:
    older = town.run(town.repairs, instance).edition
    before = look(town, town.repairs.id)
    town.drop(NEWER)
    newer = town.run(town.repairs, instance).edition
    assert older is not None and newer is not None
    killed(town, "files-sent", "--sources", str(town.sources), "rollback", town.repairs.id, "--note", "помилка")
    if erased:  # after a leak: then nothing is left in Dagster's own storage
        said = ternopil(
            "--sources", town.sources, "evidence", "erase", town.repairs.id, newer[:12], "--reason", "витік"
        )
        assert said.code == 0
    result = finished(town, instance)
    shows(town, older, contents(before))  # type: ignore[arg-type]
    entered(result, town, older)
    assert asked(town, instance) == []


def test_a_killed_publication_is_finished_though_a_newer_edition_is_held(
    town: Town, instance: dg.DagsterInstance
) -> None:
    assert town.run(town.repairs, instance).state == "published"
    town.drop(NEWER)
    killed(town, "files-sent", "--sources", str(town.sources), "publish", town.repairs.id)
    begun = town.installation.journal.unfinished()[0].edition
    town.drop(REPAIRS.splitlines()[0] + "\n001,Руська,10.50,2026-01-02\n")
    held = town.run(town.repairs, instance)
    assert held.state == "held" and held.edition != begun
    result = finished(town, instance)
    entered(result, town, begun)
    archive = town.installation.archive
    files = {each.sha256 for each in archive.read(town.repairs.id, begun).files}
    seen = look(town, town.repairs.id)
    assert set(seen["files"].values()) == files
    assert [sorted(row["id"] for row in rows) for rows in seen["tables"].values()] == [["001", "002", "003", "004"]]
    assert asked(town, instance) == []


def test_where_another_publisher_moved_the_dataset_on_nothing_older_is_published_over_it(
    town: Town, instance: dg.DagsterInstance
) -> None:
    assert town.run(town.repairs, instance).state == "published"
    town.drop(NEWER)
    killed(town, "intent-written", "--sources", str(town.sources), "publish", town.repairs.id)
    here, dataset = town.installation, town.repairs
    town.drop(NEWER + "005,Пасічна,2,2026-06-01\n")
    job = build_definitions(here).resolve_implicit_global_asset_job_def()
    assert job.execute_in_process(instance=instance, asset_selection=keys_of(dataset)[:-1]).success
    newest = here.archive.latest(dataset.id)
    assert newest is not None
    with here.client(dataset) as client:
        elsewhere = Journal(town.root / "elsewhere")
        publish(
            client=client, archive=here.archive, ledger=here.ledger, edition=newest, dataset=dataset, journal=elsewhere
        )
    seen = look(town, dataset.id)
    result = finished(town, instance)
    assert result.success and result.get_asset_materialization_events() == []
    assert look(town, dataset.id) == seen
    assert here.journal.unfinished() == () and asked(town, instance) == []


def test_a_publication_killed_before_its_entry_is_entered_with_what_was_read_back(
    town: Town, instance: dg.DagsterInstance
) -> None:
    assert town.run(town.repairs, instance).state == "published"
    town.drop(NEWER)
    killed(town, "verified", "--sources", str(town.sources), "publish", town.repairs.id)
    begun = town.installation.journal.unfinished()[0].edition
    assert finished(town, instance).success
    entry = last_published(town.installation.ledger, town.repairs.id)
    assert entry is not None and entry.edition == begun
    assert entry.body["receipt"]["tables"] == {"repairs": 4} and entry.body["user"]
