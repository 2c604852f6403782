"""The landing folder of a dataset: which files wait there, which are whole, and the newest or all of them received.

Owner files, half-copied files, links and our own verdicts are no data. A department's original is never changed.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pandas as pd

from ternopil_pipelines.catalogue.model import Dataset, FolderSource, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.receive.file import receive_file
from ternopil_pipelines.receive.naming import fold, folded_names
from ternopil_pipelines.receive.receipt import Origin, Part, Receipt

_IGNORED = re.compile(
    r"^(~\$.*|\.~lock\..*#|\..*|~.*\.tmp|thumbs\.db|desktop\.ini|.*\.(part|partial|tmp|crdownload|download|filepart|swp|bak))$",
    re.IGNORECASE,
)
# Verdicts may stand beside the file they judge, so that the steward finds them; names as `reports` writes them.
_VERDICT = re.compile(
    r"(^|[.\-_ ])(verdict|вердикт|висновок)([.\-_ ].*)?\.(html|json|xlsx|csv|txt)$|^report\.(html|json)$", re.IGNORECASE
)
QUIET_SECONDS = 10.0
# A slow network copy stalls for 15 seconds, and a text without its last line end may be one.
UNENDED_SECONDS = 25.0
_TEXTS = frozenset({".csv", ".tsv", ".txt", ".tab"})
# An owner file older than a day was left by a program that crashed: nobody would ever take it away.
STALE_LOCK_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class FileState:
    """What must stay the same while a file settles."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> FileState:
        stat = path.lstat()
        return cls(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def landing_folder(landing: Path, dataset: Dataset) -> Path:
    return landing / dataset.holder / dataset.id


def waiting_files(folder: Path, pattern: str = "*") -> tuple[Path, ...]:
    """Files that may be data, the oldest arrival first."""
    try:
        candidates = [path for path in folder.iterdir() if _may_be_data(path, pattern)]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    aged = []
    for path in candidates:
        try:
            aged.append((path.lstat().st_mtime_ns, path.name, path))
        except FileNotFoundError:
            continue
    return tuple(path for _, _, path in sorted(aged))


def being_edited(path: Path) -> bool:
    """Whether an owner file of Excel (`~$x.xlsx`) or LibreOffice (`.~lock.x#`) stands beside it."""
    # Excel drops the first two letters of a long name after `~$`.
    owners = (f"~${path.name}", f"~${path.name[2:]}", f".~lock.{path.name}#")
    return any(_is_fresh(path.parent / owner) for owner in owners)


def _is_fresh(owner: Path) -> bool:
    try:
        return time.time() - owner.lstat().st_mtime < STALE_LOCK_SECONDS
    except (FileNotFoundError, NotADirectoryError):
        return False


def is_settled(path: Path, *, before: FileState | None = None, now: float | None = None) -> bool:
    """Whether the file has come to rest: nothing about it moved since `before` (the last look, where there was one),
    it was touched at least ten seconds ago (a text that ends in mid line: 25), and nobody has it open in an office
    program."""
    try:
        state = FileState.of(path)
    except FileNotFoundError:
        return False
    if (before is not None and state != before) or being_edited(path):
        return False
    rested = (time.time() if now is None else now) - max(state.modified_ns, state.changed_ns) / 1e9
    return rested >= QUIET_SECONDS and (rested >= UNENDED_SECONDS or _ends(path))


def _ends(path: Path) -> bool:
    """Whether a text file ends with a line end; other kinds are judged by their structure."""
    if path.suffix.lower() not in _TEXTS:
        return True
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - 2, 0))
            return file.read().endswith((b"\n", b"\n\0"))
    except OSError:
        return False


def receive_folder(landing: Path, dataset: Dataset, table: Table) -> Receipt:
    """The newest file, or all of them appended in order of arrival where the source says `keep: all`."""
    source = table.source
    if not isinstance(source, FolderSource):
        raise TypeError(f"table {table.id} is not received from a folder")
    folder = landing_folder(landing, dataset)
    files = waiting_files(folder, source.pattern)
    if not files:
        shown = f"{dataset.holder}/{dataset.id}"
        about = finding("no-file", folder=shown, pattern=source.pattern)
        raise SourceRefused(f"no file in landing folder {shown}", [about])
    if source.keep == "newest":
        receipt = receive_file(files[-1], table, follow=False)
        return replace(receipt, changed=folder_mark(files[-1:]))
    known = folded_names(columns_of(table), table.aliases)
    receipts = [_declared(receive_file(path, table, follow=False), known) for path in files]
    return replace(_appended(receipts), changed=folder_mark(files))


def folder_mark(files: Sequence[Path]) -> str | None:
    """Moves when a file arrives, goes, or is replaced: also by the same bytes."""
    digest = hashlib.sha256()
    for path in files:
        try:
            state = FileState.of(path)
        except FileNotFoundError:
            continue
        digest.update(f"{path.name}\0{state.modified_ns}\0{state.size}\0{state.inode}\n".encode())
    return digest.hexdigest() if files else None


def change_mark_of_folder(landing: Path, dataset: Dataset, source: FolderSource) -> str | None:
    files = waiting_files(landing_folder(landing, dataset), source.pattern)
    return folder_mark(files[-1:] if source.keep == "newest" else files)


def _declared(receipt: Receipt, known: Mapping[str, str]) -> Receipt:
    """Declared columns by their declared names: files of several years spell them differently."""
    names = [known.get(fold(name), name) for name in receipt.text.columns]
    if len(set(names)) < len(names):
        return receipt
    return replace(receipt, text=receipt.text.set_axis(names, axis="columns"))


def _appended(receipts: Sequence[Receipt]) -> Receipt:
    if len(receipts) == 1:
        return receipts[0]
    digest = hashlib.sha256()
    for each in receipts:
        digest.update(bytes.fromhex(each.sha256))
    text = pd.concat([each.text for each in receipts], ignore_index=True)
    starts = np.cumsum([0, *(len(each.text) for each in receipts)])
    parts = tuple(_part(each, int(first), list(text.columns)) for each, first in zip(receipts, starts, strict=False))
    names = ", ".join(each.origin.name for each in receipts)
    newest = receipts[-1]
    return Receipt(
        text=text.astype(newest.text.dtypes.iloc[0]) if len(text.columns) else text,
        rows=np.concatenate([each.rows for each in receipts]),
        sha256=digest.hexdigest(),
        received_at=newest.received_at,
        origin=Origin(
            "folder", newest.origin.name, {"files": names}, typed=any(each.origin.typed for each in receipts)
        ),
        findings=tuple(
            replace(about, sheet=part.sheet)
            for each, part in zip(receipts, parts, strict=True)
            for about in each.findings
        ),
        content=None,
        parts=parts,
    )


def _part(receipt: Receipt, first: int, names: Sequence[str]) -> Part:
    """Rows of several files have equal numbers: what a finding calls the sheet is then the file, and its sheet."""
    sheet = receipt.origin.name if receipt.sheet is None else f"{receipt.origin.name}: {receipt.sheet}"
    letters = dict(zip(receipt.text.columns, receipt.letters or (), strict=False))
    return Part(first, sheet, tuple(letters.get(name) for name in names) if letters else None)


def _may_be_data(path: Path, pattern: str) -> bool:
    name = path.name
    if path.is_symlink() or not path.is_file() or _IGNORED.match(name) or _VERDICT.search(name):
        return False
    return fnmatchcase(name.casefold(), pattern.casefold())
