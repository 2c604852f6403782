"""Workbooks out of the guarded child: sheets as grids, dates and times in one form."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.receive.grid import Grid, absent_if_blank
from ternopil_pipelines.receive.guard import guarded
from ternopil_pipelines.receive.sniff import Kind


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """`errors`: (row, column, sign) of cells whose calculation failed, counted from 0 in the grid. `uncalculated`:
    formulas without a value, by their cells' names. `merged`: ranges the child told of, as `shown.Range`."""

    name: str
    visible: bool
    grid: Grid
    errors: tuple[tuple[int, int, str], ...]
    uncalculated: tuple[tuple[str, str | None], ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    names: tuple[str, ...]
    sheets: tuple[Sheet, ...]


def read_book(
    path: Path,
    kind: Kind,
    *,
    name: str,
    sheet: str | int | None,
    first_columns: dict[str, int],
    tiny: Sequence[str] = (),
) -> Book:
    """The sheets of the workbook at `path` (a private copy), or only `sheet`. `tiny`: sheets with numbers below a
    billionth. Raises SourceRefused."""
    with tempfile.TemporaryDirectory(prefix="ternopil-read-") as folder:
        out = Path(folder)
        order = {"kind": kind.value, "path": str(path), "sheet": sheet, "first_columns": first_columns, "tiny": [*tiny]}
        guarded(order, out, name=name)
        meta = json.loads((out / "book.json").read_text(encoding="utf-8"))
        sheets = tuple(
            _sheet(each, out / f"{index}.arrow") for index, each in enumerate(meta["sheets"]) if each["read"]
        )
        return Book(tuple(each["name"] for each in meta["sheets"]), sheets)


def _sheet(meta: dict[str, Any], path: Path) -> Sheet:
    with pa.OSFile(str(path), "rb") as source:
        table = pa.ipc.open_file(source).read_all()
    table.validate()
    times = {(row, column): text for row, column, _, text in meta["odd"] if text is not None}
    grid = Grid(
        columns=tuple(_canonical(column, at, times) for at, column in enumerate(table.columns)),
        numbers=np.arange(1, table.num_rows + 1, dtype=np.int64),
        sheet=meta["name"],
        lettered=True,
        first_column=meta["first_column"],
    )
    errors = tuple((row, column, sign) for row, column, sign, text in meta["odd"] if text is None)
    uncalculated, merged = (tuple(map(tuple, meta[key])) for key in ("uncalculated", "merged"))
    return Sheet(meta["name"], meta["visible"], grid, errors, uncalculated, merged)


# The reader writes nine digits of a fraction; above eight millions the last of them are noise of the binary number.
_NOISY = r"^-?\d{7,15}\.\d{4,9}$"


def _shortest(text: str) -> str:
    """The shortest digits that are the same binary number, as the spreadsheet shows them."""
    number = float(text)
    return text if abs(number) < 1 << 23 else format(Decimal(repr(number)), "f")


def _canonical(column: pa.ChunkedArray, at: int, times: Mapping[tuple[int, int], str]) -> pa.ChunkedArray:
    """Dates lose a midnight and gain their T, times lose the day they are counted from; empty is absent."""
    column = column.cast(pa.string())
    stamped = pc.fill_null(pc.match_substring_regex(column, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"), False)
    if pc.any(stamped).as_py():
        # The first days of the two calendars of spreadsheets; at midnight they may be days that somebody meant.
        text = pc.replace_substring_regex(column, r"^1899-12-3[01] (\d\d:\d\d:\d\d)$", r"\1")
        first = pc.fill_null(pc.match_substring_regex(text, r"^1904-01-01 (0[1-9]|1\d|2\d|00:0[1-9]|00:[1-5])"), False)
        text = pc.if_else(first, pc.replace_substring_regex(text, "^1904-01-01 ", ""), text)
        text = pc.replace_substring_regex(text, r"^(\d{4}-\d\d-\d\d) 00:00:00$", r"\1")
        text = pc.replace_substring_regex(text, r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$", r"\1T\2")
        column = pc.if_else(stamped, text, column)
    noisy = pc.fill_null(pc.match_substring_regex(column, _NOISY), False)
    if pc.any(noisy).as_py():
        shortest = pa.chunked_array([pa.array([_shortest(text) for text in column.filter(noisy).to_pylist()])])
        column = pa.chunked_array(
            [pc.replace_with_mask(column.combine_chunks(), noisy.combine_chunks(), shortest.combine_chunks())]
        )
    if any(place == at for _, place in times):
        cells = column.to_pylist()
        for (row, place), text in times.items():
            if place == at:
                cells[row] = text
        column = pa.chunked_array([pa.array(cells, pa.string())])
    return absent_if_blank(column)
