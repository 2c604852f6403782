import pytest

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines_tests.clean.making import cleaned, codes

UID = Column(name="uid", type="string", key=True)


def found(name, values, kind="string", **words):
    rows = {"uid": [f"u{number}" for number in range(len(values))], name: values}
    return cleaned(rows, UID, Column(name=name, type=kind, **words))


@pytest.mark.parametrize("kind", ["string", "decimal", "date"])
@pytest.mark.parametrize("sign", ["#REF!", "#N/A", "#ДЕЛ/0!", "########"])
def test_an_error_of_a_formula_is_no_value_in_any_column(kind, sign):
    outcome = found("x", [sign], kind)
    assert codes(outcome, "x")[0] == "formula-error"
    assert outcome.text["x"].isna().all()
    assert outcome.refused


def test_a_number_sign_alone_is_text():
    assert found("x", ["#1", "#хештег"]).findings == ()


def test_words_for_nothing_are_counted_in_text_and_refused_in_numbers():
    outcome = found("note", ["-", "н/д", "Н/Д", "текст"])
    assert codes(outcome) == ["words-for-nothing"]
    assert outcome.findings[0].count == 3
    assert codes(found("cost", ["-", "1"], "decimal")) == ["number-expected"]


def test_an_allowed_word_for_nothing_is_a_value():
    assert found("state", ["Невідомо", "Добрий"], allowed=("Невідомо", "Добрий")).findings == ()


def test_markup_of_a_web_page_is_named_and_a_lone_sign_is_not():
    assert codes(found("x", ["КП &quot;Дім&quot;", "перший<br>другий", "А & Б, 1 < 2"])) == ["markup-in-text"] * 2


def test_text_of_several_lines_is_counted():
    outcome = found("x", ["один\nдва", "три"])
    assert codes(outcome) == ["line-ends-in-text"]
    assert outcome.text["x"][0] == "один\nдва"


def test_a_year_nobody_means_is_named():
    assert codes(found("yearMade", ["1998", "20155", "98"], "integer")) == ["year-unlikely"] * 2
    assert found("quantity", ["20155"], "integer").findings == ()


def test_na_among_codes_of_its_shape_is_a_code():
    codes_of_countries = ["AG", "AL", "NA", "NE", "NG", "NI", "NL"]
    assert found("country", codes_of_countries).findings == ()
    assert codes(found("country", ["так", "ні", "NA", "NA", "можливо", "так", "ні"])) == ["words-for-nothing"]
