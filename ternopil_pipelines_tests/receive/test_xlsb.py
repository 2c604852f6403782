"""Binary Excel workbooks, with the same text, rows and letters as any other."""

from __future__ import annotations

import datetime as dt

import pytest

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines_tests.receive.biff12 import Calculated, xlsb
from ternopil_pipelines_tests.receive.making import codes, rows_of, table

HEAD = ["id", "code", "day", "moment", "clock", "yes", "sum"]
MOMENT = dt.datetime(2020, 1, 2, 3, 4, 5)


@pytest.mark.parametrize("from_1904", [False, True])
def test_texts_numbers_dates_and_booleans_are_read_in_either_calendar(from_1904: bool) -> None:
    rows = [[38211887, "007", MOMENT.date(), MOMENT, dt.time(9, 30), True, 1250.1], [-5, "ї", None, None, None, False]]
    receipt = receive_bytes(xlsb([HEAD, *rows], from_1904=from_1904), "a.xlsb", table(*HEAD))
    assert rows_of(receipt) == [
        ["38211887", "007", "2020-01-02", "2020-01-02T03:04:05", "09:30:00", "true", "1250.1"],
        ["-5", "ї", None, None, None, "false", None],
    ]
    assert codes(receipt) == []


def test_blank_rows_titles_and_totals_leave_rows_and_letters_as_the_sheet_has_them() -> None:
    rows = [["Реєстр"], [], [None, "id", "sum"], [None, 1, 10], [], [None, 2, 20], ["Всього", None, 30]]
    receipt = receive_bytes(xlsb(rows, hidden=["Старий"]), "a.xlsb", table("id", "sum"))
    assert rows_of(receipt) == [["1", "10"], ["2", "20"]]
    assert (receipt.sheet, receipt.letters[-2:], receipt.rows.tolist()) == ("Аркуш", ("B", "C"), [4, 6])
    assert receipt.cell(len(receipt.letters) - 1, 1) == "C6"
    assert codes(receipt) == ["total-row-left-out"]


def test_error_cells_are_absent_and_named_whether_typed_or_calculated() -> None:
    rows = [["id", "sum"], [1, "#REF!"], [2, Calculated("#DIV/0!")], [3, Calculated(2.5)], [4, Calculated("#N/A")]]
    receipt = receive_bytes(xlsb(rows), "a.xlsb", table("id", "sum"))
    assert rows_of(receipt) == [["1", None], ["2", None], ["3", "2.5"], ["4", None]]
    assert sorted((each.code, each.cell, each.value) for each in receipt.findings) == [
        ("cell-error", "B2", "#REF!"),
        ("cell-error", "B3", "#DIV/0!"),
        ("cell-error", "B5", "#N/A"),
    ]


def test_a_far_cell_is_named_before_the_reader_asks_for_its_memory() -> None:
    rows: list[list[object]] = [["id"], [1], *([] for _ in range(60_000)), [*([None] * 900), "далеко"]]
    with pytest.raises(SourceRefused) as refused:
        receive_bytes(xlsb(rows), "a.xlsb", table("id"))
    assert [(each.code, each.sheet, each.cell) for each in refused.value.findings] == [
        ("far-cell", "Аркуш", "AHQ60003")
    ]


def test_a_workbook_cut_in_its_records_is_refused() -> None:
    with pytest.raises(SourceRefused) as refused:
        receive_bytes(xlsb([HEAD, [1]])[:-200], "a.xlsb", table(*HEAD))
    assert codes(refused.value) == ["file-damaged"]
