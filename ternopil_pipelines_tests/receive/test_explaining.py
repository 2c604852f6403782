"""Rows right under a header that explain it, and first rows of data that only look so."""

from __future__ import annotations

from pathlib import Path

import pytest

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.receive.file import receive_bytes, receive_file
from ternopil_pipelines_tests.receive.making import codes, rows_of, table, xlsx
from ternopil_pipelines_tests.receive.test_beneath import typed

REGION: Table = typed(Район="string", Населення="integer", Площа="decimal")
HEAD = ["Район", "Населення", "Площа"]
DATA = [["Центр", 100, 5.5], ["Схід", 200, 6.5]]
RECEIVED = [["Центр", "100", "5.5"], ["Схід", "200", "6.5"]]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([[None, "осіб", "км²"]], ["label-row-left-out"]),
        ([["Назва району", "Скільки людей", "Яка площа"]], ["label-row-left-out"]),
        ([["Назва", "Люди", "Розмір"], ["текст", "ціле число", "число"]], ["label-row-left-out"] * 2),
        ([["1", "2", "3 = 2 * 100"]], ["numbering-row-left-out"]),
        ([["Назва", "Люди", "Розмір"], ["А", "1", "2"]], ["label-row-left-out", "numbering-row-left-out"]),
        ([["-----", "-----", "-----"]], ["label-row-left-out"]),
    ],
)
def test_units_labels_types_and_numbers_of_the_columns_are_left_out(
    tmp_path: Path, rows: list[list[str | None]], expected: list[str]
) -> None:
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", [HEAD, *rows, *DATA])), REGION)
    assert rows_of(receipt) == RECEIVED
    assert codes(receipt) == expected


@pytest.mark.parametrize("row", [["Захід", "немає", "уточнюється"], ["Захід", "близько 50", "мала"]])
def test_a_first_row_with_words_for_its_numbers_stays(tmp_path: Path, row: list[str]) -> None:
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", [HEAD, row, *DATA])), REGION)
    assert rows_of(receipt) == [row, *RECEIVED]


def test_a_first_row_that_happens_to_count_stays() -> None:
    declared = typed(a="integer", b="integer", c="integer")
    receipt = receive_bytes(b"a;b;c\n1;2;3\n2;5;6\n", "f.csv", declared)
    assert rows_of(receipt) == [["1", "2", "3"], ["2", "5", "6"]]


def test_a_sheet_that_only_explains_the_columns_is_not_the_table(tmp_path: Path) -> None:
    passport = [HEAD, ["Назва району", "Скільки людей", "Яка площа"], ["текст", "ціле число", "число"]]
    path = xlsx(tmp_path / "f.xlsx", ("Паспорт", passport), ("Шаблон", [HEAD]), ("Дані", [HEAD, *DATA]))
    receipt = receive_file(path, REGION)
    assert receipt.sheet == "Дані"
    assert rows_of(receipt) == RECEIVED
    assert codes(receipt) == []


def test_four_rows_of_a_header_are_read_as_one(tmp_path: Path) -> None:
    rows = [
        ["Показник", "Освіта", None, None, None],
        [None, "Школи", None, "Садки", None],
        [None, "міські", None, "сільські", None],
        [None, "план", "факт", "план", "факт"],
        ["Бюджет", 1, 2, 3, 4],
    ]
    names = [
        "Освіта Школи міські план",
        "Освіта Школи міські факт",
        "Освіта Садки сільські план",
        "Освіта Садки сільські факт",
    ]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table("Показник", *names))
    assert list(receipt.text.columns) == ["Показник", *names]
    assert rows_of(receipt) == [["Бюджет", "1", "2", "3", "4"]]


def test_a_header_under_pages_of_explanations_is_found(tmp_path: Path) -> None:
    rows = [*([f"пояснення {at}"] for at in range(200)), HEAD, *DATA]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), REGION)
    assert receipt.rows.tolist() == [202, 203]


def test_a_latin_capital_in_a_cyrillic_heading_is_the_same_heading(tmp_path: Path) -> None:
    rows = [["Hазва oб’єкта", "Bулиця"], ["Школа", "Руська"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table("Назва об'єкта", "Вулиця"))
    assert rows_of(receipt) == [["Школа", "Руська"]]


@pytest.mark.parametrize("titles", [[["Прогноз"]], [["Прогноз"], ["у млн грн"], ["на 1 січня"]]])
def test_a_title_above_a_blank_heading_does_not_name_its_column(tmp_path: Path, titles: list[list[str]]) -> None:
    rows = [*titles, [None, "2020", "2021"], ["ВВП", 1, 2]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table("Показник", "2020", "2021"))
    assert list(receipt.text.columns) == ["Показник", "2020", "2021"]
    assert [each for each in codes(receipt) if each != "units-above-header"] == ["column-name-supplied"]


def test_a_value_that_equals_the_name_of_a_missing_column_does_not_make_its_row_a_header(tmp_path: Path) -> None:
    rows = [["Назва", "Вид", "Адреса"], ["ЗОШ 1", "Школа", "Руська 1"], ["ДНЗ", "Садок", "Січова 2"]]
    receipt = receive_file(xlsx(tmp_path / "f.xlsx", ("s", rows)), table("Назва", "Тип", "Школа", "Адреса"))
    assert rows_of(receipt) == rows[1:]
