"""What a publication was about to do, written down before it began, so that a crash is rolled forward afterwards.

One small file per dataset under TERNOPIL_HOME/journal, replaced whole and synced before the first call to the portal.
It says what to finish, never what the portal holds: that is looked up. The lock beside it keeps two publishers of one
dataset on one machine apart; between machines the portal's own `match` does.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from ternopil_pipelines.evidence.storage import sync
from ternopil_pipelines.faults import PermanentFault, PortalRefused, PublicationContested

# Whoever only looks whether a dataset is being published holds its lock for an instant; the quickest publication holds
# it for half a second, and its rivals are not to wait for it and then publish over it.
CLAIM_PATIENCE = 0.2
Kind = Literal["publish", "withdraw"]


@dataclass(frozen=True, slots=True)
class Entry:
    """`edition`: what should stand on the portal; `previous`: what stood there when it began, None for nothing of ours.
    `note`, `who`: why and by whom, for a withdrawal; `claim`: how the portal knows this publication, the same when
    it is resumed."""

    dataset: str
    package: str
    edition: str
    mode: str
    kind: Kind = "publish"
    previous: str | None = None
    note: str = ""
    who: str = ""
    done: bool = False
    claim: str = ""


class Journal:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, entry: Entry) -> None:
        """On the disk, not only in its cache, when this returns."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            place = self._place(entry.dataset)
            partial = place.with_suffix(".partial")
            with partial.open("w", encoding="utf-8") as stream:
                json.dump(asdict(entry), stream, ensure_ascii=False, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(place)
            sync(self._folder)
        except OSError as error:
            raise PermanentFault(
                f"the publication journal cannot be written ({error.strerror}); nothing was sent to the portal"
            ) from None

    def read(self, dataset: str) -> Entry | None:
        try:
            content = json.loads(self._place(dataset).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PermanentFault(f"the publication journal cannot be read ({error.strerror})") from None
        except ValueError:
            # Entries are replaced whole: only a disk repaired after a crash leaves one that cannot be read.
            return None
        return Entry(**content)

    def read_to_publish(self, dataset: str) -> Entry | None:
        """As `read`. An unfinished withdrawal is not written over: what it has yet to close would stay open."""
        entry = self.read(dataset)
        if entry is not None and not entry.done and entry.kind == "withdraw":
            raise PortalRefused(
                f"the withdrawal of `{dataset}` is not finished: `ternopil withdraw {dataset} --reason …` finishes it"
            )
        return entry

    def unfinished(self) -> tuple[Entry, ...]:
        names = sorted(place.stem for place in self._folder.glob("*.json"))
        entries = (self.read(name) for name in names)
        return tuple(entry for entry in entries if entry is not None and not entry.done)

    @contextmanager
    def claim(self, dataset: str, *, patience: float = CLAIM_PATIENCE) -> Iterator[None]:
        """Sole publisher of `dataset` on this machine; another one at work is a contest that ours does not enter."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._folder / f"{dataset}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise PermanentFault(f"the publication journal cannot be locked ({error.strerror})") from None
        try:
            try:
                ours = _locked(handle, patience)
            except OSError as error:  # a network share without locks
                raise PermanentFault(f"the publication journal cannot be locked ({error.strerror})") from None
            if not ours:
                raise PublicationContested(f"dataset `{dataset}` is being published by another run here")
            yield
        finally:
            os.close(handle)

    def busy(self, dataset: str) -> bool:
        """Someone on this machine is publishing the dataset at this moment."""
        try:
            with self.claim(dataset, patience=0):
                return False
        except PublicationContested:
            return True

    def _place(self, dataset: str) -> Path:
        return self._folder / f"{dataset}.json"


def _locked(handle: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        else:
            return True
