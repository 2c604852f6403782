from dataclasses import replace
from datetime import date as day

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ternopil_pipelines.catalogue.columns import Column, Personal
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.findings.finding import Severity
from ternopil_pipelines_tests.clean.making import cleaned, codes, receipt, table

UID = Column(name="uid", type="string", key=True)
NAME = Column(name="name", type="string", label="Назва", required=True)
COST = Column(name="cost", type="decimal", label="Вартість")
DAY = Column(name="day", type="date")
STATUS = Column(name="status", type="string", allowed=("Чинний", "Скасований"))


def values(found, name):
    return [None if pd.isna(value) else value for value in found.text[name]]


def test_columns_come_in_declared_order_and_rows_in_received_order():
    found = cleaned({"name": ["б", "а"], "uid": ["2", "1"]}, UID, NAME)
    assert list(found.text.columns) == ["uid", "name"]
    assert values(found, "uid") == ["2", "1"]
    assert found.findings == ()
    assert found.places == {"uid": 1, "name": 0}


def test_outer_blanks_go_and_inner_text_stays():
    found = cleaned({"uid": ["\ufeff1"], "name": [" \u00a0КП «Дім»  №  1\t\u200b\n"]}, UID, NAME)
    assert values(found, "name") == ["КП «Дім»  №  1"]


def test_words_for_an_absent_value_become_missing_whatever_their_case():
    rows = {"uid": list("1234"), "cost": ["null", " NULL ", "", "н/д"]}
    assert values(cleaned(rows, UID, COST, nulls=["null", "н/д"]), "cost") == [None] * 4


def test_a_cell_that_cannot_be_typed_is_missing_and_named_with_its_cell():
    found = cleaned({"uid": ["1", "2"], "cost": ["10", "багато"]}, UID, COST)
    assert values(found, "cost") == ["10", None]
    (finding,) = [each for each in found.findings if each.severity is Severity.ERROR]
    assert (finding.code, finding.cell, finding.row, finding.column) == ("number-expected", "B3", 3, "cost")
    assert (finding.sheet, finding.value, finding.count) == ("Аркуш1", "багато", 1)
    assert found.broken == (1,)
    assert found.refused


def test_a_text_file_names_lines_and_no_cells():
    columns = (UID, COST)
    found = clean(receipt({"uid": ["1"], "cost": ["x"]}, workbook=False, first=7), table(columns), columns)
    assert (found.findings[0].cell, found.findings[0].row, found.findings[0].sheet) == (None, 7, None)


def test_what_receiving_noticed_comes_first():
    columns = (UID, COST)
    earlier = cleaned({"uid": ["1"], "cost": ["x"]}, UID, COST).findings
    found = clean(replace(receipt({"uid": ["1"], "cost": ["y"]}), findings=earlier), table(columns), columns)
    assert found.findings[0] is earlier[0]


def test_a_repeated_key_is_named_with_the_row_of_the_first():
    found = cleaned({"uid": ["1", "2", "1", "1"], "name": list("абвг")}, UID, NAME)
    assert [(each.code, each.row) for each in found.findings] == [("key-repeated", 4), ("key-repeated", 5)]
    assert all("рядку 2" in each.message for each in found.findings)


def test_a_key_of_several_columns_repeats_only_as_a_whole():
    part = Column(name="part", type="integer", key=True)
    found = cleaned({"uid": ["1", "1", "1"], "part": ["1", "2", "1"]}, UID, part)
    assert [(each.code, each.row, each.value) for each in found.findings] == [("key-repeated", 4, "1, 1")]


def test_a_unique_column_names_its_repetitions():
    found = cleaned({"uid": ["1", "2"], "code": ["x", "x"]}, UID, Column(name="code", type="string", unique=True))
    assert codes(found) == ["value-repeated"]


def test_an_empty_required_cell_is_an_error_and_null_is_none_where_the_structure_lets_it_stand():
    rows = {"uid": ["1", "2"], "name": ["", "null"]}
    assert codes(cleaned(rows, UID, NAME), "name") == ["value-missing"] * 2
    lenient = NAME.model_copy(update={"official": True, "null_word": True})
    assert "value-missing" not in codes(cleaned(rows, UID, lenient))


def test_an_empty_key_is_missing_and_not_repeated():
    assert codes(cleaned({"uid": [None, None], "name": ["а", "б"]}, UID, NAME)) == ["value-missing"] * 2


def test_an_allowed_value_in_another_spelling_is_refused_with_the_right_one():
    found = cleaned({"uid": list("1234"), "status": ["Чинний", "чинний", "Чиннuй", "Інший"]}, UID, STATUS)
    assert codes(found) == ["value-not-allowed"] * 3
    assert "Мало бути «Чинний»" in found.findings[0].message
    assert "Мало бути" not in found.findings[2].message
    assert "«Чинний», «Скасований»" in found.findings[2].expected


def test_ranges_and_patterns_are_kept():
    year = Column(name="year", type="integer", minimum=1990, maximum=2030)
    since = Column(name="since", type="date", minimum="2000-01-01")
    plate = Column(name="plate", type="string", pattern=r"(?!АА)[А-Я]{2}\d{4}")
    rows = {
        "uid": list("12"),
        "year": ["1989", "2031"],
        "since": ["1999-12-31", "2000-01-01"],
        "plate": ["ВО1234", "АА1234"],
    }
    found = cleaned(rows, UID, year, since, plate)
    assert codes(found) == ["below-minimum", "above-maximum", "below-minimum", "pattern-broken"]
    assert "1990" in found.findings[0].expected


def test_one_cell_has_one_finding_the_gravest_first():
    code = Column(name="code", type="string", rule="edrpou", official=True, allowed=("21432643",))
    found = cleaned({"uid": ["1"], "code": ["3072170"]}, UID, code)
    assert codes(found) == ["value-not-allowed"]


def test_a_column_wrong_throughout_is_named_a_thousand_times_and_then_counted():
    many = 2_500
    found = cleaned({"uid": [str(n) for n in range(many)], "cost": ["x"] * many}, UID, COST)
    assert len(found.findings) == 1_001
    assert sum(each.count for each in found.findings) == many
    assert (found.findings[-1].cell, found.findings[-1].row, found.findings[-1].count) == (None, None, 1_500)
    assert len(found.broken) == many


def test_values_of_a_personal_column_are_masked_everywhere():
    name = Column(
        name="name", type="string", allowed=("Коваль",), personal=Personal(ground="закон", approver="керівник")
    )
    found = cleaned({"uid": ["1"], "name": ["Шевченко"]}, UID, name)
    assert "Шевченко" not in str(found.findings)
    assert found.findings[0].value == "••••••ко"


def test_a_phone_is_masked_in_value_message_and_advice():
    found = cleaned({"uid": ["1"], "telephone": ["067 123-45-67"]}, UID, Column(name="telephone", type="string"))
    assert codes(found) == ["phone-malformed"]
    assert "123" not in str(found.findings)


def test_a_code_kept_as_a_fraction_is_mended_and_told():
    code = Column(name="code", type="string", rule="edrpou", official=True)
    found = cleaned({"uid": ["1", "2"], "code": ["38211887.0", "38211887"]}, UID, code)
    assert values(found, "code") == ["38211887", "38211887"]
    assert codes(found) == ["code-from-number"]


def test_a_version_is_no_code_kept_as_a_fraction():
    found = cleaned({"uid": ["1", "2"], "version": ["2.0", "2.1"]}, UID, Column(name="version", type="string"))
    assert values(found, "version") == ["2.0", "2.1"]


def test_a_lost_zero_is_named_and_never_put_back():
    code = Column(name="code", type="string", rule="edrpou", official=True)
    found = cleaned({"uid": ["1"], "code": ["3072170"]}, UID, code)
    assert values(found, "code") == ["3072170"]
    assert "03072170" in found.findings[0].expected
    assert found.findings[0].severity is Severity.WARNING


def test_a_table_without_rows_is_refused():
    assert codes(cleaned({"uid": [], "name": []}, UID, NAME)) == ["table-empty"]


def test_a_missing_column_is_told_once_and_not_by_cell():
    found = cleaned({"uid": ["1", "2"]}, UID, NAME)
    assert codes(found) == ["column-missing"]
    assert values(found, "name") == [None, None]


def test_rows_met_twice_are_told_where_no_key_is_declared():
    found = cleaned({"name": ["а", "б", "а"]}, NAME.model_copy(update={"unique": False}))
    assert codes(found) == ["rows-repeated"]
    assert "рядки 4" in found.findings[0].message


def test_rows_whose_cells_failed_are_not_told_to_be_equal():
    columns = (COST, COST.model_copy(update={"name": "share"}))
    found = cleaned({"cost": ["10 %", "20 %", "30 %"], "share": ["5 шт", "6 шт", "7 шт"]}, *columns)
    assert set(codes(found)) == {"number-with-unit"}
    sound_after_failed = cleaned({"cost": ["1", "1", "1"], "share": ["10 %", None, None]}, *columns)
    assert [each.count for each in sound_after_failed.findings if each.code == "rows-repeated"] == [1]


def test_one_s_own_words_for_a_gender_stay_words():
    assert codes(cleaned({"gender": ["Жіноча", "чоловіча"]}, Column(name="gender", type="string"))) == []


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (["19,582", "2,705", "472"], ["commas-before-threes"]),
        (["19,582", "2,705", "0,472"], []),
        (["19,582", "2,705", "47200"], []),
        (["19,582", "2,7", "472"], []),
        (["19,582", "47", "472"], []),
    ],
)
def test_commas_of_a_text_that_may_part_thousands_are_told(numbers, told):
    workbook = receipt({"cost": numbers})
    text = replace(workbook, origin=replace(workbook.origin, typed=True))
    assert codes(clean(text, table((COST,)), (COST,))) == told
    assert codes(clean(workbook, table((COST,)), (COST,))) == []


def test_broken_rows_are_set_aside_where_the_table_says_so():
    rows = {"uid": [str(n) for n in range(40)], "cost": ["x", *["1"] * 39]}
    kept = cleaned(rows, UID, COST, on_error="quarantine")
    assert len(kept.text) == 39
    assert not kept.refused
    assert codes(kept)[0] == "rows-set-aside"
    assert cleaned({**rows, "cost": ["x"] * 3 + ["1"] * 37}, UID, COST, on_error="quarantine").refused
    assert cleaned({"cost": rows["cost"]}, UID, COST, on_error="quarantine").refused


GOOD = st.fixed_dictionaries(
    {
        "name": st.text("абвгґдеєж", min_size=1, max_size=8),
        "cost": st.decimals(min_value=1, max_value=10**9, places=2).map(str),
        "day": st.dates(min_value=day(1900, 1, 1), max_value=day(2100, 12, 31)).map(str),
        "status": st.sampled_from(STATUS.allowed),
    }
)
BAD = {"name": "null", "cost": "12 або 13", "day": "31.02.2020", "status": "Невідомий"}
COLUMNS = (UID, NAME, COST, DAY, STATUS)


def rows_of(records):
    rows = {name: [record[name] for record in records] for name in ("name", "cost", "day", "status")}
    return {"uid": [f"u{number}" for number in range(len(records))], **rows}


def errors(found):
    return {(each.row, each.column) for each in found.findings if each.severity is Severity.ERROR}


@settings(max_examples=40, deadline=None)
@given(st.lists(GOOD, min_size=1, max_size=30))
def test_a_valid_table_has_no_errors_and_comes_out_as_it_went_in(records):
    rows = rows_of(records)
    found = cleaned(rows, *COLUMNS)
    assert errors(found) == set()
    assert {name: values(found, name) for name in rows} == rows


@settings(max_examples=40, deadline=None)
@given(st.lists(GOOD, min_size=1, max_size=30), st.data())
def test_each_broken_cell_is_named_exactly(records, data):
    rows = rows_of(records)
    cells = data.draw(st.sets(st.tuples(st.integers(0, len(records) - 1), st.sampled_from(sorted(BAD)))))
    for position, name in cells:
        rows[name][position] = BAD[name]
    found = cleaned(rows, *COLUMNS)
    assert errors(found) == {(position + 2, name) for position, name in cells}
    assert set(found.broken) == {position for position, _ in cells}


@pytest.mark.parametrize("kind", ["string", "integer", "decimal", "boolean", "date", "dateTime", "time", "anyURL"])
@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), min_size=1, max_size=6))
def test_no_text_makes_cleaning_raise(kind, cells):
    found = cleaned({"x": cells}, Column(name="x", type=kind, required=True))
    assert len(found.text) == len(cells)
