"""The record of one thing a person should know about a table: a finding, as report.json shows it.

A finding about a cell names it (`cell` as the spreadsheet does, null for text files; `row` as the spreadsheet or the
line of the file does); one about a column or table has no cell and a `count`. Made by `codes.finding` only, which
fills the Ukrainian words and masks the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Fields and order are those of report.json; `row` counts from 1 in the received file."""

    code: str
    severity: Severity
    sheet: str | None
    cell: str | None
    row: int | None
    column: str | None
    value: str | None
    count: int
    message: str
    expected: str
    fix: str

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "severity": self.severity.value}


def has_errors(findings: Sequence[Finding]) -> bool:
    return any(each.severity is Severity.ERROR for each in findings)


def by_code(findings: Sequence[Finding]) -> dict[str, int]:
    """Counts by code, for logs, the ledger and metadata: they never need the values."""
    counts: dict[str, int] = {}
    for each in findings:
        counts[each.code] = counts.get(each.code, 0) + each.count
    return dict(sorted(counts.items()))
