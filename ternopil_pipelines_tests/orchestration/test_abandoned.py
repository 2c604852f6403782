"""A run whose process is gone is failed and gives its places back; every other run is left to itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from ternopil_pipelines.orchestration.abandoned import announce_run, fail_abandoned
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.instance import instance as instance_of
from ternopil_pipelines_tests.orchestration.town import Town, make_town

UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
POOL = "publish_t_repairs"
ANNOUNCES = """
import sys
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.abandoned import announce_run
announce_run(Installation.here(), sys.argv[1])
print("announced", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town without a portal: nothing is published here."""
    made = make_town(tmp_path, "t", url="http://127.0.0.1:9", token="none")
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def instance(here: Town) -> Iterator[dg.DagsterInstance]:
    with instance_of(here.installation.environment) as made:
        yield made


def begun(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> str:
    """A run that holds a place in a pool, as one that publishes does."""
    run = create_run_for_test(instance, status=status).run_id
    instance.event_log_storage.initialize_concurrency_limit_to_default(POOL)
    assert instance.event_log_storage.claim_concurrency_slot(POOL, run, "publication").is_claimed
    return run


def claimed(instance: dg.DagsterInstance) -> list[str]:
    return [slot.run_id for slot in instance.event_log_storage.get_concurrency_info(POOL).claimed_slots]


def status_of(instance: dg.DagsterInstance, run: str) -> dg.DagsterRunStatus:
    found = instance.get_run_by_id(run)
    assert found is not None
    return found.status


@contextmanager
def process_of(run: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", ANNOUNCES, run], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "announced\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("status", UNFINISHED, ids=lambda each: each.name)
def test_a_run_is_left_alone_while_its_process_lives_and_failed_once_it_is_killed(
    here: Town, instance: dg.DagsterInstance, status: dg.DagsterRunStatus
) -> None:
    run = begun(instance, status)
    with process_of(run) as process:
        assert fail_abandoned(here.installation, instance) == []
        assert (status_of(instance, run), claimed(instance)) == (status, [run])
        process.kill()
        process.wait()
        assert fail_abandoned(here.installation, instance) == [run]
    assert (status_of(instance, run), claimed(instance)) == (dg.DagsterRunStatus.FAILURE, [])
    (said,) = instance.all_logs(run, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert "process of this run is gone" in said.message and "unfinished_publications" in said.message
    assert list((here.root / "home" / "running").iterdir()) == [], "once is enough"


def test_the_number_of_a_dead_process_given_to_another_does_not_keep_its_run(
    here: Town, instance: dg.DagsterInstance
) -> None:
    """As after a restart of the host: the file stayed, and somebody who lives has the number."""
    run = begun(instance, dg.DagsterRunStatus.STARTED)
    with process_of(run) as process:
        process.kill()
        process.wait()
        reused = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED).run_id
        instance.report_engine_event(
            f"Started process for run (pid: {os.getpid()}).", instance.get_run_by_id(run), run_id=run
        )
        announce_run(here.installation, reused)
    assert fail_abandoned(here.installation, instance) == [run]
    assert status_of(instance, reused) is dg.DagsterRunStatus.STARTED


def test_a_run_that_no_process_here_announced_is_left_alone(here: Town, instance: dg.DagsterInstance) -> None:
    """On another machine, or about to begin."""
    runs = [create_run_for_test(instance, status=status).run_id for status in UNFINISHED]
    assert fail_abandoned(here.installation, instance) == []
    assert [status_of(instance, run) for run in runs] == UNFINISHED


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE])
def test_a_run_that_ended_keeps_its_end_and_its_dead_process_no_place_in_a_pool(
    here: Town, instance: dg.DagsterInstance, status: dg.DagsterRunStatus
) -> None:
    """A code server that outlives its worker fails the run itself, and frees nothing."""
    run = begun(instance, status)
    with process_of(run):
        pass
    assert fail_abandoned(here.installation, instance) == []
    assert (status_of(instance, run), claimed(instance)) == (status, [])


def test_a_real_run_is_announced_by_the_process_that_executes_it(here: Town, instance: dg.DagsterInstance) -> None:
    job = build_definitions(here.installation).resolve_job_def("decide")
    form = {"dataset": "t-repairs", "decision": "APPROVE", "note": "", "by": ""}
    config = {"ops": {"enter_decision": {"config": form}}}
    result = job.execute_in_process(instance=instance, run_config=config, raise_on_error=False)
    announced = [place.read_text(encoding="utf-8").split() for place in (here.root / "home" / "running").glob("*.runs")]
    assert announced == [[result.run_id]]


def test_the_sensor_looks_every_minute_of_its_own_accord(here: Town, instance: dg.DagsterInstance) -> None:
    definitions = build_definitions(here.installation)
    sensor = definitions.resolve_sensor_def("abandoned_runs")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.minimum_interval_seconds is not None and sensor.minimum_interval_seconds <= 60
    run = begun(instance, dg.DagsterRunStatus.STARTED)
    with process_of(run):
        pass
    with dg.build_sensor_context(
        instance=instance,
        resources={"installation": here.installation},
        repository_def=definitions.get_repository_def(),
    ) as context:
        assert not sensor.evaluate_tick(context).run_requests
    assert status_of(instance, run) is dg.DagsterRunStatus.FAILURE
