"""The closed list of codes, and the only way to make a finding.

A code is stable: reports, checks and the ledger are searched by it. Codes of a room stand in that room's module
(`receive_codes`, `clean_codes`, `gate_codes`, `portal_codes`); this one joins them, fills the words, masks the value.
"""

from __future__ import annotations

from ternopil_pipelines.findings.clean_codes import CLEAN_CODES
from ternopil_pipelines.findings.code import Code
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines.findings.gate_codes import GATE_CODES
from ternopil_pipelines.findings.masking import mask
from ternopil_pipelines.findings.portal_codes import PORTAL_CODES
from ternopil_pipelines.findings.receive_codes import RECEIVE_CODES

CODES: dict[str, Code] = {**RECEIVE_CODES, **CLEAN_CODES, **GATE_CODES, **PORTAL_CODES}


def finding(
    code: str,
    *,
    sheet: str | None = None,
    cell: str | None = None,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
    count: int = 1,
    severity: Severity | None = None,
    personal: bool = False,
    **words: object,
) -> Finding:
    """A finding with its words filled. `personal`: the column is judged personal, so every value of it is masked.

    `words` may use `{value}` (masked), `{column}`, `{row}`, `{cell}`, `{count}`, `{sheet}` and its own names.
    """
    known = CODES[code]
    shown = None if value is None else mask(value, personal=personal)
    place = {"value": shown, "column": column, "row": row, "cell": cell, "count": count, "sheet": sheet, **words}
    return Finding(
        code=code,
        severity=severity or known.severity,
        sheet=sheet,
        cell=cell,
        row=row,
        column=column,
        value=shown,
        count=count,
        message=known.message.format_map(place),
        expected=known.expected.format_map(place),
        fix=known.fix.format_map(place),
    )
