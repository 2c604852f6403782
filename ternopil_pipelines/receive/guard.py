"""Runs the reading child within its limits and turns whatever becomes of it into grids or a named refusal.

The child has no secret in its environment and gets two gigabytes and two minutes; its death is a finding, never ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

import ternopil_pipelines
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.receive.grid import Grid

MEMORY = 2 << 30
SECONDS = 120
_REFUSED = 3


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
        if code == _REFUSED and (out / "error.json").exists():
            protected = json.loads((out / "error.json").read_text(encoding="utf-8"))["protected"]
            code_of = "file-protected" if protected else "file-damaged"
            raise SourceRefused("workbook unreadable", [finding(code_of, file=name)])
        if code != 0:
            raise _too_large(name, "для читання бракує пам’яті або часу")
        meta = json.loads((out / "book.json").read_text(encoding="utf-8"))
        sheets = tuple(
            _sheet(each, out / f"{index}.arrow") for index, each in enumerate(meta["sheets"]) if each["read"]
        )
        return Book(tuple(each["name"] for each in meta["sheets"]), sheets)


def _run(order: dict[str, object], name: str) -> int:
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


def _sheet(meta: dict[str, object], path: Path) -> Sheet:
    with pa.OSFile(str(path), "rb") as source:
        table = pa.ipc.open_file(source).read_all()
    grid = Grid(
        columns=tuple(table.columns),
        numbers=np.arange(1, table.num_rows + 1, dtype=np.int64),
        sheet=str(meta["name"]),
        lettered=True,
        first_column=int(str(meta["first_column"])),
    )
    errors = meta["odd"] if isinstance(meta["odd"], list) else []
    return Sheet(
        str(meta["name"]), bool(meta["visible"]), grid, tuple((row, column, sign) for row, column, sign in errors)
    )


def _too_large(name: str, what: str) -> SourceRefused:
    limit = f"Книга, яку можна прочитати за {SECONDS} секунд у {MEMORY >> 30} ГБ пам’яті."
    return SourceRefused("workbook exceeds its limits", [finding("file-too-large", file=name, what=what, limit=limit)])
