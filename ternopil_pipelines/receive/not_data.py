"""Rows beneath the header that are no rows of the table: blank, explaining, numbering, repeating, totals, notes.

Each but the blank ones is reported with its number, so that nothing vanishes unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.grid import Grid
from ternopil_pipelines.receive.naming import fold

_TOTAL = (
    r"(?i)^[\s\x{A0}]*(всього|усього|разом|загалом|підсумок|итого|всего|total)"
    r"([\s\x{A0}]+(по|за|у|в|на|з)[\s\x{A0}].{1,60}|,?[\s\x{A0}]*\(?(тис|млн)?\.?[\s\x{A0}]*(грн|шт|од)\.?\)?)?"
    r"[\s\x{A0}]*[:.\-–—]*[\s\x{A0}]*$"
)
_NUMERIC = re.compile(r"[-–—xXхХ]|[-+]?\d[\d\s\u00a0'’]*([.,]\d+)?\s*%?")
_NOTE = re.compile(
    r"\s*(\*|примітк|джерело|виконав|виконуюч|начальник|керівник|директор|головний бухгалтер|підпис|станом на)", re.I
)
_TYPES = (
    "string text integer int number numeric float decimal boolean bool date datetime timestamp time anyuri anyurl url "
    "uri рядок текст число ціле дата"
)
_TYPE_WORDS = frozenset(_TYPES.split())
# Totals stand in one of the first columns; looking further costs time on every sound file.
_TOTAL_COLUMNS = 4
_EXPLAINING_ROWS = 3


def rows_that_are_no_data(
    body: Sequence[pa.ChunkedArray],
    present: Sequence[pa.ChunkedArray],
    names: Sequence[str | None],
    numbers: np.ndarray,
    known: Mapping[str, str],
    columns: Sequence[Column],
    grid: Grid,
) -> tuple[np.ndarray, list[Finding]]:
    """A mask of the rows to leave out, and what to say of them."""
    height = len(numbers)
    if not body or not height:
        return np.zeros(height, dtype=bool), []
    cells = np.column_stack([np.asarray(column) for column in present])
    counts = cells.sum(axis=1)
    blank = counts == 0
    left_out: dict[int, tuple[str, str | None]] = {}

    following = [index for index in range(min(height, _EXPLAINING_ROWS + 5)) if not blank[index]][:_EXPLAINING_ROWS]
    for index in following:
        code = _explains([column[index].as_py() for column in body], names, known)
        if code is None:
            break
        left_out[index] = (code, None)
    for index in _repeating(body, names):
        left_out.setdefault(index, ("header-row-left-out", None))
    keys = {column.name for column in columns if column.key}
    key_positions = [position for position, name in enumerate(names) if name and known.get(fold(name)) in keys]
    for index, position in _totals(body, cells):
        row = [column[index].as_py() for column in body]
        others = [cell for at, cell in enumerate(row) if cell and cell.strip() and at != position]
        if any(cells[index, key] for key in key_positions if key != position):
            continue
        if all(_NUMERIC.fullmatch(cell.strip()) for cell in others):
            left_out.setdefault(index, ("total-row-left-out", row[position]))
    for index, text in _notes(body, cells, counts, left_out):
        left_out[index] = ("note-row-left-out", text)

    mask = blank.copy()
    findings = []
    for index, (code, value) in sorted(left_out.items()):
        mask[index] = True
        row_number = int(numbers[index])
        shown = None if value is None else " ".join(value.split())
        findings.append(finding(code, row=row_number, value=shown))
    return mask, findings


def _explains(row: Sequence[str | None], names: Sequence[str | None], known: Mapping[str, str]) -> str | None:
    """Whether the row says again, otherwise, what its columns are: labels, types, or their numbers."""
    said = [(name, cell.strip()) for name, cell in zip(names, row, strict=True) if cell and cell.strip()]
    if _numbers_columns([cell.strip("(). ") for _, cell in said]):
        return "numbering-row-left-out"
    same = sum(1 for name, cell in said if name and (known.get(fold(cell)) or cell) == (known.get(fold(name)) or name))
    if same >= 2 and same >= 0.6 * len(said):
        return "label-row-left-out"
    if len(said) >= 2 and all(cell.casefold() in _TYPE_WORDS for _, cell in said):
        return "label-row-left-out"
    return None


def _numbers_columns(cells: Sequence[str]) -> bool:
    """1 2 3 …, or as in statistical forms А Б 1 2 …"""
    lettered = 0
    while lettered < min(len(cells), 3) and cells[lettered] in {"АБВ"[lettered], "ABC"[lettered]}:
        lettered += 1
    numbers = cells[lettered:]
    return len(cells) >= 3 and len(numbers) >= 2 and list(numbers) == [str(at + 1) for at in range(len(numbers))]


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


def _totals(body: Sequence[pa.ChunkedArray], cells: np.ndarray) -> list[tuple[int, int]]:
    """(row, column) of the cells that say «Всього» and stand first in their row."""
    found = []
    for position, column in enumerate(body[:_TOTAL_COLUMNS]):
        says = pc.fill_null(pc.match_substring_regex(column, _TOTAL), False)
        for index in np.flatnonzero(np.asarray(says)):
            if not cells[index, :position].any():
                found.append((int(index), position))
    return found


def _notes(
    body: Sequence[pa.ChunkedArray], cells: np.ndarray, counts: np.ndarray, left_out: Mapping[int, object]
) -> list[tuple[int, str]]:
    """Trailing rows with one or two cells that begin as notes and signatures do, in a table of four columns or more."""
    found: list[tuple[int, str]] = []
    if len(body) < 4:
        return found
    for index in range(len(counts) - 1, -1, -1):
        if counts[index] == 0 or index in left_out:
            continue
        if counts[index] > 2:
            break
        first = body[int(np.argmax(cells[index]))][index].as_py()
        if not _NOTE.match(first):
            break
        found.append((index, first))
    return found
