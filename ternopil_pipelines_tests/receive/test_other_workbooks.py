"""Old Excel and LibreOffice workbooks, with the same text, rows and letters as a new one."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest

from ternopil_pipelines.receive.file import receive_file
from ternopil_pipelines_tests.receive.making import codes, rows_of, table

HEAD = ["id", "code", "day", "moment", "clock", "yes"]
EXPECTED = [["38211887", "007", "2020-01-02", "2020-01-02T03:04:05", "09:30:00", "true"]]


def test_an_old_excel_workbook_keeps_text_rows_and_letters(tmp_path: Path) -> None:
    xlwt = pytest.importorskip("xlwt", reason="xlwt writes the .xls of this test")
    book = xlwt.Workbook()
    sheet = book.add_sheet("Аркуш")
    for place, name in enumerate(HEAD):
        sheet.write(2, 2 + place, name)
    day, moment, clock = (xlwt.easyxf(num_format_str=form) for form in ("YYYY-MM-DD", "YYYY-MM-DD hh:mm:ss", "hh:mm"))
    sheet.write(3, 2, 38211887)
    sheet.write(3, 3, "007")
    sheet.write(3, 4, dt.date(2020, 1, 2), day)
    sheet.write(3, 5, dt.datetime(2020, 1, 2, 3, 4, 5), moment)
    sheet.write(3, 6, dt.time(9, 30), clock)
    sheet.write(3, 7, True)
    sheet.write(5, 2, 5)
    sheet.row(5).set_cell_error(3, "#REF!")
    book.save(str(tmp_path / "a.xls"))
    receipt = receive_file(tmp_path / "a.xls", table(*HEAD))
    assert rows_of(receipt) == [*EXPECTED, ["5", None, None, None, None, None]]
    assert (receipt.sheet, receipt.letters, receipt.rows.tolist()) == ("Аркуш", tuple("CDEFGH"), [4, 6])
    assert [(each.code, each.cell, each.value) for each in receipt.findings] == [("cell-error", "D6", "#REF!")]


def test_hours_counted_beyond_a_day_stay_hours_and_a_moment_of_the_first_day_a_moment(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["C3"], sheet["D3"] = "id", "worked"
    cells = [(2 / 3, "[h]:mm:ss"), (36.25 / 24, "[h]:mm:ss"), (2, "[h]:mm"), (1234.5 / 24, "[h]:mm:ss"), (1.5, "h:mm")]
    for row, (value, form) in enumerate(cells, start=4):
        sheet.cell(row, 3, row)
        sheet.cell(row, 4, value).number_format = form
    book.save(tmp_path / "a.xlsx")
    receipt = receive_file(tmp_path / "a.xlsx", table("id", "worked"))
    assert [worked for _, worked in rows_of(receipt)] == [
        "16:00:00",
        "36:15:00",
        "48:00:00",
        "1234:30:00",
        "1900-01-01T12:00:00",
    ]


def test_a_libreoffice_workbook_keeps_text_rows_and_letters(tmp_path: Path) -> None:
    opendocument = pytest.importorskip("odf.opendocument", reason="odfpy writes the .ods of this test")
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = opendocument.OpenDocumentSpreadsheet()
    sheet = Table(name="Аркуш")
    sheet.addElement(TableRow(numberrowsrepeated=2))

    def row(*cells: tuple[str, str, str]) -> None:
        line = TableRow()
        line.addElement(TableCell(numbercolumnsrepeated=2))
        for kind, value, text in cells:
            named = {} if kind == "string" else {("value" if kind == "float" else f"{kind}value"): value}
            cell = TableCell(valuetype=kind, **named)
            cell.addElement(P(text=text))
            line.addElement(cell)
        sheet.addElement(line)

    row(*(("string", "", name) for name in HEAD))
    row(
        ("float", "38211887", "38 211 887"),
        ("string", "", "007"),
        ("date", "2020-01-02", "02.01.20"),
        ("date", "2020-01-02T03:04:05", "02.01.20 03:04"),
        ("time", "PT09H30M00S", "09:30"),
        ("boolean", "true", "ІСТИНА"),
    )
    document.spreadsheet.addElement(sheet)
    document.save(str(tmp_path / "a.ods"))
    receipt = receive_file(tmp_path / "a.ods", table(*HEAD))
    assert rows_of(receipt) == EXPECTED
    assert (receipt.sheet, receipt.letters, receipt.rows.tolist()) == ("Аркуш", tuple("CDEFGH"), [4])
    assert codes(receipt) == []


def test_formulas_an_xls_library_never_calculated_are_named_by_their_cells(tmp_path: Path) -> None:
    xlwt = pytest.importorskip("xlwt", reason="xlwt writes the .xls of this test")
    book = xlwt.Workbook()
    sheet = book.add_sheet("Аркуш")
    for place, name in enumerate(["id", "code"]):
        sheet.write(0, place, name)
    sheet.write(1, 0, 5)
    sheet.write(1, 1, xlwt.Formula("A2*2"))
    sheet.write(2, 0, xlwt.Formula("1+1"))
    sheet.write(2, 1, "x")
    book.save(str(tmp_path / "a.xls"))
    receipt = receive_file(tmp_path / "a.xls", table("id", "code"))
    assert [(each.code, each.cell, each.column) for each in receipt.findings] == [
        ("formula-without-value", "B2", "code"),
        ("formula-without-value", "A3", "id"),
    ]


def ods(path: Path, *lines: str) -> Path:
    """An ods of one sheet from the raw cells of its rows."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    rows = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    content = (
        f'<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Аркуш">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def said(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def test_formulas_of_an_ods_without_a_value_and_failed_ones_are_named_by_their_cells(tmp_path: Path) -> None:
    formula = 'table:formula="of:=1+1"'
    failed = f'{formula} office:value-type="string" office:string-value="" calcext:value-type="error"'
    path = ods(
        tmp_path / "a.ods",
        said("id") + said("code"),
        said("1") + f'<table:table-cell {formula} office:value-type="float" office:value="2"/>',
        f'<table:table-cell table:number-columns-repeated="1" {formula}/>' + said("а"),
        said("3") + f"<table:table-cell {failed}><text:p>#REF!</text:p></table:table-cell>",
        said("4") + f'<table:table-cell {formula} office:value-type="string" office:string-value=""/>',
    )
    receipt = receive_file(path, table("id", "code"))
    assert rows_of(receipt) == [["1", "2"], [None, "а"], ["3", None], ["4", None]]
    assert [(each.code, each.cell, each.value) for each in receipt.findings] == [
        ("cell-error", "B4", "#REF!"),
        ("formula-without-value", "A3", None),
    ]


NUMBERS = (1.23e-12, 1.2345678901e-05, 0.7892920263049733, 99999999999999.9, 68.66499999999999, -2e-10, 25.5, 0, 7)
DIGITS = [
    "0.00000000000123", "0.000012345678901", "0.789292026304973", "99999999999999.9", "68.665", "-0.0000000002", "25.5",
    "0", "7",
]  # fmt: skip


def test_numbers_keep_the_fifteen_digits_a_spreadsheet_shows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["C2"], sheet["D2"], sheet["E2"] = "id", "held", "typed"
    for row, number in enumerate(NUMBERS, start=3):
        sheet.cell(row, 3, row)
        sheet.cell(row, 4, number)
        sheet.cell(row, 5, "0.123456789")
    book.save(tmp_path / "a.xlsx")
    receipt = receive_file(tmp_path / "a.xlsx", table("id", "held", "typed"))
    assert [held for _, held, _ in rows_of(receipt)] == DIGITS
    assert {typed for *_, typed in rows_of(receipt)} == {"0.123456789"}


def test_a_libreoffice_workbook_keeps_all_digits_of_a_number_too(tmp_path: Path) -> None:
    opendocument = pytest.importorskip("odf.opendocument", reason="odfpy writes the .ods of this test")
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = opendocument.OpenDocumentSpreadsheet()
    sheet = Table(name="s")
    document.spreadsheet.addElement(sheet)
    for number in ("held", *NUMBERS):
        row, said = TableRow(), str(number)
        cell = TableCell(valuetype="float", value=said) if said != "held" else TableCell(valuetype="string")
        cell.addElement(P(text=said))
        row.addElement(cell)
        sheet.addElement(row)
    document.save(tmp_path / "a.ods")
    assert [held for (held,) in rows_of(receive_file(tmp_path / "a.ods", table("held")))] == DIGITS
