"""Rows above the header: titles, stamps, units, and rows of data over which somebody wrote a second header.

None of them is taken. A title says nothing about the values; units and rows of data do, so those are told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines.receive.body import is_number, keeps_numbers
from ternopil_pipelines.receive.explaining import numbers_columns
from ternopil_pipelines.receive.grid import Grid
from ternopil_pipelines.receive.header import Header, Row
from ternopil_pipelines.receive.naming import fold

_DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[T ].*)?")
# A form's line of codes («Код;19;Дата;2024») fills some columns, a row of the table most of them.
_MOST = 0.6
# Thousands and millions of what is counted, alone or behind a title: without them the numbers mean something else.
_UNITS = re.compile(
    r"(?:^|[(\[,:–—-])\s*(?:[ув]\s+)?(?:тис\.?|тисяч\w{0,3}|млн\.?|мільйон\w{0,3}|млрд\.?|мільярд\w{0,3})\s*"
    r"(?:грн|гривень|гривні|дол\w*|євро|осіб|чол\w*|люд\w*|шт\w*|од\w*|тонн?|т|га|кв|куб|м)\b[^()]{0,10}[)\]]?$",
    re.I,
)


def about_rows_above(grid: Grid, header: Header, known: Mapping[str, str], columns: Sequence[Column]) -> list[Finding]:
    # A title may have been taken for an upper row of the header.
    head, numbers = grid.head(header.last), grid.numbers[: header.last]
    return [
        *_units(head, numbers, header),
        *_rows(head[: header.first], numbers[: header.first], header, known, columns),
    ]


def _rows(
    head: Sequence[Row], numbers: np.ndarray, header: Header, known: Mapping[str, str], columns: Sequence[Column]
) -> list[Finding]:
    by_name = {column.name: column for column in columns}
    declared = [by_name.get(known.get(fold(name), "")) if name else None for name in header.names]
    said = [(int(number), [(cell or "").strip() for cell in row]) for number, row in zip(numbers, head, strict=True)]
    said = [(number, row) for number, row in said if any(row)]
    first = next((number for number, row in said if _names(row, known, header)), None)
    lost = [
        number
        for number, row in said
        if not numbers_columns([cell for cell in row if cell])
        and not _names(row, known, header)
        and _holds_values(row, declared)
    ]
    if not lost:
        return []
    # Beneath names of our columns they are rows for certain; else they may be lines of a form.
    severity = Severity.ERROR if first is not None and first < lost[-1] else Severity.WARNING
    return [finding("rows-above-header", severity=severity, row=lost[0], count=len(lost))]


def _units(head: Sequence[Row], numbers: np.ndarray, header: Header) -> list[Finding]:
    return [
        finding("units-above-header", row=int(number), value=" ".join(cell.split()))
        for at, (number, row) in enumerate(zip(numbers, head, strict=True))
        for cell in row
        if cell and (at < header.first or sum(map(bool, row)) == 1) and _UNITS.search(cell.strip())
    ]


def _names(row: Sequence[str], known: Mapping[str, str], header: Header) -> bool:
    """A header by itself: most of the columns, and nothing but names."""
    said = [known.get(fold(cell)) for cell in row if cell]
    return None not in said and len(set(said)) >= max(2, header.matched * 2 / 3)


def _holds_values(row: Sequence[str], declared: Sequence[Column | None]) -> bool:
    typed = [cell for cell, column in zip(row, declared, strict=False) if cell and column and keeps_numbers(column)]
    filled = sum(1 for cell, column in zip(row, declared, strict=False) if cell and column)
    return (
        bool(typed)
        and all(is_number(cell) or _DAY.fullmatch(cell) for cell in typed)
        and filled >= max(2, _MOST * sum(1 for column in declared if column))
    )
