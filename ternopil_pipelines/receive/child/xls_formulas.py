"""Old Excel workbooks: formulas whose stored result was never calculated.

A library writes an empty text or 0 as the result and, unlike Excel and LibreOffice, no SummaryInformation beside the
workbook; where that stands, an empty result is a real one.
"""

from __future__ import annotations

import struct
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from ternopil_pipelines.receive.cells import column_letter

_BOUNDSHEET, _EOF, _FORMULA = 0x85, 0x0A, 0x06
_EMPTY_TEXT = b"\x03\x00\x00\x00\x00\x00\xff\xff"
_ZERO = b"\0" * 8


def xls_formulas(path: Path) -> dict[str, list[tuple[str, str | None]]]:
    """By sheet: the cells whose formula has no result. Nothing where the container cannot be walked."""
    try:
        with olefile.OleFileIO(str(path)) as container:
            if container.exists("\x05SummaryInformation") or not container.exists("Workbook"):
                return {}
            stream = container.openstream("Workbook").read()
    except (OSError, ValueError, struct.error, IndexError):
        return {}
    return {name: cells for name, start in _sheets(stream) if (cells := _empty(stream, start))}


def _sheets(stream: bytes) -> list[tuple[str, int]]:
    found = []
    for kind, start, size in _records(stream, 0):
        if kind == _BOUNDSHEET and size >= 8:
            place, _, letters, wide = struct.unpack_from("<IHBB", stream, start)
            raw = stream[start + 8 : start + 8 + letters * (2 if wide & 1 else 1)]
            found.append((raw.decode("utf-16-le" if wide & 1 else "latin-1", "replace"), place))
    return found


def _empty(stream: bytes, start: int) -> list[tuple[str, str | None]]:
    cells: list[tuple[str, str | None]] = []
    for kind, at, size in _records(stream, start):
        if kind == _FORMULA and size >= 14 and stream[at + 6 : at + 14] in (_EMPTY_TEXT, _ZERO):
            row, column = struct.unpack_from("<HH", stream, at)
            cells.append((f"{column_letter(column)}{row + 1}", None))
    return cells


def _records(stream: bytes, at: int) -> list[tuple[int, int, int]]:
    """Kind, place and size of each record up to the end of the substream."""
    found = []
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        found.append((kind, at + 4, size))
        if kind == _EOF:
            break
        at += 4 + size
    return found
