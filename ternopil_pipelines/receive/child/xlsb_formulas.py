"""Binary Excel workbooks: what the reader says nothing of, told by walking their records first.

Formulas that failed are records of their own kind, which the reader passes over as blank cells; a filled cell far from
the table makes it ask for more memory than there is; merged cells. Strings and styles are not looked at.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ternopil_pipelines.receive.cells import column_letter
from ternopil_pipelines.receive.child.answer import Refused
from ternopil_pipelines.receive.sheet_scan import CELLS

_SHEET, _ROW, _END, _FAILED, _MERGED = 156, 0, 146, 11, 176
_VALUED = frozenset(range(2, 12))
_SIGNS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
Formulas = list[tuple[str, str | None]]
Merged = list[tuple[int, int, int, int]]
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")


def xlsb_formulas(path: Path) -> tuple[dict[str, Formulas], dict[str, Merged]]:
    """By sheet: the cells whose formula failed, with the error's sign; the merged ranges: top, left, bottom, right,
    rows from 1 and columns from 0. Raises Refused for a cell too far away."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = set(archive.namelist())
            sheets = [(name, part) for name, part in _sheets(archive) if part in parts]
            found = {name: _told(archive.read(part), name) for name, part in sheets}
    except (zipfile.BadZipFile, KeyError, IndexError, struct.error, UnicodeDecodeError):
        raise Refused("file-damaged") from None
    return {name: failed for name, (failed, _) in found.items()}, {name: merged for name, (_, merged) in found.items()}


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    relations = archive.read("xl/_rels/workbook.bin.rels").decode("utf-8", "replace")
    targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(relations)}
    for kind, start, _ in _records(content := archive.read("xl/workbook.bin")):
        if kind == _SHEET:
            relation, at = _text(content, start + 8)
            name, _ = _text(content, at)
            target = targets.get(relation, "")
            yield name, target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found.group(1) if found else ""


def _told(content: bytes, sheet: str) -> tuple[Formulas, Merged]:
    failed: Formulas = []
    merged: Merged = []
    row, ended = 0, False
    last_rows, last_columns = [-1, -1], [-1, -1]
    for kind, start, _ in _records(content):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", content, start)
        elif kind in _VALUED and not ended:
            (column,) = struct.unpack_from("<I", content, start)
            for place, last in ((row, last_rows), (column, last_columns)):
                if place > last[0]:
                    last[:] = place, last[0]
            if kind == _FAILED:
                failed.append((f"{column_letter(column)}{row + 1}", _SIGNS.get(content[start + 8], "#ERROR!")))
        elif kind == _END:
            ended = True
        elif kind == _MERGED:
            top, bottom, left, right = struct.unpack_from("<4I", content, start)
            merged.append((top + 1, left, bottom + 1, right))
    rows, columns = last_rows[0] + 1, last_columns[0] + 1
    if rows * columns > CELLS:
        cell = _far_cell(content, (rows - 1, None))
        if (last_rows[1] + 1) * columns > rows * (last_columns[1] + 1):
            cell = _far_cell(content, (None, columns - 1))
        raise Refused("far-cell", sheet=sheet, cell=cell, what=f"{rows} рядків на {columns} стовпців")
    return failed, merged


def _far_cell(content: bytes, wanted: tuple[int | None, int | None]) -> str:
    row = 0
    for kind, start, _ in _records(content):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", content, start)
        elif kind in _VALUED:
            (column,) = struct.unpack_from("<I", content, start)
            if row == wanted[0] or column == wanted[1]:
                return f"{column_letter(column)}{row + 1}"
    return ""


def _text(content: bytes, at: int) -> tuple[str, int]:
    (letters,) = struct.unpack_from("<I", content, at)
    end = at + 4 + 2 * letters
    return content[at + 4 : end].decode("utf-16-le"), end


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, place and size of each record; kind and size are written in seven bits a byte."""
    at, end = 0, len(content)
    while at < end:
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (content[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            size |= (content[at] & 0x7F) << shift
            shift += 7
            at += 1
            if content[at - 1] < 0x80 or shift > 21:
                break
        yield kind, at, size
        at += size
