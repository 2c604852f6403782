"""The whole machine as it runs in a city: Dagster's daemon, its code server and its workers, a file dropped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from ckanapi import RemoteCKAN

from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town

REPOSITORY = Path(__file__).resolve().parents[2]
# A deadline for a machine at its worst, not a promise: a quiet one needs forty seconds.
PATIENCE_SECONDS = 240


@contextmanager
def daemon(town: Town) -> Iterator[Path]:
    """Runs while the block does; the log's path."""
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
            yield log
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

    with daemon(town) as log:
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
