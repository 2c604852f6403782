"""What a person sees on a sheet and its cells do not hold: merged cells, zeros and percents of a number format."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.receive.file import receive_file
from ternopil_pipelines.receive.sheet_scan import SheetScan
from ternopil_pipelines_tests.receive import biff12
from ternopil_pipelines_tests.receive.making import codes, part, repacked, rows_of, table
from ternopil_pipelines_tests.receive.test_other_workbooks import ods, said

SCHOOLS: list[list[Any]] = [["district", "school", "sum"], ["Центр", "№ 1", 10], [None, "№ 2", 20], [None, "№ 3", 30]]


def saved(path: Path, rows: Sequence[Sequence[Any]], change: Callable[[Worksheet], None]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(row)
    change(sheet)
    book.save(path)
    return path


def merged(path: Path, rows: Sequence[Sequence[Any]], *ranges: str) -> Path:
    def change(sheet: Worksheet) -> None:
        for each in ranges:
            sheet.merge_cells(each)

    return saved(path, rows, change)


def typed(**kinds: str) -> Table:
    columns = tuple({"name": name, "type": kind} for name, kind in kinds.items())
    return Table.model_validate({"id": "t", "columns": columns, "source": {"kind": "folder"}})


def told(receipt: Any) -> list[tuple[str, str | None, int | None, str | None]]:
    return [(each.code, each.cell, each.row, each.column) for each in receipt.findings]


@pytest.mark.parametrize("suffix", ["xlsx", "xlsm"])
def test_cells_merged_over_rows_of_the_table_are_told_and_nothing_is_filled_in(tmp_path: Path, suffix: str) -> None:
    receipt = receive_file(merged(tmp_path / f"a.{suffix}", SCHOOLS, "A2:A4"), table("district", "school", "sum"))
    assert rows_of(receipt) == [["Центр", "№ 1", "10"], [None, "№ 2", "20"], [None, "№ 3", "30"]]
    assert told(receipt) == [("cells-merged", "A2", 2, "district")]
    assert receipt.findings[0].message.startswith("Клітинки A2:A4 об’єднано")


def test_where_the_column_is_required_its_cells_are_missing_too(tmp_path: Path) -> None:
    columns = ({"name": "district", "type": "string", "required": True}, {"name": "school", "type": "string"})
    wanted = Table.model_validate({"id": "t", "columns": columns, "source": {"kind": "folder"}})
    receipt = receive_file(merged(tmp_path / "a.xlsx", SCHOOLS, "A2:A4"), wanted)
    assert told(receipt)[0] == ("cells-merged", "A2", 2, "district")
    missing = [each.cell for each in clean(receipt, wanted, wanted.columns).findings if each.code == "value-missing"]
    assert missing == ["A3", "A4"]


def test_cells_merged_across_columns_of_the_table_are_told(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["district", "school", "sum"], ["Центр", None, 10], ["Схід", "№ 2", 20]]
    receipt = receive_file(merged(tmp_path / "a.xlsx", rows, "A2:B2"), table("district", "school", "sum"))
    assert told(receipt) == [("cells-merged", "A2", 2, "school")]


def test_merged_cells_that_take_nothing_from_the_table_are_not_told(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Школи громади", None, None, None],
        ["district", "Показники", None, "inner"],
        [None, "school", "sum", None],
        ["Центр", "№ 1", 10, "а"],
        ["Схід", "№ 2", 20, None],
        [None, None, None, None],
        ["Усього", None, 30, None],
        [None, None, None, None],
        ["Примітка: дані попередні", None, None, None],
    ]
    # A title, a heading over columns and over rows, empty cells, an undeclared column, a total, a note.
    ranges = ("A1:D1", "B2:C2", "A2:A3", "D4:D5", "A5:A6", "A7:B7", "A9:D9")
    receipt = receive_file(merged(tmp_path / "a.xlsx", rows, *ranges), table("district", "school", "sum"))
    assert [row[:3] for row in rows_of(receipt)] == [["Центр", "№ 1", "10"], ["Схід", "№ 2", "20"]]
    assert "cells-merged" not in codes(receipt)


def test_a_hundred_merged_ranges_of_a_column_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["district", "school"]]
    for number in range(150):
        rows += [[f"р-н {number}", "а"], [None, "б"]]
    ranges = [f"A{2 + 2 * number}:A{3 + 2 * number}" for number in range(150)]
    receipt = receive_file(merged(tmp_path / "a.xlsx", rows, *ranges), table("district", "school"))
    assert codes(receipt) == ["cells-merged"] * 101
    assert [each.count for each in receipt.findings[-2:]] == [1, 50]
    assert "не перелічено: 50" in receipt.findings[-1].message


def test_merged_cells_of_a_table_that_does_not_begin_in_the_first_column_keep_their_names(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[], [], *([None, None, *row] for row in SCHOOLS)]
    receipt = receive_file(merged(tmp_path / "a.xlsx", rows, "C4:C6"), table("district", "school", "sum"))
    assert told(receipt) == [("cells-merged", "C4", 4, "district")]


def test_merged_cells_of_an_old_excel_workbook_are_told(tmp_path: Path) -> None:
    xlwt = pytest.importorskip("xlwt", reason="xlwt writes the .xls of this test")
    book = xlwt.Workbook()
    sheet = book.add_sheet("Аркуш")
    for number, row in enumerate(SCHOOLS, start=2):
        for place, value in enumerate(row, start=1):
            if value is not None and (number, place) != (3, 1):
                sheet.write(number, place, value)
    sheet.write_merge(3, 5, 1, 1, "Центр")
    book.save(str(tmp_path / "a.xls"))
    receipt = receive_file(tmp_path / "a.xls", table("district", "school", "sum"))
    assert told(receipt) == [("cells-merged", "B4", 4, "district")]


def test_merged_cells_of_a_libreoffice_workbook_are_told(tmp_path: Path) -> None:
    spanned = '<table:table-cell office:value-type="string" table:number-rows-spanned="2"><text:p>Центр</text:p>'
    path = ods(
        tmp_path / "a.ods",
        said("district") + said("school"),
        f"{spanned}</table:table-cell>" + said("№ 1"),
        "<table:covered-table-cell/>" + said("№ 2"),
    )
    receipt = receive_file(path, table("district", "school"))
    assert rows_of(receipt) == [["Центр", "№ 1"], [None, "№ 2"]]
    assert told(receipt) == [("cells-merged", "A2", 2, "district")]


def test_merged_cells_of_a_binary_workbook_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsb"
    path.write_bytes(biff12.xlsb(SCHOOLS))
    name = "xl/worksheets/sheet1.bin"
    ranges = b"\xb1\x01\x04" + struct.pack("<I", 1) + b"\xb0\x01\x10" + struct.pack("<4I", 1, 3, 0, 0) + b"\xb2\x01\x00"
    end = b"\x92\x01\x00"
    repacked(path, changes={name: part(path, name).replace(end, end + ranges)})
    receipt = receive_file(path, table("district", "school", "sum"))
    assert told(receipt) == [("cells-merged", "A2", 2, "district")]


def formatted(path: Path, head: Sequence[str], *cells: Sequence[tuple[Any, str]]) -> Path:
    def change(sheet: Worksheet) -> None:
        for number, row in enumerate(cells, start=2):
            for place, (value, form) in enumerate(row, start=1):
                sheet.cell(number, place, value).number_format = form

    return saved(path, [head], change)


@pytest.mark.parametrize("form", ["00000", "00000;-00000", "[$-422]00000", "00000;-00000;00000;@"])
def test_a_number_is_read_with_the_zeros_its_format_shows(tmp_path: Path, form: str) -> None:
    cells: list[list[tuple[Any, str]]] = [
        [(value, form), (place, "General")] for place, value in enumerate([123, 0, 1234567, 12.5, -7, "7", None])
    ]
    receipt = receive_file(formatted(tmp_path / "a.xlsx", ["code", "id"], *cells), table("code", "id"))
    assert [code for code, _ in rows_of(receipt)] == ["00123", "00000", "1234567", "12.5", "-7", "7", None]


@pytest.mark.parametrize("form", ["0", "General", '"00"0', "00.00", "000-000", "00000;-00000;", "#,##0"])
def test_a_format_that_is_not_only_zeros_changes_no_number(tmp_path: Path, form: str) -> None:
    path = formatted(tmp_path / "a.xlsx", ["code", "id"], [(5, form), (1, "0")], [(0, form), (2, "0")])
    assert rows_of(receive_file(path, table("code", "id"))) == [["5", "1"], ["0", "2"]]


def test_a_code_whose_zeros_the_format_shows_has_lost_none_and_numbers_stay_numbers(tmp_path: Path) -> None:
    wanted = Table.model_validate(
        {
            "id": "t",
            "columns": (
                {"name": "code", "type": "string", "label": "Код ЄДРПОУ", "pattern": r"^\d{8}$"},
                {"name": "places", "type": "integer"},
                {"name": "area", "type": "decimal"},
            ),
            "source": {"kind": "folder"},
        }
    )
    path = formatted(tmp_path / "a.xlsx", ["code", "places", "area"], [(191135, "00000000"), (7, "000"), (5, "00")])
    outcome = clean(receive_file(path, wanted), wanted, wanted.columns)
    assert codes(outcome) == []
    assert [str(cell) for cell in outcome.text.iloc[0]] == ["00191135", "7", "5"]


def test_zeros_are_found_where_the_sheet_is_written_with_prefixes_and_its_styles_last(tmp_path: Path) -> None:
    path = formatted(tmp_path / "a.xlsx", ["code", "id"], [(123, "00000"), (1, "0")])
    sheet = "xl/worksheets/sheet1.xml"
    text = re.sub(r"<(/?)(\w)", r"<\1x:\2", part(path, sheet).decode()).replace("xmlns=", "xmlns:x=")
    styles = part(path, "xl/styles.xml")
    repacked(path, changes={sheet: text.encode(), "xl/styles.xml": None}, extra={"xl/styles.xml": styles})
    assert rows_of(receive_file(path, table("code", "id"))) == [["00123", "1"]]


@pytest.mark.parametrize("form", ["0%", "0.00%", "0.0%", "[Red]0.0 %;-0%", "#,##0.0%"])
def test_numbers_shown_as_percent_stay_fractions_and_their_column_is_told(tmp_path: Path, form: str) -> None:
    cells: list[list[tuple[Any, str]]] = [
        [(0.455, form), (1, "General")],
        [(0.5, form), (2, "General")],
        [(None, form), (3, "0")],
    ]
    path = formatted(tmp_path / "a.xlsx", ["share", "id"], *cells, [(7, "0"), (4, "0")])
    receipt = receive_file(path, typed(share="decimal", id="integer"))
    assert [share for share, _ in rows_of(receipt)] == ["0.455", "0.5", None, "7"]
    (finding,) = receipt.findings
    assert (finding.code, finding.column, finding.count, finding.cell) == ("percent-shown", "share", 2, None)
    assert "у A2 це 45,5 %" in finding.message
    assert "опубліковано 0.455" in finding.message


@pytest.mark.parametrize("form", ['0" %"', r"0\%", "0.00", "General"])
def test_a_percent_sign_that_is_only_text_is_told_of_nowhere(tmp_path: Path, form: str) -> None:
    path = formatted(tmp_path / "a.xlsx", ["share", "id"], [(45.5, form), (1, "0")])
    assert codes(receive_file(path, typed(share="decimal", id="integer"))) == []


def test_percent_is_told_for_numbers_of_the_table_alone(tmp_path: Path) -> None:
    cells: list[list[tuple[Any, str]]] = [
        [("Школа", "0%"), (0.5, "General"), (0.5, "0%")],
        [("Усього", "0%"), (0.5, "0%"), (None, "0%")],
    ]
    path = formatted(tmp_path / "a.xlsx", ["name", "share", "words"], *cells)
    receipt = receive_file(path, typed(name="string", share="decimal", words="string"))
    assert codes(receipt) == ["total-row-left-out"]


@pytest.mark.parametrize("size", [1, 7, 50, 1 << 20])
def test_a_sheet_read_in_pieces_tells_the_same_as_read_whole(size: int) -> None:
    rows = "".join(f'<row r="{at}"><c r="B{at}" s="1"><v>5</v></c><c r="C{at}" s="1"/></row>' for at in range(1, 40))
    ranges = "".join(f'<mergeCell ref="A{at}:B{at + 1}"/>' for at in range(1, 40, 2))
    content = f"<sheetData>{rows}</sheetData><mergeCells>{ranges}</mergeCells>".encode()
    scan = SheetScan({b"1": 5})
    for at in range(0, len(content), size):
        scan.feed(content[at : at + size])
    scan.close()
    assert {place: list(found) for place, found in scan.shown.items()} == {(1, 5): list(range(1, 40))}
    assert scan.merged == [(at, 0, at + 1, 1) for at in range(1, 40, 2)]
