"""One sheet's XML read as a stream of bytes: how far its cells reach, which formulas have no value, which cells are
merged, which stand in a format that shows something else than they hold.

A 4 KiB file with A1 and XFD1048576 makes the reader ask for 549 GB; common in departments' files after Solver or stray
formatting. Empty formatted cells cost the reader nothing and do not count here.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping

from ternopil_pipelines.receive.cells import column_letter

# Ten million cells are lawful; at 32 bytes a cell this is 640 MB of the child's two gigabytes.
CELLS = 20_000_000
# As nearly every program writes a row; a pattern that begins with a fixed word is found eight times faster.
_PLAIN_ROW = re.compile(rb'<row r="(\d+)"')
_ROW = re.compile(rb"<(?:\w+:)?row [^>]*?\br=\"(\d+)\"")
_FAR_COLUMN = re.compile(rb' r="([A-Z]{2,3})\d+"')
_VALUED = re.compile(
    rb"<(?:\w+:)?c (?:[^>]*? )?r=\"([A-Z]{1,3})(\d{1,7})\"(?:[^>]*[^/>])?><(?!/)(?:\w+:)?(?:v>[^<]|is|f)"
)
_IN_FIRST = re.compile(rb'<(?:\w+:)?c r="A\d+"(?: [^>]*[^/>])?><(?:\w+:)?(?:v>[^<]|is>)')
_FORMULA = re.compile(
    rb"<(?:\w+:)?c (?:[^>]*? )?r=\"([A-Z]{1,3}\d{1,7})\"([^>]*)>"
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v(?:\s[^>]*)?(?:/>|>([^<]*)</(?:\w+:)?v>))?"
)
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?\bref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")
_STYLED = re.compile(rb's="(\d+)"')
# Texts, errors and truth values have no number format.
_PLAIN_NUMBER = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?=[^<>]*? s="(\d+)")(?![^<>]*? t="[^n])[^<>]*(?<!/)>')
_NUMBER = re.compile(
    rb"<(?:\w+:)?c\s(?=[^<>]*?\br=\"([A-Z]{1,3})(\d{1,7})\")(?=[^<>]*?\bs=\"(\d+)\")"
    rb"(?![^<>]*?\bt=\"[^n])[^<>]*(?<!/)>"
)
# 1.23E-12, and anything else below a billionth.
_TINY = re.compile(rb"[0-9][Ee]-(?:9|[1-9][0-9])")
_LONGEST_CELL = 4 * (1 << 20)
# A merged register of 20,000 rows and five columns; a sheet of nothing but merges would take gigabytes.
_MOST_MERGED = 100_000


class SheetScan:
    """Fed piece by piece; `close` ends it. Pieces overlap by the longest formula a cell may hold.

    `styles`: the styles worth noticing (`cell_formats`). `shown`: by column from 0 and kind of style, the rows of the
    numbers that stand in it. `merged`: (top, left, bottom, right), rows from 1 and columns from 0. `tiny`: are there
    numbers below a billionth?"""

    def __init__(self, styles: Mapping[bytes, int] | None = None) -> None:
        self.rows = 0
        self.columns = 0
        self.starts_at_first = False
        self.tiny = False
        self.formulas = 0
        self.uncalculated: list[str] = []
        self.zeros: list[str] = []
        self.valued = (0, 0)
        self.merged: list[tuple[int, int, int, int]] = []
        self.shown: dict[tuple[int, int], array[int]] = {}
        self._styles = styles or {}
        self._farthest: dict[str, tuple[int, int]] = {}
        self._second = [0, 0]
        self._left = b""
        self._prefixed = False

    def feed(self, piece: bytes) -> None:
        content = self._left + piece
        # Cut before a cell that may continue in the next piece.
        for mark in (b"</row>", b"<c ", b"<"):
            cut = content.rfind(mark)
            if cut >= 0 and len(content) - cut <= _LONGEST_CELL:
                break
        else:
            cut = len(content)
        self._scan(content[:cut])
        self._left = content[cut:]

    def close(self) -> None:
        self._scan(self._left)
        self._left = b""

    @property
    def too_far(self) -> str | None:
        """The cell that makes the sheet too large to read, None where it is not."""
        if self._extent_at_most <= CELLS or self.valued[0] * self.valued[1] <= CELLS:
            return None
        by_row, by_column = self._farthest["row"], self._farthest["column"]
        without_row = self._second[0] * self.valued[1]
        without_column = self.valued[0] * self._second[1]
        row, column = by_row if without_row <= without_column else by_column
        return f"{column_letter(column - 1)}{row}"

    def _scan(self, content: bytes) -> None:
        if not content:
            return
        rows = [int(found) for found in _PLAIN_ROW.findall(content) or _ROW.findall(content)]
        self.rows = max(self.rows, *rows, 0) if rows else self.rows
        wide = set(_FAR_COLUMN.findall(content))
        if wide:
            self.columns = max(self.columns, *(_number(letters) for letters in wide))
        elif self.rows * 26 > CELLS:
            self.columns = max(self.columns, _last_letter(content))
        if not self.starts_at_first:
            self.starts_at_first = _IN_FIRST.search(content) is not None
        if not self.tiny and (b"E-" in content or b"e-" in content):
            self.tiny = _TINY.search(content) is not None
        if self._suspicious(rows, wide):
            self._extent(content)
        self._prefixed = self._prefixed or b":sheetData" in content
        if b"<f" in content or (self._prefixed and b":f" in content):
            self._formulas(content)
        # Merged ranges stand after the last row.
        if content.find(b"mergeCell", max(content.rfind(b"</row>"), 0)) >= 0:
            self._merged(content)
        if self._styles and not self._styles.keys().isdisjoint(_STYLED.findall(content)):
            self._shown(content)

    @property
    def _extent_at_most(self) -> int:
        return self.rows * (self.columns or 26)

    def _suspicious(self, rows: list[int], wide: set[bytes]) -> bool:
        """Whether this piece may hold the cell that makes the sheet too large. An ordinary piece is looked at by its
        rows only; cells without a number of their row count nowhere and are caught by the child's limits."""
        return bool(self._farthest) or self._extent_at_most > CELLS or (bool(wide) and self.columns > 2_000)

    def _extent(self, content: bytes) -> None:
        for letters, digits in _VALUED.findall(content):
            place = (int(digits), _number(letters))
            for axis, name in enumerate(("row", "column")):
                known = self._farthest.get(name)
                if known is None or place[axis] > known[axis]:
                    self._second[axis] = known[axis] if known else 1
                    self._farthest[name] = place
                elif known[axis] > place[axis] > self._second[axis]:
                    self._second[axis] = place[axis]
        if self._farthest:
            self.valued = (self._farthest["row"][0], self._farthest["column"][1])

    def _formulas(self, content: bytes) -> None:
        for cell, attributes, value in _FORMULA.findall(content):
            self.formulas += 1
            # A formula that gives an empty text is saved as t="str" with an empty value.
            if not value and b't="str"' not in attributes:
                self.uncalculated.append(cell.decode())
            elif value == b"0":
                self.zeros.append(cell.decode())

    def _merged(self, content: bytes) -> None:
        for left, top, right, bottom in _MERGED.findall(content):
            if len(self.merged) == _MOST_MERGED:
                break
            self.merged.append((int(top), _number(left) - 1, int(bottom), _number(right) - 1))

    def _shown(self, content: bytes) -> None:
        for letters, digits, style in _PLAIN_NUMBER.findall(content) or _NUMBER.findall(content):
            kind = self._styles.get(style)
            if kind is not None:
                self.shown.setdefault((_number(letters) - 1, kind), array("I")).append(int(digits))


def _last_letter(content: bytes) -> int:
    """The last column of a piece that has no column beyond Z; 26 where cells are written in another way."""
    return next((at + 1 for at in range(25, -1, -1) if b'<c r="' + bytes([65 + at]) in content), 26)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
