import random
from datetime import date

import pyarrow as pa
import pytest

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.gates.columns import suspicions
from ternopil_pipelines.gates.kinds import BY_NAME
from ternopil_pipelines.gates.lawful import lawful, official
from ternopil_pipelines_tests.gates.corpus import CALLED, KINDS, LOOK_ALIKES, lawful_columns, tax_number

TODAY = date(2026, 3, 1)
CELLS = 10_000 // len(KINDS) + 1
STRUCTURED = ("tax-number", "unzr", "passport", "phone", "email", "iban", "plate", "address", "birth-date")


def judged(cells: list[str], *, name: str = "c", label: str = "Значення", **column: object) -> dict[str, str]:
    declared = Column(name=name, type="string", label=label, **column)  # type: ignore[arg-type]
    return {each.kind.name: each.code for each in suspicions(declared, pa.array(cells, pa.large_string()), today=TODAY)}


def cells_of(kind: str, number: int = CELLS) -> list[str]:
    dice = random.Random(kind)
    return [KINDS[kind](dice) for _ in range(number)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_of_one_kind_is_a_persons(kind: str) -> None:
    assert judged(cells_of(kind), label=CALLED.get(kind, "Значення")).get(kind) == "personal-column"


@pytest.mark.parametrize("kind", KINDS)
def test_a_short_table_of_one_kind_is_a_persons_too(kind: str) -> None:
    assert judged(cells_of(kind, 5), label=CALLED.get(kind, "Значення")).get(kind) == "personal-column"


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "passport"])
def test_a_fifth_of_the_cells_among_others_is_enough(kind: str) -> None:
    cells = [cell for each in cells_of(kind, 50) for cell in (each, "договір", "рішення", "виконано", "немає")]
    assert judged(cells, label=CALLED.get(kind, "Значення")).get(kind) == "personal-column"


@pytest.mark.parametrize("kind", [*STRUCTURED, "name"])
def test_every_cell_is_recognised_by_itself(kind: str) -> None:
    """Recall over the corpus: at least 99 % of structured identifiers, 95 % of names."""
    cells = cells_of(kind)
    if kind in {"address", "birth-date"}:
        found = [
            bool(pa.compute.match_substring_regex(pa.array([cell]), BY_NAME[kind].candidate)[0].as_py())
            for cell in cells
        ]
    else:
        found = [any(True for _ in BY_NAME[kind].hits(cell, TODAY)) for cell in cells]
    assert sum(found) / len(cells) >= (0.95 if kind == "name" else 0.99)


@pytest.mark.bars
@pytest.mark.parametrize("kind", [*STRUCTURED, "name"])
def test_recall_at_full_size(kind: str) -> None:
    cells = cells_of(kind, 10_000)
    pattern = BY_NAME[kind].candidate
    candidates = pa.compute.match_substring_regex(pa.array(cells, pa.large_string()), pattern).to_pylist()
    found = [
        seen and any(True for _ in BY_NAME[kind].hits(cell, TODAY))
        for cell, seen in zip(cells, candidates, strict=True)
    ]
    assert sum(found) / len(cells) >= (0.95 if kind == "name" else 0.99)


def test_lawful_columns_are_not_blocked() -> None:
    dice = random.Random(835)
    columns = blocked = 0
    for _, structure, column, cells in lawful_columns(dice):
        columns += 1
        ground = lawful(structure, column)
        found = suspicions(column, pa.array(cells, pa.large_string()), today=TODAY)
        blocked += any(ground is None or not ground.covers(each.kind.name) for each in found)
    assert columns >= 300
    assert blocked / columns <= 0.01


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_look_alike_is_left_alone(name: str) -> None:
    dice = random.Random(name)
    assert judged([LOOK_ALIKES[name](dice) for _ in range(300)], name=name) == {}


def test_a_lucky_cell_among_contract_numbers_blocks_nothing() -> None:
    dice = random.Random(1)
    cells = [f"{dice.randrange(10**9, 10**10)}" for _ in range(5000)]
    assert judged(cells, name="номер договору") == {}


def test_a_third_of_taxpayers_among_other_numbers_is_shown_to_a_person() -> None:
    dice = random.Random(2)
    cells = [tax_number(dice) if at % 3 == 0 else f"{dice.randrange(10**9, 10**10)}" for at in range(300)]
    assert judged(cells)["tax-number"] == "personal-cells"


def test_one_taxpayers_number_in_a_column_is_a_remark() -> None:
    assert judged(["договір", tax_number(random.Random(3)), "рішення"]) == {"tax-number": "personal-cell"}


def test_the_words_before_a_number_make_one_enough() -> None:
    assert judged(["договір", "Заявник, РНОКПП 3012345678"]) == {"tax-number": "personal-column"}
    assert judged(["договір", "паспорт 123456789 виданий"]) == {"id-card": "personal-column"}


def test_a_sole_traders_number_in_a_column_of_body_codes_blocks_at_once() -> None:
    found = judged(["34334305", "40841314", tax_number(random.Random(4))], label="Код ЄДРПОУ", rule="edrpou")
    assert found == {"tax-number": "personal-column"}


@pytest.mark.parametrize(
    ("label", "cell"),
    [
        ("Дата народження", "1985-03-15"),
        ("РНОКПП", "3012345670"),
        ("Прізвище", "Петренко"),
        ("ПІБ заявника", "Петренко Іван"),
        ("Номер паспорта", "123456789"),
        ("Телефон", "671234567"),
        ("Квартира", "15"),
        ("familyName", "Петренко"),
        ("birth_date", "1985"),
    ],
)
def test_a_header_that_promises_a_person_is_believed(label: str, cell: str) -> None:
    assert "personal-column" in judged([cell, cell, cell], label=label, name=label if label.isascii() else "c").values()


def test_names_split_into_columns_are_found() -> None:
    assert judged(["Іванович", "Петрівна", "Юрійович", "Олексіївна"]) == {"name": "personal-column"}
    assert judged(["Ірина", "Олена", "Тарас", "Юрій"]) == {"name": "personal-column"}
    assert judged(["Петренко Іван", "Ірина Гнатюк", "Вовк Олена"]) == {"name": "personal-column"}


def test_every_official_exception_names_its_ground_and_approver() -> None:
    assert len(official()) > 90
    assert all(each.ground and each.approver and each.kinds for each in official().values())


def test_no_official_exception_covers_a_taxpayers_number() -> None:
    assert not any(each.covers("tax-number") for each in official().values())


def test_villages_that_end_like_patronymics_are_no_people() -> None:
    villages = ["Нові Ковна", "Верхні Рівні", "Нижні Рівні", "Старі Ковна", "Великі Рівні"] * 5
    assert judged(villages, name="village", label="Село") == {}
    assert judged(["Марія Янівна", "Петро Янович"] * 10) != {}, "two letters of a father's name are enough"


def test_a_coordinate_kept_as_text_is_no_phone() -> None:
    assert judged([f"050.40000{at:02}" for at in range(20)], name="lat", label="Широта") == {}
    assert judged([f"050.40{at:01}.00.1{at:01}" for at in range(10)] * 2, name="c") != {}
