"""Files that are not what they say, or that would harm whoever opens them: each refused by its true name."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from ternopil_pipelines.faults import SourceRefused, SourceUnreachable
from ternopil_pipelines.receive import archive
from ternopil_pipelines.receive.claim import claim
from ternopil_pipelines.receive.file import receive_file
from ternopil_pipelines_tests.receive.making import codes, part, repacked, rows_of, table, xlsx

HEAD = ["id", "назва"]
SHEET = "xl/worksheets/sheet1.xml"


def refusal(path: Path, declared: object = None) -> SourceRefused:
    with pytest.raises(SourceRefused) as refused:
        receive_file(path, declared or table(*HEAD))  # type: ignore[arg-type]
    return refused.value


def book(path: Path) -> Path:
    return xlsx(path, ("Аркуш1", [HEAD, [1, "а"]]))


def sheet_xml(cells: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("порожній.xlsx", b"", "file-empty", "порожній"),
        ("порожній.csv", b"\xef\xbb\xbf \r\n", "file-empty", "порожній"),
        ("дані.xlsx", "id,назва\n1,а\n".encode(), "file-wrong-kind", "текстовий файл (CSV)"),
        ("дані.xls", b"<html><body><table><tr><td>id</td></tr></table>", "file-wrong-kind", "веб-сторінка"),
        (
            "дані.xls",
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
            "file-wrong-kind",
            "XML",
        ),
        ("дані.csv", b"%PDF-1.7 ...", "file-wrong-kind", "PDF"),
        ("дані.csv", b"\x89PNG\r\n\x1a\n....", "file-wrong-kind", "PNG"),
        ("дані.xlsx", b"\x1f\x8b\x08....", "file-wrong-kind", "GZIP"),
        ("дані.csv", bytes(range(256)) * 40, "file-damaged", "пошкоджений"),
        ("дані.xlsx", b"PK\x03\x04 half of something", "file-damaged", "пошкоджений"),
        ("дані.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file-damaged", "пошкоджений"),
        (
            "дані.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "file-protected",
            "паролем",
        ),
    ],
)
def test_each_false_file_is_refused_by_its_true_name(
    tmp_path: Path, name: str, content: bytes, code: str, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    refused = refusal(tmp_path / name)
    assert codes(refused) == [code]
    assert words in refused.findings[0].message
    assert name in refused.findings[0].message


def test_a_zip_and_a_document_are_named_and_a_workbook_called_csv_too(tmp_path: Path) -> None:
    for name, inside, words in [
        ("a.xlsx", "readme.txt", "архів ZIP"),
        ("a.ods", "word/document.xml", "текстовий документ"),
        ("a.csv", "xl/workbook.xml", "книга Excel (XLSX)"),
    ]:
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(inside, "x")
        refused = refusal(tmp_path / name)
        assert codes(refused) == ["file-wrong-kind"]
        assert words in refused.findings[0].message


def test_a_workbook_under_another_workbooks_extension_is_read(tmp_path: Path) -> None:
    receipt = receive_file(book(tmp_path / "a.xls"), table(*HEAD))
    assert rows_of(receipt) == [["1", "а"]]


@pytest.mark.parametrize("percent", [1, 10, 50, 90, 99])
def test_a_half_copied_workbook_is_refused(tmp_path: Path, percent: int) -> None:
    whole = book(tmp_path / "whole.xlsx").read_bytes()
    (tmp_path / "a.xlsx").write_bytes(whole[: len(whole) * percent // 100])
    assert codes(refusal(tmp_path / "a.xlsx")) == ["file-damaged"]


def test_a_part_with_wrong_bytes_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    repacked(path, changes={SHEET: b"<worksheet><sheetData><row r="})
    assert codes(refusal(path)) == ["file-damaged"]


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD1", "AD1048576"])
def test_a_far_cell_is_refused_by_its_name_and_the_step_lives(tmp_path: Path, cell: str) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("Аркуш1", [HEAD, [1, "а"]]))
    row = int("".join(filter(str.isdigit, cell)))
    content = part(path, SHEET).replace(
        b"</sheetData>", f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
    )
    if cell == "XFD1":
        rows = "".join(f'<row r="{at}"><c r="A{at}"><v>1</v></c></row>' for at in range(3, 3000))
        content = content.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
    repacked(path, changes={SHEET: content})
    refused = refusal(path)
    assert codes(refused) == ["far-cell"]
    assert cell in refused.findings[0].message
    assert "Аркуш1" in refused.findings[0].message


def test_empty_formatted_cells_far_away_harm_nobody(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    content = part(path, SHEET).replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    )
    repacked(path, changes={SHEET: content})
    assert rows_of(receive_file(path, table(*HEAD))) == [["1", "а"]]


def test_the_child_dies_alone_when_memory_is_short(tmp_path: Path) -> None:
    """A range the scan does not foresee: cells without their own addresses."""
    path = book(tmp_path / "a.xlsx")
    order = {
        "path": str(path),
        "out": str(tmp_path),
        "sheet": None,
        "memory": 60 << 20,
        "seconds": 5,
        "first_columns": {},
    }
    done = subprocess.run(
        [sys.executable, "-m", "ternopil_pipelines.receive.reader"],
        input=json.dumps(order).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert not (tmp_path / "book.json").exists()


def test_bombs_are_refused_before_anything_is_opened(tmp_path: Path) -> None:
    dense = repacked(book(tmp_path / "dense.xlsx"), changes={SHEET: b" " * 100_000_000})
    assert codes(refusal(dense)) == ["file-suspicious"]
    many = repacked(book(tmp_path / "many.xlsx"), extra={f"x/{at}.xml": b"" for at in range(2100)})
    assert codes(refusal(many)) == ["file-too-large"]


def test_a_header_that_lies_about_its_size_is_counted_by_its_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "INFLATED", 3_000_000)
    path = repacked(book(tmp_path / "a.xlsx"), changes={SHEET: b" " * 5_000_000})
    with zipfile.ZipFile(path) as opened:
        true = opened.getinfo(SHEET).file_size.to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(true, (1000).to_bytes(4, "little")))
    assert codes(refusal(path)) == ["file-too-large"]


def test_a_doctype_is_refused(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + sheet_xml("<row/>")
    assert codes(refusal(repacked(book(tmp_path / "a.xlsx"), changes={SHEET: bomb}))) == ["file-suspicious"]


def test_formulas_that_nobody_calculated_are_named_by_their_cells(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("s", [HEAD, ["=1+1", "а"], [2, '=CONCAT("a","b")']]))
    receipt = receive_file(path, table(*HEAD))
    found = [(each.code, each.cell, each.row, each.column) for each in receipt.findings]
    assert found == [("formula-without-value", "A2", 2, "id"), ("formula-without-value", "B3", 3, "назва")]


def test_zeros_written_by_a_library_in_place_of_results_are_no_results(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("s", [HEAD, ["=1+1", "а"]]))
    content = (
        part(path, SHEET).replace(b"<v></v>", b"<v>0</v>").replace(b"<v />", b"<v>0</v>").replace(b"<v/>", b"<v>0</v>")
    )
    workbook = part(path, "xl/workbook.xml")
    assert b'fullCalcOnLoad="1"' in workbook
    repacked(path, changes={SHEET: content})
    assert codes(receive_file(path, table(*HEAD))) == ["formula-without-value"]


def test_calculated_formulas_and_empty_texts_are_values(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("s", [HEAD, [1, "а"]]))
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>назва</t></is></c></row>'
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>IF(1,"","x")</f><v></v></c></row>'
    )
    repacked(path, changes={SHEET: sheet_xml(cells)})
    receipt = receive_file(path, table(*HEAD))
    assert rows_of(receipt) == [["2", None]]
    assert receipt.findings == ()


def test_an_error_in_a_cell_is_absent_and_named(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("s", [HEAD, [1, "#REF!"], [2, "#DIV/0!"], [3, "б"]]))
    receipt = receive_file(path, table(*HEAD))
    assert rows_of(receipt) == [["1", None], ["2", None], ["3", "б"]]
    assert [(each.cell, each.value, each.column) for each in receipt.findings] == [
        ("B2", "#REF!", "назва"),
        ("B3", "#DIV/0!", "назва"),
    ]


def test_macros_and_links_are_noted_and_harm_nothing(tmp_path: Path) -> None:
    path = repacked(
        book(tmp_path / "a.xlsm"), extra={"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": b"<x/>"}
    )
    receipt = receive_file(path, table(*HEAD))
    assert sorted(codes(receipt)) == ["external-link-ignored", "macro-ignored"]
    assert {each.severity for each in receipt.findings} == {"note"}


def test_a_file_replaced_while_it_is_read_is_whole_or_asked_for_again(tmp_path: Path) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    versions = [bytes([letter]) * 3_000_000 for letter in b"xy"]
    path.write_bytes(versions[0])
    stop = threading.Event()

    def replace_again_and_again() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            other.write_bytes(versions[turn % 2])
            other.replace(path)

    writer = threading.Thread(target=replace_again_and_again)
    writer.start()
    refused = 0
    try:
        for _ in range(150):
            try:
                assert claim(path) in versions
            except SourceUnreachable:
                refused += 1
    finally:
        stop.set()
        writer.join()
    assert refused > 0


def test_links_in_a_landing_folder_and_folders_are_no_files(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("id,назва\n1,а\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(target)
    with pytest.raises(SourceRefused) as refused:
        receive_file(tmp_path / "link.csv", table(*HEAD), follow=False)
    assert codes(refused.value) == ["file-unreadable"]
    assert codes(refusal(tmp_path)) == ["file-unreadable"]
    with pytest.raises(SourceUnreachable):
        receive_file(tmp_path / "gone.csv", table(*HEAD))


@pytest.mark.parametrize("name", ["a.zip", "a.xlsx"])
def test_an_archive_with_a_nameless_part_is_called_damaged(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as archive:
        for part_name in ("stops.txt", "xl/workbook.xml", "[Content_Types].xml"):
            archive.writestr(part_name, "stop_id\n1\n")
        archive.writestr(zipfile.ZipInfo(""), "x")
    assert codes(refusal(path)) == ["file-damaged"]
