"""A file taken whole: its bytes read once, and only if nobody touched it meanwhile.

A department may copy over the file while it is read; mixed bytes can look like a table. Whoever comes too early is
told to come again, which is a transient fault.
"""

from __future__ import annotations

import os
from pathlib import Path

from ternopil_pipelines.faults import SourceRefused, SourceUnreachable
from ternopil_pipelines.findings.codes import finding

LARGEST = 600_000_000


def claim(path: Path) -> bytes:
    """Raises SourceUnreachable while the file is being replaced, SourceRefused where it is no readable file."""
    try:
        # A link may lead out of the landing folder, a pipe may never end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SourceUnreachable(f"file {path.name!r} vanished before it was read") from None
    except OSError as error:
        about = finding("file-unreadable", file=path.name)
        raise SourceRefused(f"file {path.name!r} cannot be opened: {error.strerror}", [about]) from None
    with os.fdopen(descriptor, "rb") as file:
        before = _state(os.fstat(file.fileno()))
        if not _regular(os.fstat(file.fileno())):
            raise SourceRefused(f"{path.name!r} is no file", [finding("file-unreadable", file=path.name)])
        if before[1] > LARGEST:
            what = f"{before[1] // 1_000_000} МБ"
            about = finding("file-too-large", file=path.name, what=what, limit=f"Не більше {LARGEST // 1_000_000} МБ.")
            raise SourceRefused(f"file {path.name!r} too large", [about])
        data = file.read(LARGEST + 1)
        after = _state(os.fstat(file.fileno()))
    try:
        now = _state(path.lstat())
    except FileNotFoundError:
        now = after  # moved away after it was read whole
    if not before == after == now or len(data) != before[1]:
        raise SourceUnreachable(f"file {path.name!r} was being written while it was read")
    return data


def _state(stat: os.stat_result) -> tuple[int, int, int, int]:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _regular(stat: os.stat_result) -> bool:
    return (stat.st_mode & 0o170000) == 0o100000
