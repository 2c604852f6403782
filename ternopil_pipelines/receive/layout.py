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
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines.receive.above import about_rows_above
from ternopil_pipelines.receive.frames import text_frame
from ternopil_pipelines.receive.grid import Grid
from ternopil_pipelines.receive.header import SEARCHED_ROWS, TALLEST, Header, find_header
from ternopil_pipelines.receive.naming import fold, folded_names
from ternopil_pipelines.receive.not_data import rows_that_are_no_data


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
    present = [column.is_valid() for column in body]  # a grid's blank cells are absent
    names = [*header.names, *([None] * len(body))][: len(body)]
    kept = [index for index, name in enumerate(names) if name or pc.any(present[index]).as_py()]

    body, present, names = ([each[index] for index in kept] for each in (body, present, names))
    left_out, findings = rows_that_are_no_data(
        body, present, names, numbers, known, columns, of_records=header.of_records
    )
    if left_out.any():
        mask = pa.array(~left_out)
        body = [column.filter(mask) for column in body]
        present = [column.filter(mask) for column in present]
        numbers = numbers[~left_out]
        # A nameless column may have been filled by notes or by another table alone.
        still = [at for at, name in enumerate(names) if name or pc.any(present[at]).as_py()]
        body, names, kept = [body[at] for at in still], [names[at] for at in still], [kept[at] for at in still]

    if not header.declared:
        findings = [*about_rows_above(grid, header, known, columns), *findings]
    letters = [grid.letter(index) for index in kept]
    places = [letter or str(index + 1) for letter, index in zip(letters, kept, strict=True)]
    supplied = _supplied(names, columns, aliases, known)
    named, about_names = _names(names, places, kept, body, supplied, known)
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
    body: Sequence[pa.ChunkedArray],
    supplied: Mapping[int, str],
    known: Mapping[str, str],
) -> tuple[list[str], list[Finding]]:
    """Every column with a name of its own: the nameless and the repeated ones get one, and a finding."""
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    named: list[str] = []
    for index, given in enumerate(names):
        name = given or supplied.get(index) or f"column_{positions[index] + 1}"
        if given is None:
            code = "column-name-supplied" if index in supplied else "column-nameless"
            count = len(body[index]) - body[index].null_count
            findings.append(finding(code, column=name, count=count, letter=places[index]))
        elif name in seen:
            first, name = seen[name], _free(name, seen)
            # Which of two different columns of one declared name is meant, only the department knows.
            doubt = known.get(fold(given)) is not None and not body[index].equals(body[first])
            findings.append(
                finding(
                    "header-repeated",
                    severity=Severity.ERROR if doubt else None,
                    column=known.get(fold(given), given),
                    first=places[first],
                    second=places[index],
                    renamed=name,
                )
            )
        seen[name] = index
        named.append(name)
    return named, findings


def _free(name: str, taken: Mapping[str, int]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _supplied(
    names: Sequence[str | None], columns: Sequence[Column], aliases: Mapping[str, str], known: Mapping[str, str]
) -> dict[int, str]:
    """Names of nameless columns: the declared alias of a blank header, else the declared column that stands in the same
    place and is named nowhere, where both sides have equally many columns."""
    matched = {known.get(fold(name)) for name in names if name}
    nameless = [index for index, name in enumerate(names) if name is None]
    alias = aliases.get("")
    if nameless and alias is not None and alias not in matched:
        return {nameless[0]: alias}
    if len(names) != len(columns):
        return {}
    return {index: columns[index].name for index in nameless if columns[index].name not in matched}
