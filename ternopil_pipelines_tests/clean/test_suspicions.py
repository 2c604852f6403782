from stdnum.ua import edrpou

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines_tests.clean.making import cleaned, codes

UID = Column(name="uid", type="string", key=True)


def found(name, values, kind="string", **words):
    rows = {"uid": [f"u{number}" for number in range(len(values))], name: values}
    return cleaned(rows, UID, Column(name=name, type=kind, **words))


def test_spellings_of_one_value_are_counted_as_they_came():
    values = (
        ["Використано"] * 8
        + ["використано", "Використано ", "використано "]
        + ["Не використано"] * 3
        + ["Невикористано"]
    )
    (finding,) = found("status", values).findings
    assert (finding.code, finding.count, finding.cell) == ("spelling-variants", 6, None)
    assert "а значень 2" in finding.message


def test_outer_blanks_alone_are_no_second_spelling():
    assert found("region", ["Львівська ", "Львівська"] * 5).findings == ()


def test_numbers_of_houses_are_no_spellings_of_each_other():
    assert found("house", ["3/4", "34"] * 5).findings == ()


def test_a_latin_letter_in_a_cyrillic_word_is_named_with_the_word():
    outcome = found("street", ["вул. Cоборна", "вул. Руська"])
    assert codes(outcome) == ["letters-mixed"]
    assert "Соборна" in outcome.findings[0].expected


def test_wrecked_letters_are_named():
    assert codes(found("street", ["вул. Р\ufffdська", "вул. ??????", "вул. Руська?"])) == ["letters-broken"] * 2


def test_apostrophes_of_several_kinds_are_counted():
    outcome = found("street", ["вул. Лук’яновича", "вул. Лук’яновича 1", "вул. Лук'яновича 2"])
    assert codes(outcome) == ["apostrophes-vary"]
    assert outcome.findings[0].count == 1


def test_a_lone_zero_among_amounts_is_named_and_many_zeros_are_not():
    amounts = [str(number) for number in range(1, 60)]
    assert codes(found("valueAmount", [*amounts, "0"], "decimal")) == ["amount-zero"]
    assert found("valueAmount", [*amounts[:30], *["0"] * 30], "decimal").findings == ()
    assert found("temperature", [*amounts, "0"], "decimal").findings == ()


def test_gaps_in_a_full_column_are_counted_with_their_rows():
    outcome = found("company", [*[f"ТОВ {number}" for number in range(9)], ""])
    assert codes(outcome) == ["values-missing"]
    assert "1 рядках з 10: рядки 11" in outcome.findings[0].message
    assert codes(found("company", ["", ""])) == ["column-empty"]
    assert found("company", ["ТОВ", "", ""]).findings == ()


def test_codes_nobody_declared_are_recognised_by_their_control_digits():
    valid = [code for code in (f"{number:08d}" for number in range(21_000_000, 21_000_200)) if edrpou.is_valid(code)]
    lost = next(code for code in (f"{number:08d}" for number in range(3_072_170, 3_072_200)) if edrpou.is_valid(code))
    outcome = found("recipientID", [*valid, lost.lstrip("0")])
    assert codes(outcome) == ["edrpou-lost-zero"]
    assert codes(found("recipientID", [*[f"{number}" for number in range(21_000_000, 21_000_050)], "3072170"])) != [
        "edrpou-lost-zero"
    ]


def test_codes_that_became_dates_or_powers_are_named():
    assert codes(found("unitId", ["12-01", "2023-01-01"])) == ["code-as-date"]
    assert codes(found("unitCode", ["123456789012", "1.23457E+11"])) == ["code-exponent"]


def test_a_date_out_of_line_in_a_text_column_is_named():
    outcome = found("orderDate", ["2018-01-11"] * 9 + ["2018-02-26, 2018-03-12"])
    assert codes(outcome) == ["date-two"]
    assert not outcome.refused


def test_ends_before_beginnings_are_named():
    start, end = Column(name="startDate", type="date"), Column(name="endDate", type="date")
    rows = {"uid": ["1", "2"], "startDate": ["2020-05-01", "2020-05-01"], "endDate": ["2020-04-01", "2020-06-01"]}
    outcome = cleaned(rows, UID, start, end)
    assert [(each.code, each.row, each.column) for each in outcome.findings] == [("dates-reversed", 2, "endDate")]
    assert "2020-05-01" in outcome.findings[0].message
