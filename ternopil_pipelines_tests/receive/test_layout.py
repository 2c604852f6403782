"""The table found in whatever a department puts around it."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.file import receive_file
from ternopil_pipelines_tests.receive.making import codes, keyed_table, rows_of, table, xlsx

HEAD = ["id", "назва", "сума"]


def test_titles_above_and_blank_rows_between_are_passed_over_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    rows = [
        ["Додаток 1 до рішення"],
        [],
        ["Перелік об’єктів", None, None],
        HEAD,
        [1, "а", 10],
        [None, "  ", None],
        [2, "б", 20],
    ]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("Аркуш1", rows)), table(*HEAD))
    assert rows_of(receipt) == [["1", "а", "10"], ["2", "б", "20"]]
    assert receipt.rows.tolist() == [5, 7]
    assert receipt.cell(1, 1) == "B7"
    assert receipt.findings == ()


def test_a_table_that_begins_in_another_column_keeps_the_letters_of_the_sheet(tmp_path: Path) -> None:
    rows = [[], [], [None, None, *HEAD], [None, None, 1, "а", 10]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table(*HEAD))
    assert receipt.letters == ("C", "D", "E")
    assert receipt.cell(2, 0) == "E4"


def test_the_header_is_the_row_that_names_the_most_columns_not_the_first(tmp_path: Path) -> None:
    rows = [["order", None, "сума"], HEAD, ["1", "а", "10"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table(*HEAD))
    assert receipt.rows.tolist() == [3]


def test_a_header_merged_over_two_rows_is_read_as_one(tmp_path: Path) -> None:
    rows = [
        ["№", "Адреса", None, "Прогноз 2020", None],
        [None, "вулиця", "будинок", "сценарій 1", "сценарій 2"],
        ["1", "Руська", "5", "7", "8"],
    ]
    declared = table("n=№", "street=вулиця", "house=будинок", "a=Прогноз 2020 сценарій 1", "b=Прогноз 2020 сценарій 2")
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), declared)
    assert list(receipt.text.columns) == [
        "№",
        "вулиця",
        "будинок",
        "Прогноз 2020 сценарій 1",
        "Прогноз 2020 сценарій 2",
    ]
    assert rows_of(receipt) == [["1", "Руська", "5", "7", "8"]]


def test_groups_with_equal_sub_headings_are_told_apart_by_their_group(tmp_path: Path) -> None:
    rows = [
        ["Замовник", None, "Підрядник", None],
        ["назва", "код", "назва", "код"],
        ["Рада", "1", "Завод", "2"],
    ]
    declared = table("a=Замовник назва", "b=Замовник код", "c=Підрядник назва", "d=Підрядник код")
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), declared)
    assert list(receipt.text.columns) == ["Замовник назва", "Замовник код", "Підрядник назва", "Підрядник код"]


def test_rows_that_explain_or_number_the_columns_are_left_out_and_said(tmp_path: Path) -> None:
    rows = [["id", "name", "sum"], ["Номер", "Назва", "Сума"], ["1", "2", "3"], ["7", "а", "10"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table("id=Номер", "name=Назва", "sum=Сума"))
    assert rows_of(receipt) == [["7", "а", "10"]]
    assert [(each.code, each.row) for each in receipt.findings] == [
        ("label-row-left-out", 2),
        ("numbering-row-left-out", 3),
    ]


def test_a_repeated_header_and_totals_are_left_out_and_said(tmp_path: Path) -> None:
    rows = [HEAD, [1, "а", 10], HEAD, [2, "б", 20], ["Разом по місту:", None, 30], ["Всього", None, "30"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table(*HEAD))
    assert receipt.rows.tolist() == [2, 4]
    assert [(each.code, each.row) for each in receipt.findings] == [
        ("header-row-left-out", 3),
        ("total-row-left-out", 5),
        ("total-row-left-out", 6),
    ]


def test_a_row_that_only_sounds_like_a_total_stays(tmp_path: Path) -> None:
    rows = [HEAD, ["Разом до перемоги", "фонд", 1], ["8", "Всього", "2"], ["Всього", "усі", "3"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), keyed_table(*HEAD))
    assert receipt.rows.tolist() == [2, 3, 4]


def test_notes_and_signatures_beneath_are_left_out_and_said(tmp_path: Path) -> None:
    head = ["id", "a", "b", "c"]
    rows = [head, ["1", "x", "y", "z"], [], ["Примітка: дані на 1 січня"], ["Начальник відділу", None, "І. Петренко"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table(*head))
    assert receipt.rows.tolist() == [2]
    assert codes(receipt) == ["note-row-left-out", "note-row-left-out"]


def test_nameless_empty_columns_go_and_filled_ones_get_a_name_and_a_finding(tmp_path: Path) -> None:
    rows = [["id", None, "назва", None, "сума"], ["1", None, "а", "загублене", "10"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table(*HEAD))
    assert list(receipt.text.columns) == ["id", "назва", "column_4", "сума"]
    assert receipt.letters == ("A", "C", "D", "E")
    assert [(each.code, each.column) for each in receipt.findings] == [("column-nameless", "column_4")]


def test_the_one_nameless_column_in_the_place_of_the_one_missing_column_is_that_column(tmp_path: Path) -> None:
    rows = [[None, "назва", "сума"], ["1", "а", "10"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table(*HEAD))
    assert list(receipt.text.columns) == HEAD
    assert codes(receipt) == ["column-name-supplied"]


def test_a_repeated_name_is_kept_apart_and_said(tmp_path: Path) -> None:
    rows = [["id", "назва", "сума", "сума"], ["1", "а", "10", "11"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table(*HEAD))
    assert list(receipt.text.columns) == ["id", "назва", "сума", "сума_2"]
    assert [(each.code, each.severity) for each in receipt.findings] == [("header-repeated", "error")]


def test_a_column_given_twice_alike_is_only_a_warning(tmp_path: Path) -> None:
    rows = [["id", "назва", "сума", "сума"], ["1", "а", "10", "10"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table(*HEAD))
    assert [(each.code, each.severity) for each in receipt.findings] == [("header-repeated", "warning")]


def test_a_blank_header_may_have_an_alias(tmp_path: Path) -> None:
    rows = [["назва", None, "сума"], ["а", "1", "10"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table(*HEAD, aliases={"": "id"}))
    assert list(receipt.text.columns) == ["назва", "id", "сума"]


def test_names_match_over_case_blanks_line_ends_and_look_alike_letters(tmp_path: Path) -> None:
    rows = [["ID ", "legalАсtІd", "Сума,\nгрн"], ["1", "x", "5"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table("id", "legalActId", "sum=сума, грн."))
    assert rows_of(receipt) == [["1", "x", "5"]]


def test_the_sheet_with_the_table_is_found_behind_a_dictionary_of_its_columns(tmp_path: Path) -> None:
    dictionary = [["name", "title"], ["id", "Номер"], ["назва", "Назва"], ["сума", "Сума"]]
    book = xlsx(tmp_path / "f.xlsx", ("Структура", dictionary), ("Дані", [HEAD, [1, "а", 10]]))
    receipt = receive_file(book, table(*HEAD))
    assert receipt.sheet == "Дані"
    assert rows_of(receipt) == [["1", "а", "10"]]


def test_two_sheets_with_the_same_header_are_said(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "f.xlsx", ("2023", [HEAD, [1, "а", 10]]), ("2024", [HEAD, [2, "б", 20]]))
    receipt = receive_file(book, table(*HEAD))
    assert codes(receipt) == ["several-sheets"]
    assert "«2024»" in receipt.findings[0].message


def test_a_hidden_sheet_loses_against_a_visible_one(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "f.xlsx", ("old", [HEAD, [1, "а", 10]]), ("new", [HEAD, [2, "б", 20]]), hidden=["old"])
    receipt = receive_file(book, table(*HEAD))
    assert receipt.sheet == "new"
    assert codes(receipt) == []


def test_the_declared_sheet_and_header_are_honoured(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "f.xlsx", ("a", [HEAD, HEAD, [1, "а", 10]]), ("b", [HEAD, HEAD, ["x", "y", "z"]]))
    receipt = receive_file(book, table(*HEAD, sheet=2, header=2))
    assert (receipt.sheet, receipt.rows.tolist()) == ("b", [3])
    with pytest.raises(SourceRefused) as refused:
        receive_file(book, table(*HEAD, sheet="c"))
    assert codes(refused.value) == ["sheet-not-found"]
    assert "«a», «b»" in refused.value.findings[0].message


def test_without_a_header_the_file_is_refused_naming_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused) as refused:
        receive_file(xlsx(tmp_path / "f.xlsx", ("s", [[1, "а", 10], [2, "б", 20]])), table(*HEAD))
    assert codes(refused.value) == ["header-not-found"]
    assert "id, назва, сума" in refused.value.findings[0].expected


def test_cells_become_one_canonical_text(tmp_path: Path) -> None:
    head = ["a", "b", "c", "d", "e", "f", "g"]
    rows = [
        head,
        [38211887.0, 0.1 + 0.2, 1.5e-7, 1e21, True, date(2020, 1, 2), datetime(2020, 1, 2, 3, 4, 5)],
        ["007", " x \n y ", time(9, 30), "", False, "25-09-25", "2020-01-02"],
    ]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table(*head))
    assert rows_of(receipt) == [
        ["38211887", "0.3", "0.00000015", "1000000000000000000000", "true", "2020-01-02", "2020-01-02T03:04:05"],
        ["007", " x \n y ", "09:30:00", None, "false", "25-09-25", "2020-01-02"],
    ]
    assert str(receipt.text.dtypes.iloc[0]) == "str"


def test_large_amounts_have_the_digits_that_the_sheet_shows(tmp_path: Path) -> None:
    """The nearest binary number to 123456789.12 is 123456789.1200000048."""
    amounts = [123456789.12, -98765432.1, 8388609.000000001, 1250.1, 0.000001]
    rows = [["id", "сума"], *([at, amount] for at, amount in enumerate(amounts))]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table("id", "сума"))
    assert [row[1] for row in rows_of(receipt)] == [
        "123456789.12",
        "-98765432.1",
        "8388609.000000002",
        "1250.1",
        "0.000001",
    ]
