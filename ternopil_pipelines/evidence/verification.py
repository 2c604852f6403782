"""Is everything still what was written: the bytes of the editions, and ledger and archive together.

Every problem is one English line that names the entry or the file. Nothing is mended here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ternopil_pipelines.evidence import manifest
from ternopil_pipelines.evidence.ledger import Entry, Ledger
from ternopil_pipelines.evidence.manifest import FILES, LATEST, MANIFEST, SEAL
from ternopil_pipelines.evidence.storage import PARTIAL
from ternopil_pipelines.evidence.tombstone import TOMBSTONE
from ternopil_pipelines.faults import EvidenceBroken, PermanentFault

if TYPE_CHECKING:
    from ternopil_pipelines.evidence.archive import Archive


def verify_edition(archive: Archive, dataset: str, address: str, *, erased: bool = False) -> list[str]:
    """`erased`: the ledger says this edition was erased, so that its tombstone is in order."""
    place = f"{dataset}/{address}"
    folder = archive.storage.path(dataset, address)
    try:
        edition = archive.read(dataset, address)
    except EvidenceBroken as error:
        return [str(error)]
    try:
        stone = archive.tombstone(dataset, address)
    except EvidenceBroken as error:
        return [str(error)]
    problems: list[str] = []
    sealed = folder.joinpath(SEAL)
    named = _seal_lines(sealed.read_bytes()) if sealed.exists() else None
    if named is None:
        return [f"{place}/{SEAL}: missing or not what was written"]
    for each in edition.files:
        if named.get(f"{FILES}/{each.name}") != each.sha256:
            problems.append(f"{place}/{SEAL}: says another sha256 of {each.name} than the manifest")
    for name, digest in named.items():
        file = folder.joinpath(*name.split("/"))
        if not file.exists():
            if stone is None or name == MANIFEST:
                problems.append(f"{place}/{name}: missing")
        elif _digest(file) != digest:
            problems.append(f"{place}/{name}: not the bytes that were written")
        elif stone is not None and name != MANIFEST:
            problems.append(f"{place}/{name}: still there although the edition was erased")
    if MANIFEST not in named:
        problems.append(f"{place}/{SEAL}: does not name {MANIFEST}")
    if stone is not None and not erased:
        problems.append(f"{place}: erased ({stone.reason})")
    known = {*named, SEAL} | ({TOMBSTONE} if stone else set())
    for file in folder.rglob("*"):
        name = str(file.path)[len(str(folder.path)) :].lstrip("/")
        if file.is_file() and name not in known and not file.name.startswith(PARTIAL):
            problems.append(f"{place}/{name}: does not belong to the edition")
    return problems


def verify_all(ledger: Ledger, archive: Archive, digests: Sequence[Mapping[str, Any]] = ()) -> list[str]:
    """The chain, every edition, and that no edition the ledger knows has gone missing. An erased one is in order only
    with an `erased` entry that gives the tombstone's reason."""
    problems = ledger.verify(digests)
    try:
        entries: tuple[Entry, ...] = ledger.entries()
    except PermanentFault:
        entries = ()
    erasures = {(each.dataset, each.edition): each for each in entries if each.what == "erased"}
    # What a withdrawal names may have been another installation's: it closes whatever the portal showed.
    known = {
        (each.dataset, each.edition) for each in entries if each.dataset and each.edition and each.what != "withdrawn"
    }
    stored = {(dataset, each.name) for dataset in archive.datasets() for each in _editions(archive, dataset)}
    if stored and not entries and not problems:
        problems.append("ledger: it has no entries, but the archive has editions")
    for dataset, address in sorted(stored | known, key=str):
        if (dataset, address) not in stored:
            problems.append(f"{dataset}/{address}: in the ledger, but gone from the archive")
            continue
        entry = erasures.get((dataset, address))
        problems += verify_edition(archive, dataset, address, erased=entry is not None)
        problems += _against_ledger(archive, dataset, address, entry, entries)
    for dataset in archive.datasets():
        pointer = archive.storage.path(dataset, LATEST)
        if not pointer.exists() or (dataset, pointer.read_bytes().decode("utf-8", "replace")) not in stored:
            problems.append(f"{dataset}/{LATEST}: does not name an edition of the archive")
    return problems


def seal_of(archive: Archive, dataset: str, address: str) -> str:
    """One hash over all that is kept of an edition, its manifest and report among it: what the ledger remembers."""
    return manifest.sha256(bytes(archive.storage.path(dataset, address, SEAL).read_bytes()))


def _against_ledger(
    archive: Archive, dataset: str, address: str, erased: Entry | None, entries: Sequence[Entry]
) -> list[str]:
    problems = []
    try:
        stone = archive.tombstone(dataset, address)
    except EvidenceBroken:
        return []  # named already
    if erased is not None and stone is None:
        problems.append(f"{dataset}/{address}: the ledger says erased, but there is no tombstone")
    if erased is not None and stone is not None and stone.reason != erased.body.get("reason"):
        problems.append(f"{dataset}/{address}: the tombstone gives another reason than the ledger")
    try:
        seal = seal_of(archive, dataset, address)
    except OSError:
        return problems  # a missing seal is named already
    for each in entries:
        if (each.dataset, each.edition) == (dataset, address) and each.body.get("seal", seal) != seal:
            problems.append(f"{dataset}/{address}: entry {each.sequence} of the ledger knows another seal")
    return problems


def _seal_lines(data: bytes) -> dict[str, str] | None:
    try:
        named = {name: digest for digest, name in (line.split("  ", 1) for line in data.decode().splitlines())}
    except ValueError:
        return None
    return named if manifest.seal(named) == data else None


def _editions(archive: Archive, dataset: str) -> list[Any]:
    """A folder of an object store without the manifest, which is written last, is an upload that was killed."""
    folders = [each for each in archive.storage.path(dataset).iterdir() if len(each.name) == 64 and each.is_dir()]
    return [each for each in folders if archive.storage.local or each.joinpath(MANIFEST).exists()]


def _digest(file: Any) -> str:
    with file.open("rb") as stream:
        digest = hashlib.sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
