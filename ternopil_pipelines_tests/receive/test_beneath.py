"""What stands among and under the rows of a table and is none of them, and what only looks like it."""

from __future__ import annotations

import pytest

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines_tests.receive.making import codes, rows_of

HEAD = "№;Назва;Кількість;Сума\n"
TWO = "1;Школа;1;10\n2;Садок;2;20\n"
LEFT_OUT = ("total-row-left-out", "note-row-left-out", "section-row-left-out", "second-table-left-out")


def typed(**types: str) -> Table:
    columns = tuple({"name": name, "type": kind} for name, kind in types.items())
    return Table.model_validate({"id": "t", "columns": columns, "source": {"kind": "folder"}})


REGISTER = typed(**{"№": "integer", "Назва": "string", "Кількість": "integer", "Сума": "decimal"})


def received(text: str, declared: Table = REGISTER) -> Receipt:
    return receive_bytes(text.encode(), "f.csv", declared)


@pytest.mark.parametrize(
    "row",
    [
        "Загальний підсумок;;3;30",
        "Загальна сума;;;30,00",
        "Усього, у тому числі:;;3;30",
        "Разом: 30 грн;;;",
        "Всього об’єктів: 2;;;",
        "Grand total;;3;30",
        "Ogółem;;3;30",
    ],
)
def test_a_total_in_unusual_words_is_left_out_where_it_adds_up(row: str) -> None:
    receipt = received(f"{HEAD}{TWO}{row}\n")
    assert [row[1] for row in rows_of(receipt)] == ["Школа", "Садок"]
    assert codes(receipt) == ["total-row-left-out"]


@pytest.mark.parametrize(
    "row",
    [
        "Загальна школа;;3;31",
        "Разом (громадська організація);;4;7",
        ";;3;31",
        "3;Разом;3;30",
        ";Підсумкова атестація;4;100,5",
    ],
)
def test_what_sounds_like_a_total_and_does_not_add_up_stays(row: str) -> None:
    receipt = received(f"{HEAD}{TWO}{row}\n")
    assert len(receipt.rows) == 3
    assert codes(receipt) == []


def test_a_total_that_no_sum_proves_stays_and_is_told() -> None:
    budget = "10;Податки;4;150,5\n11;у т. ч. ПДФО;3;100,5\n12;майно;1;50,0\n;Всього доходів;4;150,5\n"
    receipt = received(f"{HEAD}{budget}")
    assert len(receipt.rows) == 4
    assert [(each.code, each.row, each.value) for each in receipt.findings] == [
        ("total-row-suspected", 5, "Всього доходів")
    ]


def test_numbers_alone_at_the_end_are_a_total_where_each_adds_up() -> None:
    receipt = received(f"{HEAD}{TWO}3;Ясла;4;1,5\n;;7;31,50\n")
    assert [row[0] for row in rows_of(receipt)] == ["1", "2", "3"]
    assert codes(receipt) == ["total-row-left-out"]


@pytest.mark.parametrize("text", ["назва;id\nа;1\nб;2\n;3\n", "назва;id\nа;1\nб;2\nв;3\n;4\n"])
def test_an_id_without_its_name_is_no_total(text: str) -> None:
    receipt = received(text, typed(назва="string", id="integer"))
    assert len(receipt.rows) == text.count("\n") - 1


def test_totals_of_sections_add_up_since_the_one_before() -> None:
    body = "1;Школа;1;10\n2;Ліцей;1;5\n;Підсумок шкіл;2;15\n3;Садок;2;20\n4;Ясла;1;2\n;Підсумок садків;3;22\n"
    receipt = received(f"{HEAD}{body}Загальна сума;;5;37\n")
    assert [row[0] for row in rows_of(receipt)] == ["1", "2", "3", "4"]
    assert [each.row for each in receipt.findings] == [4, 7, 8]


@pytest.mark.parametrize(
    "note",
    [
        "Заступник міського голови;;;О. Коваль",
        "В. о. начальника відділу;;;С. Іваненко",
        "Source: Statistics office;;;",
        "1) без тимчасово окупованих територій;;;",
        "****************;;;\nЗвіт складено 15.05.2024;;;\n1.;Дані попередні;;",
    ],
)
def test_notes_that_stand_apart_or_begin_as_notes_do_are_left_out(note: str) -> None:
    receipt = received(f"{HEAD}{TWO}\n{note}\n")
    assert len(receipt.rows) == 2
    assert set(codes(receipt)) == {"note-row-left-out"}


@pytest.mark.parametrize(
    "rows",
    [
        "\n3;;;\n4;;;\n",  # numbered beforehand, to be filled
        ";Ліцей;;\n",  # lacks its values and stands with the others
        "Джерельна;;;\n",  # begins like «Джерело»
        "\n3;Ліцей;немає;закрито\n4;Ясла;1;1\n",  # words for nothing begin no other table
    ],
)
def test_a_poor_row_of_the_table_is_no_note(rows: str) -> None:
    receipt = received(HEAD + TWO + rows)
    assert len(receipt.rows) == 2 + rows.strip().count("\n") + 1
    assert not set(codes(receipt)) & set(LEFT_OUT)


def test_where_blank_rows_stand_between_all_rows_none_stands_apart() -> None:
    receipt = received(f"{HEAD}1;Школа;1;10\n\n2;Садок;2;20\n\n;Ліцей;;\n")
    assert len(receipt.rows) == 3


def test_the_heading_of_a_section_in_a_column_of_numbers_is_left_out_and_said() -> None:
    receipt = received(f"{HEAD}Розділ 1. Школи;;;\n1;Школа;1;10\nРозділ 2. Садки;;;\n2;Садок;2;20\n")
    assert [row[0] for row in rows_of(receipt)] == ["1", "2"]
    assert [(each.code, each.row) for each in receipt.findings] == [
        ("section-row-left-out", 2),
        ("section-row-left-out", 4),
    ]


def test_a_text_alone_in_a_column_of_texts_is_a_row_like_any_other() -> None:
    declared = typed(Код="string", Назва="string", Опис="string")
    receipt = received("Код;Назва;Опис\nA;;\n01.11;Рис;поле\n01.12;Жито;поле\nB;;\n05.10;Вугілля;шахта\n", declared)
    assert len(receipt.rows) == 5
    assert codes(receipt) == []


def test_another_table_under_the_first_is_left_out_and_its_row_named() -> None:
    other = "\nТаблиця 2;;;\nкод;опис;тип;інше\nx;y;z;w\n"
    receipt = received(HEAD + TWO + other)
    assert list(receipt.text.columns) == ["№", "Назва", "Кількість", "Сума"]
    assert len(receipt.rows) == 2
    assert [(each.code, each.row, each.count) for each in receipt.findings] == [("second-table-left-out", 5, 3)]


def test_the_values_of_a_dimension_called_total_stay() -> None:
    rows = "".join(
        f"Населення;{year};{who};{count}\n" for year in (2020, 2021) for who, count in (("Жінки", 20), ("Разом", 30))
    )
    receipt = received(
        "Показник;Рік;Стать;Значення\n" + rows,
        typed(Показник="string", Рік="integer", Стать="string", Значення="integer"),
    )
    assert len(receipt.rows) == 4
    assert codes(receipt) == []
