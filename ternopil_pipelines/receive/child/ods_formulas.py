"""LibreOffice workbooks: formulas without a stored value, cells whose calculation failed, cells merged over rows.

The reader gives an absent cell for all of them. Only a file that mentions one is read again, by expat without DOCTYPE.
Merging across columns alone, as nearly every title does, is no reason to.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from ternopil_pipelines.receive.cells import column_letter
from ternopil_pipelines.receive.child.answer import Refused

_PIECE = 1 << 20
_MARKS = (b"table:formula=", b'calcext:value-type="error"')
_MERGED = re.compile(rb'table:number-rows-spanned="(?!1")')
Odd = dict[str, list[tuple[str, str | None]]]
Merged = dict[str, list[tuple[int, int, int, int]]]


def ods_formulas(path: Path) -> tuple[Odd, Merged]:
    """By sheet: cells with a formula and no value (None), or with the sign of a failed calculation; ranges merged over
    several rows: top, left, bottom, right, rows from 1 and columns from 0."""
    with zipfile.ZipFile(path) as archive:
        with archive.open("content.xml") as part:
            if not _mentions(part):
                return {}, {}
        with archive.open("content.xml") as part:
            return _Cells().read(part)


def _mentions(part: IO[bytes]) -> bool:
    left = b""
    while piece := part.read(_PIECE):
        content = left + piece
        if any(mark in content for mark in _MARKS) or _MERGED.search(content):
            return True
        left = content[-40:]
    return False


class _Cells:
    """Counts rows and columns as the file repeats them."""

    def __init__(self) -> None:
        self._found: Odd = {}
        self._merged: Merged = {}
        self._sheet = ""
        self._depth = 0
        self._row = self._next_row = self._next_column = 0
        self._odd: tuple[str, bool] | None = None
        self._said: list[str] = []

    def read(self, part: IO[bytes]) -> tuple[Odd, Merged]:
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def doctype(*_: object) -> None:
            raise Refused("file-suspicious", what="частина content.xml оголошує власні сутності XML")

        parser.StartDoctypeDeclHandler = doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.ParseFile(part)
        except expat.ExpatError:
            raise Refused("file-damaged") from None
        return self._found, self._merged

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._depth += 1
            if self._depth == 1:
                self._sheet = attributes.get("table:name", "")
                self._next_row = 0
        elif self._depth != 1:
            return
        elif name == "table:table-row":
            self._row, self._next_column = self._next_row, 0
            self._next_row += _times(attributes, "table:number-rows-repeated")
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            column = self._next_column
            self._next_column += _times(attributes, "table:number-columns-repeated")
            if (rows := _times(attributes, "table:number-rows-spanned")) > 1:
                right = column + _times(attributes, "table:number-columns-spanned") - 1
                self._merged.setdefault(self._sheet, []).append((self._row + 1, column, self._row + rows, right))
            failed = attributes.get("calcext:value-type") == "error"
            kind = attributes.get("office:value-type")
            bare = kind is None or (kind == "float" and "office:value" not in attributes)
            if failed or ("table:formula" in attributes and bare):
                self._odd = (f"{column_letter(column)}{self._row + 1}", failed)
                self._said = []

    def _text(self, piece: str) -> None:
        if self._odd is not None:
            self._said.append(piece)

    def _end(self, name: str) -> None:
        if name == "table:table":
            self._depth -= 1
        elif name in {"table:table-cell", "table:covered-table-cell"} and self._odd is not None:
            cell, failed = self._odd
            sign = ("".join(self._said).strip() or "#ERROR!") if failed else None
            self._found.setdefault(self._sheet, []).append((cell, sign))
            self._odd = None


def _times(attributes: dict[str, Any], name: str) -> int:
    try:
        return max(int(attributes.get(name, "1")), 1)
    except ValueError:
        return 1
