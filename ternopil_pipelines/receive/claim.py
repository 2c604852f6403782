"""A file taken whole: its bytes read once, and only if nobody touched it meanwhile.

A department may copy over the file while it is read; mixed bytes can look like a table. Whoever comes too early is
told to come again, which is a transient fault.
"""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

from ternopil_pipelines.faults import SourceRefused, SourceUnreachable
from ternopil_pipelines.findings.codes import finding

LARGEST = 600_000_000
# Times of files move in ticks of 4 ms: two changes within one tick look like none.
TICK_SECONDS = 0.02


def claim(path: Path, *, follow: bool = True) -> bytes:
    """Raises SourceUnreachable while the file is being replaced, SourceRefused where it is no readable file.

    `follow`: whether a link may be read; in a landing folder it may not, for it could lead anywhere.
    """
    try:
        # A pipe that nobody writes to would hold us for ever.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise SourceUnreachable(f"file {path.name!r} vanished before it was read") from None
    except OSError as error:
        raise _unreadable(path.name, f"cannot be opened: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _unreadable(path.name, "is no regular file")
    with os.fdopen(descriptor, "rb") as file:
        before = _state(os.fstat(file.fileno()))
        if before[1] > LARGEST:
            what = f"{before[1] // 1_000_000} МБ"
            about = finding("file-too-large", file=path.name, what=what, limit=f"Не більше {LARGEST // 1_000_000} МБ.")
            raise SourceRefused(f"file {path.name!r} too large", [about])
        data = file.read(LARGEST + 1)
        if time.time() - max(before[2:]) / 1e9 < TICK_SECONDS:
            time.sleep(TICK_SECONDS)
        after = _state(os.fstat(file.fileno()))
    try:
        now = _state(path.stat(follow_symlinks=follow))
    except FileNotFoundError:
        now = after  # moved away after it was read whole
    if not before == after == now or len(data) != before[1]:
        raise SourceUnreachable(f"file {path.name!r} was being written while it was read")
    return data


def _state(looked: os.stat_result) -> tuple[int, int, int, int]:
    return looked.st_ino, looked.st_size, looked.st_mtime_ns, looked.st_ctime_ns


def _unreadable(name: str, why: str) -> SourceRefused:
    return SourceRefused(f"file {name!r} {why}", [finding("file-unreadable", file=name)])
