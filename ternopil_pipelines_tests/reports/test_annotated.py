import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.reports import annotated as room
from ternopil_pipelines.reports.annotated import annotated
from ternopil_pipelines.reports.check import check
from ternopil_pipelines_tests.clean.making import receipt, table
from ternopil_pipelines_tests.clean.test_cleaning import COST, NAME, UID
from ternopil_pipelines_tests.reports.making import catalogue, workbook

COLUMNS = (UID, NAME, COST)


def book_of(rows, columns=COLUMNS, first=5):
    received = receipt(rows, first=first)
    found = clean(received, table(columns), columns)
    return load_workbook(io.BytesIO(annotated([(found, received)], verdict="rejected").content)), found


def test_a_book_that_cannot_be_opened_again_is_written_anew_at_the_same_addresses():
    book, found = book_of({"uid": ["1"], "name": ["Школа"], "cost": ["x"]})
    sheet = book["Аркуш1"]
    assert (sheet["A4"].value, sheet["A5"].value, sheet["C5"].value) == ("uid", "1", "x")
    assert sheet["C5"].fill.start_color.rgb == "FFF4B6B0"
    assert found.findings[0].message in sheet["C5"].comment.text


def test_the_first_sheet_lists_every_finding_with_a_link_to_its_cell():
    book, found = book_of({"uid": ["1", "1"], "name": ["", "б"], "cost": ["x", "1"]})
    assert book.sheetnames[0] == "Зауваження"
    listed = book["Зауваження"]
    assert listed["A1"].value == "Не прийнято"
    assert [listed.cell(row, 8).value for row in range(5, 5 + len(found.findings))] == [
        each.code for each in found.findings
    ]
    assert listed["B5"].hyperlink.location == "'Аркуш1'!A6"


@pytest.mark.parametrize("text", ["=cmd|'/c calc'!A1", "+1+1", "-2+3+cmd|x", "@SUM(A1)", "=1+1"])
def test_a_formula_typed_as_text_stays_text(text):
    book, _ = book_of({"uid": ["1"], "name": [text], "cost": [text]})
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    assert book["Аркуш1"]["B5"].value == text


def test_a_live_formula_of_the_original_comes_back_as_a_value(tmp_path):
    path = workbook(tmp_path, [["1", "Школа", "x", None], ["2", '=HYPERLINK("http://a.ua","x")', "1", None]])
    made = catalogue()
    check(made, made.dataset("schools"), [path], out=tmp_path / "out")
    book = load_workbook(tmp_path / "out" / "schools висновок.xlsx")
    assert all(cell.data_type != "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)


def test_a_finding_about_a_column_is_pinned_to_its_header():
    words = [*["Чинний"] * 8, "чинний"]
    rows = {"uid": [str(n) for n in range(9)], "status": words}
    book, _ = book_of(rows, (UID, Column(name="status", type="string")))
    assert "Різних написань 2" in book["Аркуш1"]["B4"].comment.text


def test_characters_a_workbook_cannot_hold_do_not_stop_the_copy():
    book, _ = book_of({"uid": ["1"], "name": ["а\x01б" + "в" * 40_000], "cost": ["\x02"]})
    assert book["Аркуш1"]["B5"].value.startswith("а\ufffdб")


def test_a_large_table_shows_guilty_rows_only_and_says_so(monkeypatch):
    monkeypatch.setattr(room, "_WHOLE_SHEET", 5)
    book, _ = book_of({"uid": ["1", "2", "3"], "name": ["а", "б", "в"], "cost": ["1", "x", "3"]})
    sheet = book["Аркуш1"]
    assert (sheet["A5"].value, sheet["A6"].value, sheet["A7"].value) == (None, "2", None)
    assert "лише рядки із зауваженнями" in book["Зауваження"]["A3"].value


def test_a_file_that_could_not_be_read_has_the_list_alone():
    received = receipt({"uid": ["1"], "name": [""], "cost": ["1"]})
    found = clean(received, table(COLUMNS), COLUMNS)
    unread = replace(found, text=found.text.iloc[:0])
    book = load_workbook(io.BytesIO(annotated([(unread, None)], verdict="rejected").content))
    assert book.sheetnames == ["Зауваження"]
