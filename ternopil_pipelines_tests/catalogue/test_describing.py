from __future__ import annotations

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.describing import TYPE_RULES, VALUE_RULES, describe
from ternopil_pipelines.catalogue.structures import structure, structure_names


def test_the_stewards_own_description_wins() -> None:
    assert describe(Column(name="cost", type="decimal", description="Вартість робіт.")) == "Вартість робіт."


def test_a_description_is_composed_of_label_rule_and_allowed_values() -> None:
    column = Column(
        name="state",
        type="string",
        label="Стан",
        allowed=("діє", "не діє"),
        required=True,
        official=True,
        null_word=True,
    )
    assert describe(column) == (
        "Стан. Текст. Допустимі значення: діє, не діє. Якщо значення відсутнє, зазначається null."
    )
    assert describe(Column(name="n", type="integer", minimum=1, maximum=10)) == "Ціле число. Від 1 до 10."


def test_a_label_that_the_rule_repeats_is_said_once() -> None:
    column = Column(name="CATUTTC", type="string", label="Код КАТОТТГ", rule="katottg", required=True, official=True)
    assert describe(column) == "Код КАТОТТГ: UA і 17 цифр."


def test_every_rule_of_the_official_structures_has_ukrainian_words() -> None:
    columns = [column for name in structure_names() for column in structure(name).columns]
    assert {column.rule for column in columns if column.rule} <= set(VALUE_RULES)
    assert {column.type for column in columns} <= set(TYPE_RULES)
    assert all(describe(column).endswith(".") for column in columns)
