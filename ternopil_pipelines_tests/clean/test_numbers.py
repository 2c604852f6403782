from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternopil_pipelines.clean.numbers import decimal, integer
from ternopil_pipelines_tests.clean.making import texts

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12)


def read(text: str) -> str | None:
    return decimal(texts(text)).text.to_pylist()[0]


def why(text: str, reader=decimal) -> str | None:
    return next((each.code for each in reader(texts(text)).noticed if each.cells.any()), None)


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("583420", "583420"),
        ("1250.10", "1250.10"),
        ("4 450,90", "4450.90"),
        ("4\u00a0450,90", "4450.90"),
        ("1\u202f234\u202f567", "1234567"),
        ("1'234'567.5", "1234567.5"),
        ("1,234,567.50", "1234567.50"),
        ("1.234.567,50", "1234567.50"),
        ("103,8", "103.8"),
        ("-5", "-5"),
        ("−5,5", "-5.5"),
        ("- 5", "-5"),
        ("+5", "5"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("5.", "5"),
        ("007.50", "7.50"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("1.5E+05", "150000"),
        ("1,25e-3", "0.00125"),
        ("0", "0"),
        ("0.0", "0.0"),
    ],
)
def test_a_number_is_written_one_way_with_the_digits_given(given_text, canonical):
    assert read(given_text) == canonical
    assert why(given_text) is None


@pytest.mark.parametrize(
    ("given_text", "code"),
    [
        ("25.602711425.61749935150147", "number-glued"),
        ("49.55; 25.60", "number-glued"),
        ("49,5566 25,6029", "number-glued"),
        ("5000 кг", "number-with-unit"),
        ("12 %", "number-with-unit"),
        ("100 грн.", "number-with-unit"),
        ("12 34", "number-expected"),
        ("5-10", "number-expected"),
        ("немає", "number-expected"),
        ("NaN", "number-expected"),
        ("Infinity", "number-expected"),
        ("1e999", "number-expected"),
        ("1О5", "number-expected"),
        ("٣", "number-expected"),
    ],
)
def test_what_is_no_number_is_left_out_with_its_reason(given_text, code):
    assert read(given_text) is None
    assert why(given_text) == code


@given(NUMBERS)
def test_the_canonical_text_is_the_same_number_however_it_was_typed(number):
    plain = format(number, "f")
    whole, _, fraction = plain.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", " ")
    for typed in (plain, plain.replace(".", ","), f"{sign}{grouped},{fraction}", f"{number:E}"):
        assert Decimal(str(read(typed))) == number
    assert read(plain) in {plain, plain.lstrip("-")}


@given(NUMBERS)
def test_reading_a_canonical_number_again_changes_nothing(number):
    once = read(format(number, "f"))
    assert read(str(once)) == once


def test_a_lone_comma_is_ambiguous_where_the_column_shows_commas_for_thousands():
    reading = decimal(texts("1,234,567.50", "1,234", "12,5"))
    assert reading.text.to_pylist() == ["1234567.50", None, "12.5"]
    (noticed,) = [each for each in reading.noticed if each.code == "number-ambiguous"]
    assert noticed.cells.tolist() == [False, True, False]
    assert noticed.words("1,234") == {"first": "1234", "second": "1.234"}


@pytest.mark.parametrize("beside", ["1.234,50", "1.234.567", "0,29"])
def test_a_dot_before_three_digits_is_ambiguous_where_people_typed_dots_for_thousands(beside):
    reading = decimal(texts(beside, "2.472"), typed=True)
    assert reading.text.to_pylist()[1] is None
    (noticed,) = [each for each in reading.noticed if each.code == "number-ambiguous"]
    assert noticed.cells.tolist() == [False, True]
    assert noticed.words("2.472") == {"first": "2472", "second": "2.472"}
    signed = decimal(texts(beside, "2.472", "−5.100", "+2.472"), typed=True)
    assert signed.text.to_pylist()[1:] == [None] * 3


def test_a_dot_before_three_digits_is_a_fraction_where_others_are_or_a_program_wrote_it():
    assert decimal(texts("0,29", "2.472", "1.5"), typed=True).text.to_pylist() == ["0.29", "2.472", "1.5"]
    assert decimal(texts("0,29", "2.472")).text.to_pylist() == ["0.29", "2.472"]
    assert decimal(texts("49,55", "25.602"), typed=True, coordinate=True).text.to_pylist() == ["49.55", "25.602"]


def test_thousands_in_a_column_of_whole_numbers_are_asked_about_and_printed_zeros_are_not():
    reading = integer(texts("19,582", "12,000", "7"))
    assert reading.text.to_pylist() == [None, None, "7"]
    assert [(each.code, each.cells.tolist()) for each in reading.noticed if each.cells.any()] == [
        ("integer-ambiguous", [True, True, False])
    ]
    assert integer(texts("12,000", "7,000")).text.to_pylist() == ["12", "7"]


def test_money_behind_its_sign_is_a_number_with_a_unit():
    assert (why("$19,582.50"), why("₴ 12,5")) == ("number-with-unit", "number-with-unit")


def test_dots_in_threes_are_no_thousands_in_a_coordinate():
    assert decimal(texts("49.556.603"), coordinate=True).text.to_pylist() == [None]
    assert decimal(texts("49.556.603")).text.to_pylist() == ["49556603"]


@pytest.mark.parametrize(
    ("given_text", "canonical"), [("12.0", "12"), ("12,00", "12"), ("1 200", "1200"), ("-0.0", "0")]
)
def test_a_whole_number_may_come_with_an_empty_fraction(given_text, canonical):
    assert integer(texts(given_text)).text.to_pylist() == [canonical]


def test_a_fraction_is_no_integer():
    assert integer(texts("12.5")).text.to_pylist() == [None]
    assert why("12.5", integer) == "integer-expected"


def test_an_integer_no_database_can_hold_is_refused():
    assert why("1" * 19, integer) == "number-too-long"


def test_a_missing_number_stays_missing_without_a_word():
    reading = decimal(texts(None, "1,5", None))
    assert reading.text.to_pylist() == [None, "1.5", None]
    assert not any(each.cells.any() for each in reading.noticed)
