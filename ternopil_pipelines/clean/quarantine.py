"""Rows with errors set aside, where sources.yaml says `on_error: quarantine`: the rest of the table goes on.

Only what is wrong in single rows can be set aside; a missing column or an unreadable header refuses the table as
before, and so does a share of broken rows above the dataset's threshold: then something is wrong with the file, not
with a few records.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Severity


def set_aside(cleaned: Cleaned, *, most: float) -> Cleaned:
    """`most`: the largest share of rows that may be set aside. Errors of the rows set aside become warnings."""
    total, broken = len(cleaned.text), len(cleaned.broken)
    if not broken or broken > most * total:
        return cleaned
    findings = tuple(
        replace(each, severity=Severity.WARNING) if _about_a_row(each.row, each.column, cleaned) else each
        for each in cleaned.findings
        if each.severity is Severity.ERROR
    ) + tuple(each for each in cleaned.findings if each.severity is not Severity.ERROR)
    if any(each.severity is Severity.ERROR for each in findings):
        return cleaned
    kept = np.ones(total, bool)
    kept[list(cleaned.broken)] = False
    summary = finding("rows-set-aside", count=broken, total=total)
    return replace(cleaned, text=cleaned.text[kept].reset_index(drop=True), findings=(summary, *findings))


def _about_a_row(row: int | None, column: str | None, cleaned: Cleaned) -> bool:
    """Named cells, and the finding that counts the cells past the first thousand of a column."""
    return row is not None or (column is not None and column in cleaned.places)
