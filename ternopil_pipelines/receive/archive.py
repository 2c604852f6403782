"""A zipped workbook measured before anything opens it: bombs, entities, far cells, formulas nobody calculated.

Streams every part with its own count, because a header may lie about a size; keeps nothing of the content. Reading the
cells is the guarded child's.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.cell_formats import telling_styles
from ternopil_pipelines.receive.sheet_scan import SheetScan

ENTRIES = 2_000
# A lawful sheet of ten million cells inflates to about 500 MB.
INFLATED = 600_000_000
# Sheets of equal rows deflate up to 100 times; below ten megabytes the ratio harms nobody.
RATIO = 200
RATIO_FROM = 10_000_000
_CHUNK = 1 << 20
_STYLES = "xl/styles.xml"
# Excel's most, 64,000 styles of a cell, take ten megabytes.
_STYLES_KEPT = 16 << 20
_LINKS = {
    "xl/externalLinks/": "інші книги",
    "xl/connections.xml": "підключення до баз даних",
    "xl/embeddings/": "вбудовані об’єкти",
    "xl/queryTables/": "запити",
}


@dataclass(slots=True)
class Measured:
    """`scans`: by the part's name; `styles`: as `SheetScan`'s; `notes`: what a person should know, nothing refuses."""

    scans: dict[str, SheetScan] = field(default_factory=dict)
    small: dict[str, bytes] = field(default_factory=dict)
    styles: dict[bytes, int] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    has_chain: bool = False


# What zipfile was seen to raise for ten thousand damaged archives; RuntimeError where it wants a password.
BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    OSError,
)


def measure(path: Path, *, name: str) -> Measured:
    """Raises SourceRefused for what is too large, too dense, or carries a DOCTYPE."""
    measured = Measured()
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            entries = archive.infolist()
            # Met among 10,000 mutated archives: zipfile asks for the last letter of the name.
            if not all(entry.filename for entry in entries):
                raise zipfile.BadZipFile("an entry without a name")
            _sizes(entries, path.stat().st_size, name)
            total = 0
            # The styles first: the sheets' numbers are looked at by them.
            for entry in sorted(entries, key=lambda entry: entry.filename.lower() != _STYLES):
                if entry.is_dir() or _is_picture(entry.filename):
                    continue
                total = _stream(raw, entry, measured, total, name)
            measured.has_chain = any(entry.filename == "xl/calcChain.xml" for entry in entries)
            measured.notes.extend(_notes([entry.filename for entry in entries], name))
    except BROKEN as error:
        raise SourceRefused(f"damaged archive: {type(error).__name__}", [finding("file-damaged", file=name)]) from None
    return measured


def _sizes(entries: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    if len(entries) > ENTRIES:
        raise _too_large(name, f"{len(entries)} частин в архіві", f"Не більше {ENTRIES} частин.")
    inflated = sum(entry.file_size for entry in entries)
    if inflated > INFLATED:
        raise _too_large(
            name, f"розпакований обсяг {inflated // 1_000_000} МБ", f"Не більше {INFLATED // 1_000_000} МБ."
        )
    if inflated > RATIO_FROM and inflated > RATIO * max(packed, 1):
        what = f"стиснуто у {inflated // max(packed, 1)} разів"
        raise SourceRefused("archive too dense", [finding("file-suspicious", file=name, what=what)])
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 1 for entry in entries):
        raise SourceRefused("protected archive", [finding("file-protected", file=name)])
    if len(set(names)) != len(names):
        raise SourceRefused("a part twice", [finding("file-suspicious", file=name, what="одна частина записана двічі")])


def _stream(raw: BinaryIO, entry: zipfile.ZipInfo, measured: Measured, total: int, name: str) -> int:
    """Inflates one part, counting; returns the running total."""
    is_sheet = bool(re.match(r"xl/worksheets/[^/]+\.xml$", entry.filename, re.IGNORECASE))
    is_xml = entry.filename.lower().endswith((".xml", ".rels"))
    scan = measured.scans.setdefault(entry.filename, SheetScan(measured.styles)) if is_sheet else None
    is_styles = entry.filename.lower() == _STYLES
    kept = bytearray()
    prologue = is_xml
    before = b""
    for piece in _inflated(raw, entry):
        total += len(piece)
        if total > INFLATED:
            limit = f"Не більше {INFLATED // 1_000_000} МБ."
            raise _too_large(name, f"розпакований обсяг понад {INFLATED // 1_000_000} МБ", limit)
        if prologue:
            before = before[-16:] + piece
            if b"<!DOCTYPE" in before or b"<!ENTITY" in before:
                what = f"частина {entry.filename} оголошує власні сутності XML"
                raise SourceRefused("DOCTYPE in a part", [finding("file-suspicious", file=name, what=what)])
            prologue = re.search(rb"<[A-Za-z]", before) is None
        if scan is not None:
            scan.feed(piece)
        elif len(kept) < (_STYLES_KEPT if is_styles else _CHUNK if _is_kept(entry.filename) else 0):
            kept += piece
    if scan is not None:
        scan.close()
    elif is_styles:
        measured.styles = telling_styles(bytes(kept))
    elif kept:
        measured.small[entry.filename] = bytes(kept)
    return total


def _inflated(raw: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes, however many there truly are: zipfile stops at the size the header claims."""
    raw.seek(entry.header_offset)
    header = raw.read(30)
    if header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("no local header")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    raw.seek(name_length + extra_length, 1)
    left = entry.compress_size
    if entry.compress_type == zipfile.ZIP_STORED:
        while left > 0:
            piece = raw.read(min(_CHUNK, left))
            if not piece:
                raise zipfile.BadZipFile("short part")
            left -= len(piece)
            yield piece
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError("compression of the part")
    inflater = zlib.decompressobj(-15)
    while left > 0 and not inflater.eof:
        piece = raw.read(min(1 << 16, left))
        if not piece:
            raise zipfile.BadZipFile("short part")
        left -= len(piece)
        while piece:
            out = inflater.decompress(piece, _CHUNK)
            if out:
                yield out
            piece = inflater.unconsumed_tail
    if not inflater.eof:
        raise zipfile.BadZipFile("short part")


def _notes(names: list[str], name: str) -> list[Finding]:
    notes = []
    if any(part.lower().endswith("vbaproject.bin") or part.startswith("Basic/") for part in names):
        notes.append(finding("macro-ignored", file=name))
    linked = [words for part, words in _LINKS.items() if any(each.startswith(part) for each in names)]
    if linked:
        notes.append(finding("external-link-ignored", file=name, what=", ".join(linked)))
    return notes


def _is_picture(part: str) -> bool:
    return part.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".tiff", ".bmp", ".svg"))


def _is_kept(part: str) -> bool:
    return part in {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "docProps/app.xml", "content.xml"}


def _too_large(name: str, what: str, limit: str) -> SourceRefused:
    return SourceRefused("too large", [finding("file-too-large", file=name, what=what, limit=limit)])
