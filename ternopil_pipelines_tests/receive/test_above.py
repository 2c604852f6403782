"""What stands above the header and is not taken: told where it was data or says what the numbers mean."""

from __future__ import annotations

import pytest

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines_tests.receive.making import rows_of

TABLE = Table.model_validate(
    {
        "id": "t",
        "columns": (
            {"name": "code", "type": "string", "label": "Код"},
            {"name": "title", "type": "string", "label": "Назва"},
            {"name": "sum", "type": "decimal", "label": "Сума"},
            {"name": "date", "type": "date", "label": "Дата"},
        ),
        "source": {"kind": "folder"},
    }
)
HEAD = "Код;Назва;Сума;Дата\n"


def received(text: str, table: Table = TABLE) -> Receipt:
    return receive_bytes(text.encode(), "a.csv", table)


def told(receipt: Receipt) -> list[tuple[str, str, int | None, int]]:
    return [(each.code, str(each.severity), each.row, each.count) for each in receipt.findings]


def test_rows_under_an_earlier_header_are_not_lost_unsaid() -> None:
    receipt = received(f"Код;Назва;Сума;\n1;Альфа;10;\n2;Бета;20;\n{HEAD}4;Дельта;40;01.02.2024\n")
    assert [row[0] for row in rows_of(receipt)] == ["4"]
    assert told(receipt) == [("rows-above-header", "error", 2, 2)]


def test_rows_above_the_only_header_are_told_where_they_hold_values() -> None:
    receipt = received(f"Звіт за рік;;;\n1;Альфа;10;01.01.2024\n\n{HEAD}4;Дельта;40;01.02.2024\n")
    assert told(receipt) == [("rows-above-header", "warning", 2, 1)]


def test_titles_stamps_codes_of_a_form_and_column_numbers_are_passed_over() -> None:
    above = "Додаток 1 до рішення;;;\nФорма;19;;\nСтаном на 01.01.2024;;;\n;;Разом;\n1;2;3;4\n"
    receipt = received(f"{above}{HEAD}4;Дельта;40;01.02.2024\n")
    assert (len(receipt.rows), told(receipt)) == (1, [])


def test_parameters_of_a_report_and_half_a_header_are_no_rows() -> None:
    for above in ("Код;2024;Назва;5\nСформовано;01.06.2024;користувач;адмін\n", "Код;Назва;;\nтекст;текст;;\n\n"):
        receipt = received(f"{above}{HEAD}4;Дельта;40;01.02.2024\n")
        assert (len(receipt.rows), told(receipt)) == (1, []), above


@pytest.mark.parametrize(
    "title",
    ["(тис. грн)", "у тис. грн", "тис.грн.", "Видатки бюджету на 2024 рік (тис. грн)", "Обсяг, млн м", "млрд гривень"],
)
def test_units_are_known_alone_and_behind_a_title(title: str) -> None:
    receipt = received(f"{title};;;\n{HEAD}4;Дельта;40;01.02.2024\n")
    assert [(each.code, each.value) for each in receipt.findings] == [("units-above-header", title)]


@pytest.mark.parametrize(
    "title", ["Тисменицька громада", "Тисячоліття Тернополя", "Тисовець, Тисмениця", "5 тис. осіб на площі"]
)
def test_what_begins_like_thousands_is_no_unit(title: str) -> None:
    assert told(received(f"{title};;;\n{HEAD}4;Дельта;40;01.02.2024\n")) == []


def test_units_above_the_table_are_told_because_the_numbers_need_them() -> None:
    receipt = received(f"Бюджет громади;;;\n;;;(тис. грн)\n{HEAD}4;Дельта;40;01.02.2024\n")
    assert [(each.code, each.value) for each in receipt.findings] == [("units-above-header", "(тис. грн)")]


def test_a_declared_header_is_taken_at_its_word() -> None:
    table = TABLE.model_copy(update={"source": TABLE.source.model_copy(update={"header": 3})})
    receipt = received(f"Код;Назва;Сума;\n1;Альфа;10;\n{HEAD}4;Дельта;40;01.02.2024\n", table)
    assert (len(receipt.rows), told(receipt)) == (1, [])
