"""From a grid to a table: the header found, what is no data left out and said so, every row with its own number.

No row is dropped for being wrong, only for being no row of the table: blank, a total, a repeated header, a row that
explains the header, a note beneath. Values are not judged here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.grid import Grid, filled
from ternopil_pipelines.receive.header import SEARCHED_ROWS, TALLEST, Header, find_header
from ternopil_pipelines.receive.naming import fold, folded_names
from ternopil_pipelines.receive.not_data import rows_that_are_no_data
from ternopil_pipelines.receive.plain import text_frame


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A table in its place. `positions[i]`: the grid's column of the frame's column i."""

    text: pd.DataFrame
    rows: np.ndarray
    letters: tuple[str, ...] | None
    findings: tuple[Finding, ...]
    header: Header
    positions: tuple[int, ...]


def header_of(grid: Grid, columns: Sequence[Column], aliases: Mapping[str, str], *, row: int | None) -> Header | None:
    """`row`: the declared number of the header's row as a person counts it."""
    known = folded_names(columns, aliases)
    if row is None:
        return find_header(grid.head(SEARCHED_ROWS + TALLEST), known)
    at = int(np.searchsorted(grid.numbers, row))
    if at >= grid.height or grid.numbers[at] != row:
        return None
    return find_header(grid.head(at + TALLEST), known, at=at)


def lay_out(grid: Grid, header: Header, columns: Sequence[Column], aliases: Mapping[str, str]) -> Layout:
    known = folded_names(columns, aliases)
    start = header.last + 1
    body = [column.slice(start) for column in grid.columns]
    numbers = grid.numbers[start:]
    present = [filled(column) for column in body]
    names = list(header.names) + [None] * (len(body) - len(header.names))
    kept = [index for index, name in enumerate(names) if name or pc.any(present[index]).as_py()]

    body, present, names = ([each[index] for index in kept] for each in (body, present, names))
    left_out, findings = rows_that_are_no_data(body, present, names, numbers, known, columns, grid)
    if left_out.any():
        mask = pa.array(~left_out)
        body = [column.filter(mask) for column in body]
        present = [column.filter(mask) for column in present]
        numbers = numbers[~left_out]

    letters = [grid.letter(index) for index in kept]
    places = [letter or str(index + 1) for letter, index in zip(letters, kept, strict=True)]
    named, about_names = _names(names, places, kept, present, columns, known)
    sheet = grid.sheet
    return Layout(
        text=text_frame(body, named, len(numbers)),
        rows=np.ascontiguousarray(numbers),
        letters=tuple(str(letter) for letter in letters) if grid.lettered else None,
        findings=tuple(replace(each, sheet=sheet) for each in (*about_names, *findings)),
        header=header,
        positions=tuple(kept),
    )


def _names(
    names: Sequence[str | None],
    places: Sequence[str],
    positions: Sequence[int],
    present: Sequence[pa.ChunkedArray],
    columns: Sequence[Column],
    known: Mapping[str, str],
) -> tuple[list[str], list[Finding]]:
    """Every column with a name of its own: the nameless and the repeated ones get one, and a finding."""
    matched = {known.get(fold(name)) for name in names if name}
    supplied = _supplied(names, columns, matched)
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    named: list[str] = []
    for index, name in enumerate(names):
        if name is None:
            count = pc.sum(present[index]).as_py() or 0
            code, name = ("column-name-supplied", supplied[index]) if index in supplied else ("column-nameless", "")
            name = name or f"column_{positions[index] + 1}"
            findings.append(finding(code, column=name, count=count, letter=places[index]))
        elif name in seen:
            renamed = next(f"{name}_{number}" for number in range(2, 10_000) if f"{name}_{number}" not in seen)
            findings.append(
                finding("header-repeated", column=name, first=places[seen[name]], second=places[index], renamed=renamed)
            )
            name = renamed
        seen.setdefault(name, index)
        named.append(name)
    return named, findings


def _supplied(names: Sequence[str | None], columns: Sequence[Column], matched: set[str | None]) -> dict[int, str]:
    """The nameless column that can only be one declared column: the only unmatched one, in the same place."""
    nameless = [index for index, name in enumerate(names) if name is None]
    missing = [index for index, column in enumerate(columns) if column.name not in matched]
    if len(nameless) == len(missing) == 1 and nameless == missing and len(names) == len(columns):
        return {nameless[0]: columns[missing[0]].name}
    return {}
