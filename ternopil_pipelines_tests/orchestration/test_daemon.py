"""The whole machine as it runs in a city: Dagster's daemon, its code server and its workers, a file dropped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import dagster as dg
import psutil
from ckanapi import RemoteCKAN

from ternopil_pipelines.orchestration.abandoned import fail_abandoned
from ternopil_pipelines.orchestration.names import publication_pool
from ternopil_pipelines_tests.orchestration.test_unfinished import killed
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town

REPOSITORY = Path(__file__).resolve().parents[2]
# A deadline for a machine at its worst, not a promise: a quiet one needs forty seconds.
PATIENCE_SECONDS = 240


@contextmanager
def daemon(town: Town) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Runs while the block does; with the path of its log."""
    log = town.root / "daemon.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "dagster-daemon"), "run", "-w", "workspace.yaml"],
            cwd=REPOSITORY,
            env={**os.environ, **town.variables, "DAGSTER_DISABLE_TELEMETRY": "1"},
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process, log
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)


def eventually(holds: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until, log.read_text(encoding="utf-8", errors="replace")[-4000:]
        time.sleep(1)


def test_the_daemon_publishes_the_dataset_whose_file_changed_and_no_other(
    town: Town, instance: dg.DagsterInstance, anonymous: RemoteCKAN
) -> None:
    assert town.run(town.repairs, instance).state == "published"
    assert town.run(town.calls, instance).state == "published"
    before = {run.run_id for run in instance.get_runs()}
    calls = anonymous.action.package_show(id=f"{town.prefix}-calls")
    modified = anonymous.action.package_show(id=f"{town.prefix}-repairs")["metadata_modified"]

    def finished(count: int) -> bool:
        fresh = [run for run in instance.get_runs() if run.run_id not in before]
        return len(fresh) >= count and all(run.is_finished for run in fresh)

    with daemon(town) as (_, log):
        town.drop(REPAIRS.replace("10.50", "99.50"))
        eventually(lambda: finished(1), log)
        town.drop(REPAIRS.replace("10.50", "десять"))
        eventually(lambda: finished(2), log)
    runs = sorted((run for run in instance.get_runs() if run.run_id not in before), key=lambda run: run.run_id)
    assert [(run.tags["ternopil/dataset"], run.tags["ternopil/cause"]) for run in runs] == [
        (town.repairs.id, "landing"),
        (town.repairs.id, "landing"),
    ]
    assert {run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE}
    shown = anonymous.action.package_show(id=f"{town.prefix}-repairs")
    assert shown["metadata_modified"] > modified
    (table,) = [each for each in shown["resources"] if each["format"] == "CSV" and each["datastore_active"]]
    costs = {row["cost"] for row in anonymous.action.datastore_search(resource_id=table["id"])["records"]}
    assert 99.5 in {float(cost) for cost in costs}
    assert (town.verdict / "report.html").is_file()
    assert anonymous.action.package_show(id=f"{town.prefix}-calls") == calls
    assert town.variables["CKAN_API_TOKEN"] not in log.read_text(encoding="utf-8", errors="replace")


def test_after_a_crash_of_the_host_the_dataset_goes_out_at_the_next_run(
    town: Town, instance: dg.DagsterInstance
) -> None:
    def claimed() -> set[str]:
        pool = instance.event_log_storage.get_concurrency_info(publication_pool(town.repairs))
        return {slot.run_id for slot in pool.claimed_slots}

    def status_of(run: str) -> dg.DagsterRunStatus:
        found = instance.get_run_by_id(run)
        assert found is not None
        return found.status

    killed(town, "intent-written", "--sources", str(town.sources), "publish", town.repairs.id)
    (by_hand,) = claimed()
    assert status_of(by_hand) is dg.DagsterRunStatus.STARTED
    # A portal that takes the call and never answers: whoever publishes there is busy when the host goes down.
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        portal = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with daemon(replace(town, variables={**town.variables, "CKAN_URL": portal})) as (process, log):
            eventually(lambda: bool(claimed() - {by_hand}), log)
            assert status_of(by_hand) is dg.DagsterRunStatus.FAILURE
            (worker,) = claimed()
            assert fail_abandoned(town.installation, instance) == [], "it is at work"
            host = psutil.Process(process.pid)
            everything = [host, *host.children(recursive=True)]
            for each in everything:
                each.kill()
            psutil.wait_procs(everything, timeout=5)
    assert status_of(worker) is dg.DagsterRunStatus.STARTED and claimed() == {worker}
    assert town.run(town.repairs, instance).state == "published"
    assert status_of(worker) is dg.DagsterRunStatus.FAILURE and claimed() == set()
