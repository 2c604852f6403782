"""The sheets of one workbook as Arrow files, each cell as the reader's text, with the odd cells apart.

xls and ods also tell here which of their formulas nobody ever calculated, xlsb which of them failed, and which cells
are merged; xlsx told it while it was measured.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc
import python_calamine

from ternopil_pipelines.receive.child.answer import Refused
from ternopil_pipelines.receive.child.ods_formulas import ods_formulas
from ternopil_pipelines.receive.child.xls_formulas import xls_formulas
from ternopil_pipelines.receive.child.xlsb_formulas import xlsb_formulas


def read(order: Mapping[str, Any]) -> None:
    out = Path(order["out"])
    formulas, merged = xlsb_formulas(Path(order["path"])) if order["kind"] == "xlsb" else ({}, {})
    try:
        book = fastexcel.read_excel(order["path"])
        sheets = [_sheet(book, index, name, order, out) for index, name in enumerate(book.sheet_names)]
    except (fastexcel.FastExcelError, python_calamine.CalamineError) as error:
        text = str(error).lower()
        raise Refused("file-protected" if "password" in text or "encrypted" in text else "file-damaged") from None
    if not any(sheet["read"] for sheet in sheets) and order.get("sheet") is None:
        raise Refused("file-damaged")
    if order["kind"] == "xls":
        formulas = xls_formulas(Path(order["path"]))
    elif order["kind"] == "ods":
        formulas, merged = ods_formulas(Path(order["path"]))
    for sheet in sheets:
        sheet["uncalculated"] = formulas.get(sheet["name"], [])
        sheet.setdefault("merged", merged.get(sheet["name"], []))
    (out / "book.json").write_text(json.dumps({"sheets": sheets}, ensure_ascii=False), encoding="utf-8")


def _sheet(book: Any, index: int, name: str, order: Mapping[str, Any], out: Path) -> dict[str, Any]:
    wanted = order.get("sheet")
    if wanted is not None and wanted not in (name, index + 1):
        return {"name": name, "read": False}
    try:
        sheet = book.load_sheet(index, header_row=None, skip_rows=0, dtypes="string")
        batch, errors = sheet.to_arrow_with_errors()
    except fastexcel.FastExcelError:
        if len(book.sheet_names) == 1:
            raise
        return {"name": name, "read": False}  # a sheet of charts has no cells
    # An absent first row or column is no part of the reader's range; rows are given back, columns are not.
    first_column, merged = _start(order, name) if batch.num_columns else (0, {})
    odd = [
        [error.offset_position[0], error.offset_position[1], *_odd(error.detail)]
        for error in (errors.errors if errors is not None else [])
    ]
    table = pa.Table.from_arrays(list(batch.columns), names=[f"c{at}" for at in range(batch.num_columns)])
    if any(pc.any(pc.match_substring_regex(column, _YEAR_ZERO)).as_py() for column in table.columns):
        odd += _counted_hours(order["path"], name)
    zeros = order["kind"] != "xlsx" or name in order.get("tiny", ())
    odd += _cut_numbers(book, index, table, first_column, zeros=zeros)
    with pa.OSFile(str(out / f"{index}.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return {
        "name": name,
        "read": True,
        "visible": sheet.visible == "visible",
        "odd": odd,
        "first_column": first_column,
        **merged,
    }


def _start(order: Mapping[str, Any], name: str) -> tuple[int, dict[str, Any]]:
    """The first column, and the merged ranges of a workbook that is told of nowhere else."""
    known = order.get("first_columns", {})
    if name in known:
        return int(known[name]), {}
    with python_calamine.CalamineWorkbook.from_path(order["path"]) as book:
        sheet = book.get_sheet_by_name(name)
        ranges = (sheet.merged_cell_ranges or []) if order["kind"] == "xls" else None
        start = sheet.start
    merged = {} if ranges is None else {"merged": [(a + 1, b, c + 1, d) for (a, b), (c, d) in ranges]}
    return int(start[1]) if start else 0, merged


# Hours counted beyond a day (format [г]:хх) and a moment of the first year are the same number; the reader of
# tables makes a moment of both, and only the reader of cells knows the format apart.
_YEAR_ZERO = r"^1900-\d\d-\d\d \d\d:"


def _counted_hours(path: str, name: str) -> list[list[Any]]:
    with python_calamine.CalamineWorkbook.from_path(path) as book:
        return [
            [row, column, "", _hours(value)]
            for row, cells in enumerate(book.get_sheet_by_name(name).iter_rows())
            for column, value in enumerate(cells)
            if isinstance(value, timedelta)
        ]


# The reader's text of a number ends after nine decimals: 0.7892920263049733 is cut, 1.23E-12 is 0.
_CUT = r"^-?\d+\.\d{9}$"
_NUMBER = r"^-?\d+(?:\.\d+)?$"


def _cut_numbers(book: Any, index: int, table: pa.Table, first_column: int, *, zeros: bool) -> list[list[Any]]:
    """The fifteen digits that a spreadsheet shows of a number whose text was cut; a text of nine decimals is no such.
    `zeros`: there may be numbers too small for nine decimals."""
    pattern = rf"{_CUT}|^-?0$" if zeros else _CUT
    suspects = [
        at for at, column in enumerate(table.columns) if pc.any(pc.match_substring_regex(column, pattern)).as_py()
    ]
    if not suspects:
        return []
    places = [first_column + at for at in suspects]
    sheet = book.load_sheet(index, header_row=None, skip_rows=0, dtypes="float", use_columns=places)
    held, _ = sheet.to_arrow_with_errors()
    found: list[list[Any]] = []
    for at, numbers in zip(suspects, held.columns, strict=True):
        text = table.column(at).combine_chunks()
        rows = pc.indices_nonzero(pc.fill_null(pc.match_substring_regex(text, _NUMBER), False))
        exact = numbers.take(rows)
        cut = pc.indices_nonzero(pc.fill_null(pc.not_equal(text.take(rows).cast(pa.float64()), exact), False))
        for row, number in zip(rows.take(cut).to_pylist(), exact.take(cut).to_pylist(), strict=True):
            found.append([row, at, "", format(Decimal(f"{number:.15g}"), "f")])
    return found


def _hours(counted: timedelta) -> str:
    minutes, seconds = divmod(round(counted.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
_DURATION = re.compile(r"P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?")


def _odd(detail: str) -> tuple[str, str | None]:
    """What stands in a cell that is no text: an error's sign, or an ODS time of day as text."""
    duration = _DURATION.search(detail) if "Duration" in detail else None
    if duration:
        days, hours, minutes, seconds = (int(part or 0) for part in duration.groups())
        return "", _hours(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))
    error = re.search(r"Error\((\w+)\)", detail)
    return (_ERRORS.get(error.group(1), "#ERROR!") if error else "#ERROR!"), None
