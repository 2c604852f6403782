"""Runs the reading child within its limits and turns whatever becomes of it into grids or a named refusal.

The child has no secret in its environment and gets two gigabytes and two minutes; its death is a finding, never ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import ternopil_pipelines
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.receive.grid import Grid, absent_if_blank
from ternopil_pipelines.receive.reader import TOO_LARGE

MEMORY = 2 << 30
SECONDS = 120


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """`errors`: (row, column, sign) of cells whose calculation failed, counted from 0 in the grid."""

    name: str
    visible: bool
    grid: Grid
    errors: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    names: tuple[str, ...]
    sheets: tuple[Sheet, ...]


def read_book(path: Path, *, name: str, sheet: str | int | None, first_columns: dict[str, int]) -> Book:
    """The sheets of the workbook at `path` (a private copy), or only `sheet`. Raises SourceRefused."""
    with tempfile.TemporaryDirectory(prefix="ternopil-read-") as folder:
        out = Path(folder)
        order: dict[str, object] = {
            "path": str(path),
            "out": str(out),
            "sheet": sheet,
            "memory": MEMORY,
            "seconds": SECONDS,
            "first_columns": first_columns,
        }
        code = _run(order, name)
        if code < 0 or code == TOO_LARGE:
            raise _too_large(name, "для читання бракує пам’яті або часу")
        if code != 0:
            raise SourceRefused("workbook unreadable", [finding(_why(out), file=name)])
        meta = json.loads((out / "book.json").read_text(encoding="utf-8"))
        sheets = tuple(
            _sheet(each, out / f"{index}.arrow") for index, each in enumerate(meta["sheets"]) if each["read"]
        )
        return Book(tuple(each["name"] for each in meta["sheets"]), sheets)


def _why(out: Path) -> str:
    try:
        protected = json.loads((out / "error.json").read_text(encoding="utf-8"))["protected"]
    except (OSError, ValueError):
        protected = False
    return "file-protected" if protected else "file-damaged"


def _run(order: Mapping[str, object], name: str) -> int:
    root = str(Path(ternopil_pipelines.__file__).parent.parent)
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": root,
        "PYTHONDONTWRITEBYTECODE": "1",
        # Arenas of other pools reserve more address space than the limit leaves.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OMP_NUM_THREADS": "1",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ternopil_pipelines.receive.reader"],
            input=json.dumps(order).encode() + b"\n",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=SECONDS + 30,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_large(name, f"читання тривало довше {SECONDS} секунд") from None
    return done.returncode


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
    return Sheet(meta["name"], meta["visible"], grid, errors)


def _canonical(column: pa.ChunkedArray, at: int, times: Mapping[tuple[int, int], str]) -> pa.ChunkedArray:
    """Dates lose a midnight and gain their T, times lose the day they are counted from; empty is absent."""
    column = column.cast(pa.string())
    stamped = pc.fill_null(pc.match_substring_regex(column, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"), False)
    if pc.any(stamped).as_py():
        text = pc.replace_substring_regex(column, r"^1899-12-3[01] (\d\d:\d\d:\d\d)$", r"\1")
        text = pc.replace_substring_regex(text, r"^(\d{4}-\d\d-\d\d) 00:00:00$", r"\1")
        text = pc.replace_substring_regex(text, r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$", r"\1T\2")
        column = pc.if_else(stamped, text, column)
    if any(place == at for _, place in times):
        cells = column.to_pylist()
        for (row, place), text in times.items():
            if place == at:
                cells[row] = text
        column = pa.chunked_array([pa.array(cells, pa.string())])
    return absent_if_blank(column)


def _too_large(name: str, what: str) -> SourceRefused:
    limit = f"Книга, яку можна прочитати за {SECONDS} секунд у {MEMORY >> 30} ГБ пам’яті."
    return SourceRefused("workbook exceeds its limits", [finding("file-too-large", file=name, what=what, limit=limit)])
