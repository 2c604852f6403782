"""Telling our processes from strangers, with real processes."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from ternopil_pipelines.faults import PermanentFault
from ternopil_pipelines.local_portal.processes import (
    Started,
    launch,
    recall,
    remember,
    run_logged,
    stop,
    wait_until,
)

SLEEP = "import time; time.sleep(60)"
WITH_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', '{SLEEP}', 'python'])\n{SLEEP}"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)\n{SLEEP}"


def _launch(code: str, folder: Path) -> Started:
    return launch("python", [sys.executable, "-c", code], log=folder / "log", environment=dict(os.environ))


def _wait_for(condition: object, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_is_found_again_from_the_file_and_stopped(tmp_path: Path) -> None:
    started = _launch(SLEEP, tmp_path)
    remember(tmp_path / "processes.json", [started])
    (again,) = recall(tmp_path / "processes.json")
    assert again.process() is not None
    stop(again, signal.SIGTERM)
    assert again.process() is None
    stop(again, signal.SIGTERM)  # a second time is no fault


def test_a_stranger_who_has_the_number_now_is_left_alone(tmp_path: Path) -> None:
    stranger = _launch(SLEEP, tmp_path)
    stale = dataclasses.replace(stranger, created=stranger.created - 3600)
    try:
        assert stale.process() is None
        stop(stale, signal.SIGTERM)
        assert stranger.process() is not None
    finally:
        stop(stranger, signal.SIGTERM)


def test_children_end_with_their_parent(tmp_path: Path) -> None:
    parent = _launch(WITH_CHILD, tmp_path)
    _wait_for(lambda: psutil.Process(parent.pid).children())
    (child,) = psutil.Process(parent.pid).children()
    stop(parent, signal.SIGTERM)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_children_of_a_killed_parent_are_found_by_their_session(tmp_path: Path) -> None:
    parent = _launch(WITH_CHILD, tmp_path)
    _wait_for(lambda: psutil.Process(parent.pid).children())
    (child,) = psutil.Process(parent.pid).children()
    os.kill(parent.pid, signal.SIGKILL)
    os.waitpid(parent.pid, 0)
    assert child.is_running()
    stop(parent, signal.SIGTERM)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    deaf = _launch(STUBBORN, tmp_path)
    _wait_for(lambda: "deaf" in (tmp_path / "log").read_text())
    stop(deaf, signal.SIGTERM, patience=0.5)
    assert deaf.process() is None


def test_a_server_that_ends_while_starting_is_a_fault_with_the_end_of_its_log(tmp_path: Path) -> None:
    started = _launch("raise SystemExit('the port is taken')", tmp_path)
    with pytest.raises(PermanentFault, match="the port is taken"):
        wait_until(lambda: False, started=started, log=tmp_path / "log", seconds=20)
    os.waitpid(started.pid, 0)


def test_a_failed_command_is_a_fault_that_names_its_log(tmp_path: Path) -> None:
    log = tmp_path / "command.log"
    with pytest.raises(PermanentFault, match=rf"trying failed \(exit 3\), see {log}:\nthe reason"):
        run_logged(
            [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"],
            log=log,
            environment=dict(os.environ),
            doing="trying",
        )
    with pytest.raises(PermanentFault, match="No such file"):
        run_logged(["/nowhere/at-all"], log=log, environment={}, doing="trying")


def test_a_damaged_record_is_a_fault_and_a_missing_one_means_nothing_runs(tmp_path: Path) -> None:
    assert recall(tmp_path / "processes.json") == ()
    (tmp_path / "processes.json").write_text('[{"name": "redis-server"}]')
    with pytest.raises(PermanentFault, match="damaged"):
        recall(tmp_path / "processes.json")
