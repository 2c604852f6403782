"""Rows beneath the header that are no rows of the table: blank, explaining, numbering, repeating, totals, notes.

Each but the blank ones is reported with its number, so that nothing vanishes unsaid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.beneath import another_table, nameless_total, notes, sections, totals
from ternopil_pipelines.receive.body import Body
from ternopil_pipelines.receive.explaining import explaining_rows


def rows_that_are_no_data(
    columns_of_text: Sequence[pa.ChunkedArray],
    present: Sequence[pa.ChunkedArray],
    names: Sequence[str | None],
    numbers: np.ndarray,
    known: Mapping[str, str],
    columns: Sequence[Column],
    *,
    of_records: bool = False,
) -> tuple[np.ndarray, list[Finding]]:
    """A mask of the rows to leave out, and what to say of them. `of_records`: every row named its own values, and only
    a total can stand among them."""
    if not columns_of_text or not len(numbers):
        return np.zeros(len(numbers), dtype=bool), []
    body = Body.of(columns_of_text, present, names, columns, known)
    left_out: dict[int, tuple[str, str | None]] = {}
    if not of_records:
        left_out |= {index: (code, None) for index, code in explaining_rows(body, known).items()}
        for index in _repeating(columns_of_text, names):
            left_out.setdefault(index, ("header-row-left-out", None))
    end = None if of_records else another_table(body, left_out)
    keys = [at for at, column in enumerate(body.declared) if column is not None and column.key]
    found_totals, suspected = totals(body, keys, left_out)
    for index, position in found_totals.items():
        left_out[index] = ("total-row-left-out", columns_of_text[position][index].as_py())
    for code, found in () if of_records else (("note-row-left-out", notes), ("section-row-left-out", sections)):
        left_out |= {index: (code, text) for index, text in found(body, left_out)}
    if (last := nameless_total(body, keys, left_out)) is not None:
        left_out[last] = ("total-row-left-out", next(cell for cell in body.row(last) if cell))

    mask = body.counts == 0
    findings = []
    if end is not None:
        findings.append(finding("second-table-left-out", row=int(numbers[end]), count=int((~mask[end:]).sum())))
        mask[end:] = True
    for index, (code, value) in sorted(left_out.items()):
        if end is None or index < end:
            mask[index] = True
            shown = None if value is None else " ".join(value.split())
            findings.append(finding(code, row=int(numbers[index]), value=shown))
    for index, position in suspected.items():
        if not mask[index]:
            shown = " ".join(columns_of_text[position][index].as_py().split())
            findings.append(finding("total-row-suspected", row=int(numbers[index]), value=shown))
    return mask, findings


def _repeating(body: Sequence[pa.ChunkedArray], names: Sequence[str | None]) -> list[int]:
    named = [(column, name) for column, name in zip(body, names, strict=True) if name]
    if len(named) < 2:
        return []
    same = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(named[0][0]), named[0][1]), False)
    candidates = np.flatnonzero(np.asarray(same))
    return [
        int(index)
        for index in candidates
        if all(" ".join((column[int(index)].as_py() or "").split()) == name for column, name in named)
    ]
