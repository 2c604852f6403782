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
from ternopil_pipelines.receive.header import Header, Row
from ternopil_pipelines.receive.naming import fold

_DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[T ].*)?")
# A form's line of codes («Код;19;Дата;2024») fills some columns, a row of the table most of them.
_MOST = 0.6
# Thousands and millions of what is counted: without them the numbers mean something else.
_UNITS = re.compile(
    r"[(\[]?\s*(?:(?:одиниц\w+|од\.)\s*(?:виміру|вим\.)\s*[:–—-]?\s*|[ув]\s+)?(?:тис|млн|млрд)\w*\.?.{0,20}", re.I
)


def rows_above(
    head: Sequence[Row], numbers: np.ndarray, header: Header, known: Mapping[str, str], columns: Sequence[Column]
) -> list[Finding]:
    """`head`: the rows above the header, `numbers`: theirs."""
    by_name = {column.name: column for column in columns}
    declared = [by_name.get(known.get(fold(name), "")) if name else None for name in header.names]
    said = [(int(number), [(cell or "").strip() for cell in row]) for number, row in zip(numbers, head, strict=True)]
    said = [(number, row) for number, row in said if any(row)]
    first = next((at for at, (_, row) in enumerate(said) if _names(row, known, header)), len(said))
    lost = [
        number
        for at, (number, row) in enumerate(said)
        if sum(map(bool, row)) > 1
        and not numbers_columns([cell for cell in row if cell])
        and not _names(row, known, header)
        and (at > first or _holds_values(row, declared))
    ]
    findings = []
    if lost:
        # Beneath names of our columns they are rows for certain; else they may be lines of a form.
        severity = Severity.ERROR if first < len(said) else Severity.WARNING
        findings.append(finding("rows-above-header", severity=severity, row=lost[0], count=len(lost)))
    return findings


def units_above(head: Sequence[Row], numbers: np.ndarray) -> list[Finding]:
    """`head`: all rows above the last one of the header."""
    return [
        finding("units-above-header", row=int(number), value=" ".join(cell.split()))
        for number, row in zip(numbers, head, strict=True)
        for cell in row
        if cell and _UNITS.fullmatch(cell.strip())
    ]


def _names(row: Sequence[str], known: Mapping[str, str], header: Header) -> bool:
    named = {known[name] for cell in row if (name := fold(cell)) in known}
    return len(named) >= max(2, header.matched / 2)


def _holds_values(row: Sequence[str], declared: Sequence[Column | None]) -> bool:
    typed = [cell for cell, column in zip(row, declared, strict=False) if cell and column and keeps_numbers(column)]
    filled = sum(1 for cell, column in zip(row, declared, strict=False) if cell and column)
    return (
        bool(typed)
        and all(is_number(cell) or _DAY.fullmatch(cell) for cell in typed)
        and filled >= max(2, _MOST * sum(1 for column in declared if column))
    )
