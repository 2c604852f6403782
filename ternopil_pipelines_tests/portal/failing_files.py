"""One file call of a process fails, in one of the ways file calls fail: for a process of its own, since what watches
cannot be taken off again.

Python itself announces every opening, renaming, making, removing, listing and locking of files before it is done, and
what is raised then is raised by the call. Syncing is not announced and therefore wrapped. `full`: from that call on the
kernel lets the process write no byte to any file, as a disk does that is full; `killed`: the process dies before the
call is made.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

WAYS = ("ENOSPC", "EIO", "EACCES", "full", "killed")
_EVENTS = frozenset(
    (
        "open",
        "os.rename",
        "os.mkdir",
        "os.remove",
        "os.rmdir",
        "os.listdir",
        "os.scandir",
        "fcntl.flock",
        "sqlite3.connect",
        "tempfile.mkdtemp",
    )
)
# Of the system's own folder, where only what is ours is watched.
_TEMPORARY = "edition-"


class FailingFiles:
    """`told`: a file outside of `folder`; it gets a byte when the call fails."""

    def __init__(self, folder: Path, call: int, way: str, told: Path) -> None:
        self._folder, self._call, self._way = str(folder), call, way
        self._told = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._count = 0

    def watch(self) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        sync: Callable[[int], None] = os.fsync

        def fsync(handle: int) -> None:
            self._count_one()
            sync(handle)

        os.fsync = fsync  # type: ignore[assignment]
        sys.addaudithook(self._announced)

    def _announced(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _EVENTS and (event == "fcntl.flock" or self._ours(arguments[0])):
            self._count_one()

    def _ours(self, place: object) -> bool:
        if not isinstance(place, (str, os.PathLike)):
            return False
        text = os.fspath(place)
        return text.startswith(self._folder) or Path(text).name.startswith(_TEMPORARY)

    def _count_one(self) -> None:
        self._count += 1
        if self._count != self._call:
            return
        os.write(self._told, b"!")
        if self._way == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._way == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            return
        number = getattr(errno, self._way)
        raise OSError(number, os.strerror(number))
