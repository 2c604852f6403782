from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence import workbook
from ternopil_pipelines.evidence.workbook import TooLarge, write_xlsx
from ternopil_pipelines_tests.evidence.making import COLUMNS, ROWS, cleaned, many

SHOWN = [
    [1, "Зупинка «Центр»", "00034334", 1250.1, date(2024, 5, 1), "2024-05-01T10:00", True, 49.553, 25.594],
    [2, ROWS[1][1], "null", None, "null", None, False, 49.554, "null"],
    [3, ROWS[2][1], "34334305", 0.00001, "1899-12-31", None, None, "null", "null"],
    [4, "=1+1", "00000001", "12345678901234567890.123", date(2024, 2, 29), None, True, 95, 25.5],
    [5, " <b>&amp;</b> ", "null", -5, date(1900, 3, 1), "2024-05-01T10:00:05", None, -49.5, -25.5],
]


def _written(table: Cleaned) -> bytes:
    out = io.BytesIO()
    write_xlsx(table, out)
    return out.getvalue()


def test_openpyxl_reads_the_cells_with_their_kinds_and_no_formula() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_written(cleaned()))).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == [column.name for column in COLUMNS]
    read = [[value.date() if isinstance(value, datetime) else value for value in row] for row in rows[1:]]
    assert read == SHOWN
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b", "d", "inlineStr"}
    assert sheet.cell(2, 5).number_format == "yyyy\\-mm\\-dd"


def test_calamine_reads_the_same_cells() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(_written(cleaned())))
    rows = book.get_sheet_by_name("stops").to_python(skip_empty_area=False)
    assert rows[1:] == [["" if value is None else value for value in row] for row in SHOWN]


def test_nothing_that_runs_or_links_is_in_the_file() -> None:
    with zipfile.ZipFile(io.BytesIO(_written(cleaned()))) as archive:
        assert sorted(archive.namelist()) == [
            "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
            "xl/workbook.xml", "xl/worksheets/sheet1.xml",
        ]  # fmt: skip
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


def test_equal_tables_are_equal_bytes() -> None:
    assert _written(many(30_000)) == _written(many(30_000))


def test_letters_that_xml_cannot_hold_do_not_break_the_file() -> None:
    table = cleaned((("1", "a\x01b\rc_x0041_"),), COLUMNS[:2])
    sheet = openpyxl.load_workbook(io.BytesIO(_written(table))).active
    assert sheet is not None
    # openpyxl leaves the escapes of Excel as they stand in inline texts.
    assert sheet.cell(2, 2).value == "a_x0001_b_x000D_c_x005F_x0041_"


def test_a_table_without_rows_has_its_header() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_written(cleaned(())))).active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [[column.name for column in COLUMNS]]


def test_what_excel_cannot_hold_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    column = (Column(name="text", type="string"),)
    _written(cleaned((("я" * 32_767,),), column))
    with pytest.raises(TooLarge, match="longer than"):
        _written(cleaned((("я" * 32_768,),), column))
    with pytest.raises(TooLarge, match="longer than"):
        _written(cleaned((("😀" * 16_384,),), column))
    monkeypatch.setattr(workbook, "MAX_ROWS", 5)
    _written(cleaned((("a",),) * 4, column))
    with pytest.raises(TooLarge, match="more than a sheet holds"):
        _written(cleaned((("a",),) * 5, column))


def test_wide_tables_get_columns_of_two_letters() -> None:
    columns = tuple(Column(name=f"c{place}", type="string") for place in range(30))
    sheet = openpyxl.load_workbook(io.BytesIO(_written(cleaned((tuple("x" * 30),), columns)))).active
    assert sheet is not None
    assert sheet["AD1"].value == "c29"
