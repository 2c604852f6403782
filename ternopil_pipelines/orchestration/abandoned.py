"""Runs whose process is gone: marked failed, and their places in the queue and in the pools given back.

Dagster does not ask whether a run still has a process. One killed together with its code server, as when the host
crashes, stays `STARTED` until `max_runtime_seconds`, and two such runs stop the city. So a process that executes runs
names them in a file of TERNOPIL_HOME/running and keeps that file locked until it ends. The kernel takes the lock of a
dead process away and of no other: numbers that are reused, clocks that are set and containers that change their name
prove nothing. A run that no file here names is another machine's, or has not begun, and is left alone.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import dagster as dg

from ternopil_pipelines.evidence.storage import sync
from ternopil_pipelines.installation import Installation

LOOK_SECONDS = 60
GONE = (
    "The process of this run is gone (killed, or its host crashed), so the run is marked as failed and its slots are "
    "freed. A publication it had begun is finished by the sensor `unfinished_publications`."
)


def announced(installation: Installation) -> dg.ResourceDefinition:
    """The installation as a resource: the first thing that a run asks for, whoever started it."""

    def announce(context: dg.InitResourceContext) -> Installation:
        if context.run is not None:
            announce_run(installation, context.run.run_id)
        return installation

    return dg.ResourceDefinition(announce)


def announce_run(installation: Installation, run: str) -> None:
    """This process executes the run. On a share without locks nothing is said, and `max_runtime_seconds` remains."""
    with suppress(OSError):
        handle = _ours(_folder(installation))
        os.write(handle, f"{run}\n".encode())
        os.fsync(handle)


def fail_abandoned(installation: Installation, instance: dg.DagsterInstance) -> list[str]:
    """The runs that were marked failed. A file is removed last, so that a look cut short is made again."""
    failed = []
    for place in sorted(_folder(installation).glob("*.runs")):
        # Another look was quicker; or it is another user's, and theirs to look at.
        with suppress(FileNotFoundError, PermissionError), place.open("r+", encoding="utf-8") as stream:
            if not _locked(stream.fileno()):
                continue
            for name in stream.read().split():
                # Only asked now: until it ended, the process might have brought the run to its own end.
                run = instance.get_run_by_id(name)
                if run is not None and not run.is_finished:
                    instance.report_run_failed(run, GONE)
                    failed.append(name)
                instance.event_log_storage.free_concurrency_slots_for_run(name)
            place.unlink()
    return failed


def abandoned_sensor() -> dg.SensorDefinition:
    @dg.sensor(
        name="abandoned_runs",
        minimum_interval_seconds=LOOK_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"installation"},
        description="Запуск, чий процес зник (його вбито або впав сервер): позначити невдалим і звільнити його місця.",
    )
    def abandoned_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        for run in (failed := fail_abandoned(context.resources.installation, context.instance)):
            context.log.warning(f"run {run} is marked as failed: its process is gone")
        return dg.SkipReason(f"{len(failed)} runs whose process is gone")

    return abandoned_runs


def _folder(installation: Installation) -> Path:
    return installation.home / "running"


@cache
def _ours(folder: Path) -> int:
    """This process's file, open and locked for as long as it lives."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder)
    unnamed = Path(name)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        # Only a locked file gets the name that is looked for: an unlocked one would be a dead process's.
        unnamed.rename(unnamed.with_suffix(".runs"))
        sync(folder)
    except OSError:
        os.close(handle)
        unnamed.unlink(missing_ok=True)
        raise
    return handle


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
