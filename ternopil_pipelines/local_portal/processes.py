"""Starting a server, finding it again by number and start time, and stopping it with its children.

A process number alone proves nothing: after a restart of the machine it may be somebody's editor. Here belongs that
distinction and how output is kept. Which servers there are belongs in `services.py`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from ternopil_pipelines.faults import PermanentFault, TransientFault

# The start time is counted from the moment of boot, which the kernel itself moves by a second when the clock is set.
CLOCK_TOLERANCE, SAME_MOMENT = 2.0, 0.05


@dataclass(frozen=True)
class Started:
    name: str
    pid: int
    created: float

    def process(self) -> psutil.Process | None:
        """The very process that was started, or nothing."""
        try:
            process = psutil.Process(self.pid)
            apart = abs(process.create_time() - self.created)
            if process.status() == psutil.STATUS_ZOMBIE or apart > CLOCK_TOLERANCE:
                return None
            # A server that is renaming itself shows no command line for a moment, so it is asked only in doubt.
            if apart > SAME_MOMENT and not any(self.name in word for word in process.cmdline()):
                return None
        except psutil.Error:
            return None
        return process


def identify(name: str, pid: int) -> Started:
    try:
        return Started(name=name, pid=pid, created=psutil.Process(pid).create_time())
    except psutil.Error as error:
        raise TransientFault(f"{name} ended at once") from error


def launch(name: str, command: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> Started:
    """Starts a server in a session of its own, so that it outlives us and a Ctrl-C in the terminal."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        pid = os.posix_spawn(
            command[0],
            list(command),
            dict(environment),
            file_actions=[
                (os.POSIX_SPAWN_DUP2, nothing, 0),
                (os.POSIX_SPAWN_DUP2, output, 1),
                (os.POSIX_SPAWN_DUP2, output, 2),
            ],
            setsid=True,
        )
    except OSError as error:
        raise PermanentFault(f"{name} cannot be started: {error.strerror}: {command[0]}") from error
    finally:
        os.close(output)
        os.close(nothing)
    return identify(name, pid)


def run_logged(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    doing: str,
    user: str | None = None,
    stdin: str | None = None,
    folder: Path | None = None,
) -> None:
    """Runs a command to its end; on failure the fault names the log and shows its last lines."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        try:
            ended = subprocess.run(
                list(command),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL if stdin is None else None,
                input=stdin,
                text=True,
                env=dict(environment),
                user=user,
                group=user,
                extra_groups=[] if user else None,
                umask=0o022,
                cwd=folder,
                check=False,
            )
        except OSError as error:
            raise PermanentFault(f"{doing}: {error.strerror}: {command[0]}") from error
    if ended.returncode != 0:
        raise PermanentFault(f"{doing} failed (exit {ended.returncode}), see {log}:\n{last_lines(log)}")


def last_lines(log: Path, count: int = 12) -> str:
    if not log.exists():
        return "(no output)"
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def stop(started: Started, how: signal.Signals, *, patience: float = 15.0) -> None:
    """Asks, waits, and then insists; children that outlive their parent are ended too."""
    process = started.process()
    family = _session(started)
    if process is not None:
        family = [*process.children(recursive=True), *family]
        process.send_signal(how)
        _, remaining = psutil.wait_procs([process], timeout=patience)
        for member in remaining:
            member.kill()
        psutil.wait_procs(remaining, timeout=patience)
    else:
        for member in family:
            _quietly(member.terminate)
    _, remaining = psutil.wait_procs(family, timeout=patience if process is None else 3.0)
    for member in remaining:
        _quietly(member.kill)
    psutil.wait_procs(remaining, timeout=patience)


def wait_until(ready: Callable[[], bool], *, started: Started, log: Path, seconds: float) -> None:
    """The server answers, or a fault with the end of its log."""
    deadline = time.monotonic() + seconds
    while not ready():
        if started.process() is None:
            raise PermanentFault(f"{started.name} ended while starting, see {log}:\n{last_lines(log)}")
        if time.monotonic() > deadline:
            raise TransientFault(f"{started.name} does not answer after {seconds:.0f} s, see {log}:\n{last_lines(log)}")
        time.sleep(0.1)


def remember(path: Path, started: Sequence[Started]) -> None:
    text = json.dumps([asdict(process) for process in started], indent=1)
    temporary = path.with_suffix(".new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def recall(path: Path) -> tuple[Started, ...]:
    try:
        return tuple(Started(**entry) for entry in json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError) as error:
        raise PermanentFault(f"{path} is damaged: remove it after making sure that no server of it runs") from error


def _session(started: Started) -> list[psutil.Process]:
    """Members of the session that `launch` opened: the workers of a master that was killed.

    Somebody else's session can have this number only after all of ours ended, and then its members are younger than
    its leader, who is not ours; so members count only while no stranger leads them.
    """
    try:
        psutil.Process(started.pid)
        if started.process() is None:
            return []
    except psutil.NoSuchProcess:
        pass
    members = []
    for process in psutil.process_iter():
        try:
            if (
                process.pid != started.pid
                and os.getsid(process.pid) == started.pid
                and any(started.name in word for word in process.cmdline())
            ):
                members.append(process)
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue
    return members


def _quietly(action: Callable[[], None]) -> None:
    try:
        action()
    except psutil.NoSuchProcess:
        return
