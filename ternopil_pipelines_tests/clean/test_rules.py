import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.ua import edrpou

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.rules import broken_rules, edrpou_valid, lost_zeros, rule_of
from ternopil_pipelines_tests.clean.making import texts


def broken(rule: str, *values: str) -> list[str | None]:
    found: list[str | None] = [None] * len(values)
    for noticed in reversed(broken_rules(rule, texts(*values))):
        found = [noticed.code if hit else code for hit, code in zip(noticed.cells, found, strict=True)]
    return found


@given(st.lists(st.from_regex(r"[0-9]{8}", fullmatch=True), min_size=1))
def test_the_control_digit_agrees_with_the_library(numbers):
    assert edrpou_valid(texts(*numbers)).tolist() == [edrpou.is_valid(number) for number in numbers]


def test_a_code_that_lost_its_zero_is_proved_by_its_control_digit():
    assert lost_zeros(texts("3072170", "3072171", "21432643", None)).tolist() == [True, False, False, False]
    assert broken("edrpou", "3072170", "3072171", "1", "21432643") == [
        "edrpou-lost-zero",
        "edrpou-short",
        "edrpou-malformed",
        None if edrpou.is_valid("21432643") else "edrpou-check-digit",
    ]


def test_an_organisation_may_be_known_by_another_register():
    assert broken("organization-id", "GB-COH-01234567", "01234567-02", "43,892,728") == [None, None, "edrpou-malformed"]


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("katottg", "UA61040490010069060", "UА61040490010069060"),
        ("phone", "+380352521212, +380671234567", "0352 52-12-12"),
        ("email", "a.b@rada.te.ua, c@d.ua", "a.b(at)rada.te.ua"),
        ("opening-hours", "Пн-Чт 08:00-17:20, Пт 08:00-16:00", "з 8 до 17"),
        ("opening-hours", "Пн, Ср 09:00-13:00", "Наприклад: Пн 08:00-16:00"),
        ("post-code", "46001", "460011"),
        ("cadastral-number", "6110100000:01:001:0001", "6110100000:01:001:001"),
        ("currency", "UAH", "грн"),
        ("ocid", "UA-2020-11-01-004785-a", "UA-2020-11-01-004785-в"),
        ("timezone", "Europe/Kyiv", "Europe/Kiev"),
        ("gender", "1", "ж"),
        ("iban", "UA213223130000026007233566001", "UA213223130000026007233566002"),
    ],
)
def test_a_rule_passes_the_good_and_names_the_bad(rule, good, bad):
    (fine, wrong) = broken(rule, good, bad)
    assert fine is None
    assert wrong


def test_what_was_probably_meant_is_offered():
    (noticed,) = broken_rules("katottg", texts("UА61040490010069060"))
    assert "«UA61040490010069060»" in noticed.words("UА61040490010069060")["hint"]
    (noticed,) = broken_rules("post-code", texts("1001"))
    assert noticed.words("1001") == {"proposal": "01001"}


def test_a_column_of_ones_own_is_recognised_by_name_and_an_official_one_is_not():
    assert rule_of(Column(name="Latitude", type="decimal")) == "latitude"
    assert rule_of(Column(name="x", type="decimal", label="Довгота")) == "longitude"
    assert rule_of(Column(name="email", type="string", official=True)) is None
    assert rule_of(Column(name="x", type="string", rule="edrpou", official=True)) == "edrpou"
