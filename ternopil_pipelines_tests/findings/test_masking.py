import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.masking import LONGEST, mask

PERSONAL = (
    "3012345678",
    "3012345678.0",
    "19900101-12345",
    "АВ123456",
    "АВ 123456",
    "AB №123456",
    "паспорт 123456789",
    "0671234567",
    "+380671234567",
    "380671234567",
    "+38 (067) 123-45-67",
    "067 123 45 67",
    "(0352) 52-12-12".replace("52-12-12", "52-12-13"),
    "8 067 123-45-67",
    "ivan.koval@example.com",
    "UA213223130000026007233566001",
    "UA21 3223 1300 0002 6007 2335 6600 1",
    "UА213223130000026007233566001",
)


@pytest.mark.parametrize("value", PERSONAL)
@pytest.mark.parametrize("around", ["{}", "тел. {}", "ІПН:{}.", "({}), вул. Руська", "{};{}", "Коваль І. І., {},"])
def test_an_identifier_keeps_its_last_two_characters_wherever_it_stands(value, around):
    shown = mask(around.format(value, value))
    assert value not in shown
    assert sum(letter.isdigit() for letter in shown) <= 2 * around.count("{}") + 2
    assert "•" in shown


@pytest.mark.parametrize(
    "value",
    [
        "03072170",
        "38211887",
        "46001",
        "2021-03-15",
        "2021-03-15T10:45",
        "49.5608862929",
        "25.602711425.61749935150147",
        "6110100000:01:001:0001",
        "UA61040490010069060",
        "UA-2020-11-01-004785-a",
        "1 250 000,50",
        "999962",
        "від 100000 до 150000 грн",
        "вул. Руська, 12",
        "Пн-Пт 09:00-17:00",
        "II кв. 2024 року",
        "площа 45,5 кв. м",
        "12.03.2024 р.",
    ],
)
def test_what_is_nobodys_is_shown_whole(value):
    assert mask(value) == value


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("Стець-Мельник Олена Іванівна", "на"),
        ("Коваль І.П.", "П."),
        ("І. П. Коваль-Дзюба", "ба"),
        ("14.07.1963 р. н.", "."),
        ("ВО 1234 АА", "АА"),
        ("вул. Руська, 5, кв. 219", "19"),
    ],
)
def test_a_person_in_words_is_hidden_whole_where_nobody_has_judged_the_column_yet(value, left):
    assert mask(value).lstrip("•").endswith(left)
    assert len(mask(value).replace("•", "")) <= 3


@given(st.text(min_size=1, max_size=300))
def test_a_personal_column_shows_two_characters_at_most(value):
    shown = mask(value, personal=True)
    assert len(shown.replace("•", "").replace("…", "")) <= 2
    assert len(shown) <= LONGEST


@given(
    st.from_regex(r"[1-3][0-9]{9}", fullmatch=True),
    st.text("абв, .:;()", max_size=10),
    st.text("абв, ;()", max_size=10),
)
def test_ten_digits_never_survive_among_words(number, before, after):
    assert number[:8] not in mask(before + number + after)


def test_a_finding_is_made_with_its_value_masked_in_every_word():
    made = finding("phone-malformed", column="telephone", value="067 123 45 67")
    assert "123" not in str(made)
