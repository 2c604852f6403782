"""Whatever a cell holds, every format gives it back."""

from __future__ import annotations

import io
import json

import openpyxl
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as some
from openpyxl.utils.escape import unescape

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.delimited import read_csv, write_csv
from ternopil_pipelines.evidence.json_text import write_json
from ternopil_pipelines.evidence.workbook import write_xlsx
from ternopil_pipelines_tests.evidence.making import cleaned

COLUMNS = (Column(name="own", type="string"), Column(name='off"icial, ї', type="string", official=True))
NASTY = some.sampled_from(
    ['"', ",", "\n", "\r", "\t", "\\", "&", "<", "_x0041_", "=", "'", " ", "\x00", "\x1f", "ї", "😀"]
)
TEXT = some.lists(NASTY | some.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).map("".join)
CELL = some.none() | TEXT.filter(lambda text: text != "null")
TABLES = some.lists(some.tuples(CELL, CELL), max_size=6).map(lambda rows: cleaned(tuple(rows), COLUMNS))


def _cells(table: Cleaned) -> list[list[str | None]]:
    return [[None if pd.isna(cell) else cell for cell in row] for row in table.text.itertuples(index=False)]


@settings(deadline=None)
@given(TABLES)
def test_csv_gives_back_any_text(table: Cleaned) -> None:
    out = io.BytesIO()
    write_csv(table, out)
    pd.testing.assert_frame_equal(read_csv(io.BytesIO(out.getvalue()), COLUMNS), table.text)


@settings(deadline=None)
@given(TABLES)
def test_json_gives_back_any_text(table: Cleaned) -> None:
    out = io.BytesIO()
    write_json(table, out)
    assert [list(row.values()) for row in json.loads(out.getvalue())] == _cells(table)


@settings(deadline=None, max_examples=50)
@given(TABLES)
def test_a_spreadsheet_gives_back_any_text(table: Cleaned) -> None:
    out = io.BytesIO()
    write_xlsx(table, out)
    sheet = openpyxl.load_workbook(io.BytesIO(out.getvalue())).active
    assert sheet is not None
    rows = [[sheet.cell(row, column).value for column in (1, 2)] for row in range(2, len(table.text) + 2)]
    read = [[cell if cell is None else unescape(str(cell)) for cell in row] for row in rows]
    assert read == [[own, "null" if official is None else official] for own, official in _cells(table)]
