"""Where a person sees something else on the sheet than its cells hold: merged cells, percent, leading zeros.

The zeros are read as they are shown. Nothing is filled into merged cells, since a merged sum would be counted as many
times as it has rows; what they and percents leave unsaid is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.cell_formats import PERCENT
from ternopil_pipelines.receive.cells import column_letter
from ternopil_pipelines.receive.grid import Grid
from ternopil_pipelines.receive.layout import Layout
from ternopil_pipelines.receive.naming import fold

# Rows from 1, columns of the sheet from 0: top, left, bottom, right.
Range = Sequence[int]
Shown = Mapping[tuple[int, int], Sequence[int]]
SHOWN_RANGES = 100
# Whether a merged range hides anything is seen in its first rows.
_LOOKED = 50


def with_zeros(grid: Grid, shown: Shown) -> Grid:
    """Whole numbers in formats of zeros as the sheet shows them: 123 under 00000 is 00123."""
    columns = list(grid.columns)
    for (place, width), rows in shown.items():
        at = place - grid.first_column
        if width != PERCENT and 0 <= at < len(columns):
            columns[at] = _padded(columns[at], np.asarray(rows) - 1, width)
    return replace(grid, columns=tuple(columns))


def _padded(column: pa.ChunkedArray, rows: np.ndarray, width: int) -> pa.ChunkedArray:
    cells = column.combine_chunks()
    given = np.zeros(len(cells), bool)
    given[rows[(rows >= 0) & (rows < len(cells))]] = True
    whole = pc.fill_null(pc.match_substring_regex(cells, r"^\d+$"), False)
    mask = pc.and_(pa.array(given), whole)
    return pa.chunked_array([pc.replace_with_mask(cells, mask, pc.utf8_lpad(cells.filter(mask), width, "0"))])


def declared_columns(layout: Layout, known: Mapping[str, str], columns: Iterable[Column]) -> dict[str, Column]:
    """The declared columns of the table by their letters."""
    by_name = {column.name: column for column in columns}
    named = zip(layout.letters or (), layout.text.columns, strict=True)
    return {letter: by_name[known[fold(name)]] for letter, name in named if known.get(fold(name)) in by_name}


def about_merged(ranges: Iterable[Range], grid: Grid, layout: Layout, declared: Mapping[str, Column]) -> list[Finding]:
    """Merged ranges whose value the rows of the table lack beyond the first cell; each told once, by the first such
    column."""
    rows = layout.rows
    columns = [(at, column) for at in range(len(grid.columns)) if (column := declared.get(str(grid.letter(at))))]

    def hides(first: str, one: Range, at: int) -> bool:
        begin, end = np.searchsorted(rows, [one[0], one[2] + 1])
        covered = (int(row) for row in rows[begin : min(end, begin + _LOOKED)])
        return any(grid.columns[at][row - 1].as_py() != first for row in covered if (row, at) != (one[0], one[1]))

    found: dict[str, list[Range]] = {}
    for top, left, bottom, right in ranges:
        one = (top, left - grid.first_column, bottom, right - grid.first_column)
        if not 0 < top <= grid.height or not 0 <= one[1] < len(grid.columns):
            continue
        first = grid.columns[one[1]][top - 1].as_py()
        if first is None:
            continue
        hidden = next((column for at, column in columns if one[1] <= at <= one[3] and hides(first, one, at)), None)
        if hidden is not None:
            found.setdefault(hidden.name, []).append((top, left, bottom, right))
    return [each for name, several in found.items() for each in _told(name, several)]


def _told(column: str, ranges: Sequence[Range]) -> list[Finding]:
    told = []
    for at, (top, left, bottom, right) in enumerate(ranges[: SHOWN_RANGES + 1]):
        cell, last = f"{column_letter(left)}{top}", f"{column_letter(right)}{bottom}"
        rest = len(ranges) - SHOWN_RANGES if at == SHOWN_RANGES else 1
        more = f"; разом із ними таких об’єднань, яких у звіті не перелічено: {rest}" if at == SHOWN_RANGES else ""
        told.append(
            finding("cells-merged", cell=cell, row=top, column=column, count=rest, range=f"{cell}:{last}", more=more)
        )
    return told


def about_percent(shown: Shown, grid: Grid, layout: Layout, declared: Mapping[str, Column]) -> list[Finding]:
    """Columns of numbers whose cells show percent and hold fractions."""
    told = []
    for (place, kind), rows in shown.items():
        column = declared.get(column_letter(place))
        if kind != PERCENT or column is None or column.type not in {"decimal", "integer"}:
            continue
        cells = grid.columns[place - grid.first_column]
        inside = np.intersect1d(np.asarray(rows), layout.rows)
        inside = inside[np.asarray(cells.is_valid())[inside - 1]]
        if not len(inside):
            continue
        stored = cells[int(inside[0]) - 1].as_py()
        first = f"{column_letter(place)}{int(inside[0])}"
        told.append(
            finding(
                "percent-shown", column=column.name, count=len(inside), first=first, stored=stored, seen=_seen(stored)
            )
        )
    return told


def _seen(stored: str) -> str:
    try:
        return f"{format((Decimal(stored) * 100).normalize(), 'f')} %".replace(".", ",")
    except InvalidOperation:
        return "%"
