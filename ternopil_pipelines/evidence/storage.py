"""The archive's folder, on a disk or in an object storage alike: written whole or not at all.

On a disk a directory is made beside, synced and renamed; a crash leaves only a `.partial-…` that the next writer
removes. An object storage has no rename: there the manifest is written last, and a directory without one is none.
Which files an edition has is the archive's business.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from upath import UPath

from ternopil_pipelines.faults import EvidenceBroken, PermanentFault, TransientFault

PARTIAL = ".partial-"
_LOCK = ".lock"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Storage:
    """`root`: a folder, or an fsspec URL as universal-pathlib knows it."""

    def __init__(self, root: str) -> None:
        self.root = UPath(root)

    @property
    def local(self) -> bool:
        return self.root.protocol in ("", "file", "local")

    def path(self, *parts: str) -> UPath:
        return self.root.joinpath(*parts)

    def on_disk(self, *parts: str) -> Path:
        return Path(self.path(*parts).path)

    @contextmanager
    def exclusive(self, folder: str) -> Iterator[None]:
        """One writer at a time in `folder` on this disk; an object storage has no locks, and none are held there."""
        if not self.local:
            yield
            return
        import fcntl  # POSIX only, like the service itself

        with faults("locking the archive"):
            place = self.on_disk(folder)
            place.mkdir(parents=True, exist_ok=True, mode=0o700)  # an edition that is blocked lies here too
            handle = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            with faults("locking the archive"):
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def workshop(self, folder: str) -> Iterator[Path]:
        """A directory on a local disk to build in, gone afterwards whatever happened."""
        with faults("making room in the archive"):
            if self.local:
                self.sweep(folder)
                made = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=self.on_disk(folder)))
            else:
                made = Path(tempfile.mkdtemp(prefix="edition-"))
            room = made / "edition"
            room.mkdir()  # by the umask, where mkdtemp's own folder is closed to all others
        try:
            yield room
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def sweep(self, folder: str) -> None:
        """Remove what a crashed writer left. Only under `exclusive`."""
        for left in self.on_disk(folder).glob(f"{PARTIAL}*"):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)

    def place(self, built: Path, folder: str, name: str, *, last: str) -> None:
        """Make the built directory `folder/name`. `last`: the file whose presence says that all are there."""
        if self.local:
            for each in built.rglob("*"):
                sync(each)
            sync(built)
            target = self.on_disk(folder, name)
            built.rename(target)
            sync(target.parent)
            return
        files = sorted(each for each in built.rglob("*") if each.is_file())
        for each in sorted(files, key=lambda one: one.name == last):
            target_file = self.path(folder, name, *each.relative_to(built).parts)
            target_file.parent.mkdir(parents=True, exist_ok=True)
            with each.open("rb") as source, target_file.open("wb") as target_stream:
                shutil.copyfileobj(source, target_stream, 1 << 20)

    def write(self, data: bytes, *parts: str) -> None:
        """One small file, replaced whole."""
        target = self.path(*parts)
        if not self.local:
            target.write_bytes(data)
            return
        disk = self.on_disk(*parts)
        partial = disk.with_name(f"{PARTIAL}{disk.name}")
        try:
            with partial.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(disk)
        finally:
            partial.unlink(missing_ok=True)
        sync(disk.parent)

    def require_room(self, needed: int) -> None:
        """Say so before the disk is full, not after: an edition takes its CSV about four times."""
        if self.local:
            free = shutil.disk_usage(self.root.path).free
            if free < needed:
                raise PermanentFault(
                    f"no space left for the archive: {free >> 20} MiB are free, {(needed >> 20) + 1} MiB are needed"
                )


@contextmanager
def faults(doing: str) -> Iterator[None]:
    """Whatever the storage throws, as the tree knows it."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise PermanentFault(
                f"no space left for the archive while {doing}; nothing half-written is kept"
            ) from error
        if isinstance(error, FileNotFoundError):
            raise EvidenceBroken(f"the archive misses a file while {doing}: {error.filename or error}") from error
        if isinstance(error, (ConnectionError, TimeoutError)):
            raise TransientFault(f"the archive does not answer while {doing}: {type(error).__name__}") from error
        raise PermanentFault(f"the archive refuses {doing}: {error.strerror or type(error).__name__}") from error


def sync(path: Path) -> None:
    """A file's bytes, or a folder's names, outlive a crash of the host."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
