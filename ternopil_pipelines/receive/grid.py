"""A sheet or a text file before anyone knows where its table stands: cells as text, with the places a person sees.

Made by `delimited` and `workbook`, turned into a table by `layout`. Columns are Arrow strings, an absent cell is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.receive.cells import column_letter


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """`numbers[i]`: the spreadsheet's row or the file's physical line; `first_column` counts the sheet's columns left
    of the grid; `lettered` is true for spreadsheets."""

    columns: tuple[pa.ChunkedArray, ...]
    numbers: np.ndarray
    sheet: str | None = None
    lettered: bool = False
    first_column: int = 0

    @property
    def height(self) -> int:
        return len(self.numbers)

    def head(self, count: int) -> list[list[str | None]]:
        """The first rows as Python lists."""
        if not self.columns:
            return []
        return [list(row) for row in zip(*(column.slice(0, count).to_pylist() for column in self.columns), strict=True)]

    def letter(self, column: int) -> str | None:
        return column_letter(self.first_column + column) if self.lettered else None

    def cell(self, column: int, row: int) -> str | None:
        return f"{self.letter(column)}{int(self.numbers[row])}" if self.lettered else None


def filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """True where a cell holds more than white space. Looks at no more than a cell's first letter in a sound file."""
    blank = pc.or_(pc.utf8_is_space(column), pc.equal(pc.binary_length(column), 0))
    return pc.fill_null(pc.invert(blank), False)


def absent_if_blank(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Blank cells become null; inner and outer text of the others stays as received."""
    present = filled(column)
    # A column without blank cells is handed on, not copied: a million rows save a gigabyte.
    if pc.equal(present, column.is_valid()).combine_chunks().true_count == len(column):
        return column
    return pc.if_else(present, column, pa.scalar(None, column.type))


def whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """In one piece: whoever works on whole columns then copies nothing."""
    return column if column.num_chunks == 1 else pa.chunked_array([column.combine_chunks()])


def grid_of_rows(rows: Sequence[Sequence[str | None]], numbers: Sequence[int]) -> Grid:
    """A grid from ragged Python rows, padded to the widest."""
    width = max(map(len, rows), default=0)
    padded = [[*row, *([None] * (width - len(row)))] for row in rows]
    columns = tuple(
        absent_if_blank(pa.chunked_array([pa.array(column, pa.string())])) for column in zip(*padded, strict=True)
    )
    return Grid(columns, np.asarray(numbers, dtype=np.int64))
