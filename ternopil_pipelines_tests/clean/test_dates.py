from datetime import date as day

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternopil_pipelines.clean.dates import date, date_time
from ternopil_pipelines.clean.times import time
from ternopil_pipelines_tests.clean.making import texts


def first(reading) -> tuple[str | None, str | None]:
    return reading.text.to_pylist()[0], next((each.code for each in reading.noticed if each.cells[0]), None)


@pytest.mark.parametrize(
    "typed",
    [
        "2021-03-15",
        "2021-3-15",
        "2021.03.15",
        "2021/03/15",
        "15.03.2021",
        "15.3.2021",
        "15.03.2021 р.",
        "15.03.2021 року",
        "15/03/2021",
        "03/15/2021",
        "15-03-2021",
        "15 березня 2021 року",
        "«15» березня 2021 р.",
        "2021-03-15T00:00",
        "2021-03-15 00:00:00",
        "2021-03-15T00:00:00.000",
        "15.03.2021 0:00:00",
    ],
)
def test_a_date_of_one_reading_becomes_iso(typed):
    assert first(date(texts(typed))) == ("2021-03-15", None)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("03/04/2021", "date-ambiguous"),
        ("03-04-2021", "date-ambiguous"),
        ("2018-02-26, 2018-03-12", "date-two"),
        ("26.02.2018-12.03.2018", "date-two"),
        ("25-09-25", "date-short-year"),
        ("15.03.21", "date-short-year"),
        ("2009", "date-incomplete"),
        ("2009-05", "date-incomplete"),
        ("березень 2021", "date-incomplete"),
        ("2021-02-30", "date-impossible"),
        ("31.11.2021", "date-impossible"),
        ("32/13/2021", "date-impossible"),
        ("0000-01-01", "date-impossible"),
        ("2020-01-009", "date-expected"),
        ("не встановлено", "date-expected"),
    ],
)
def test_what_is_no_date_is_left_out_with_its_reason(typed, code):
    assert first(date(texts(typed))) == (None, code)


def test_an_ambiguous_date_is_named_with_both_readings():
    (noticed, *_) = date(texts("03/04/2021")).noticed
    assert noticed.words("03/04/2021") == {"first": "2021-04-03", "second": "2021-03-04"}


def test_a_column_that_shows_its_order_three_times_settles_the_rest():
    column = texts("13/01/2021", "14/01/2021", "15/01/2021", "03/04/2021")
    assert date(column).text.to_pylist()[3] == "2021-04-03"


def test_a_column_that_shows_both_orders_settles_nothing():
    column = texts("13/01/2021", "14/01/2021", "15/01/2021", "01/16/2021", "03/04/2021")
    assert date(column).text.to_pylist() == ["2021-01-13", "2021-01-14", "2021-01-15", "2021-01-16", None]


def test_a_time_of_day_is_dropped_from_a_date_with_a_word_about_it():
    assert first(date(texts("2021-03-15 14:30"))) == ("2021-03-15", "time-dropped")


def test_the_day_count_of_a_spreadsheet_is_read_and_named():
    assert first(date(texts("44270"))) == ("2021-03-15", "date-from-number")


def test_a_year_nobody_means_is_named():
    assert first(date(texts("0021-03-15"))) == ("0021-03-15", "date-unlikely")


def test_a_moment_with_its_zone_is_a_day_of_the_city_s_clock():
    assert first(date(texts("2024-05-31T21:00:00.000Z"))) == ("2024-06-01", None)
    assert first(date(texts("2024-06-01T10:00:00+03:00"))) == ("2024-06-01", "time-dropped")


@pytest.mark.parametrize("typed", ["2024-02-30T10:00Z", "9999-12-31T23:00Z", "2024-01-01T10:00+25:00"])
def test_a_moment_that_does_not_exist_is_refused_with_its_zone_too(typed):
    assert first(date(texts(typed))) == (None, "date-impossible")
    assert first(date_time(texts(typed))) == (None, "date-impossible")


@given(st.dates(min_value=day(1600, 1, 1), max_value=day(2100, 12, 31)))
def test_every_day_is_read_from_the_ways_it_is_written_in(moment):
    iso = moment.isoformat()
    for typed in (iso, moment.strftime("%d.%m.") + f"{moment.year:04d}", f"{iso}T00:00:00"):
        assert first(date(texts(typed))) == (iso, None)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("2019-05-30T10:45", "2019-05-30T10:45"),
        ("2019-05-30 10:45:00", "2019-05-30T10:45"),
        ("2019-05-30 9:05:07", "2019-05-30T09:05:07"),
        ("2019-05-30Т10:45", "2019-05-30T10:45"),
        ("30.05.2019 10:45", "2019-05-30T10:45"),
        ("2019-05-30T10:45:00Z", "2019-05-30T13:45"),
        ("2019-01-30T10:45:00+01:00", "2019-01-30T11:45"),
    ],
)
def test_a_moment_becomes_local_time_in_the_official_form(typed, canonical):
    assert first(date_time(texts(typed))) == (canonical, None)


def test_a_moment_of_the_twelve_hour_clock_is_read_by_its_half():
    assert first(date_time(texts("30.05.2019 6:30 PM"))) == ("2019-05-30T18:30", None)
    assert first(date_time(texts("5/30/2019 12:15:00 AM"))) == ("2019-05-30T00:15", None)


def test_a_moment_without_a_time_says_so():
    assert first(date_time(texts("2019-05-30"))) == ("2019-05-30T00:00", "time-absent")


def test_a_moment_at_an_hour_that_does_not_exist_is_refused():
    assert first(date_time(texts("2019-05-30 25:00"))) == (None, "date-impossible")


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("9:05", "09:05"),
        ("09:05:00", "09:05"),
        ("09:05:07", "09:05:07"),
        ("0.375", "09:00"),
        ("1900-01-01T09:34:00", "09:34"),
        ("6:30 PM", "18:30"),
        ("06:30:15 p.m.", "18:30:15"),
        ("12:05 AM", "00:05"),
        ("12:05 pm", "12:05"),
        ("6:30 дп", "06:30"),
        ("6:30 пп", "18:30"),
    ],
)
def test_a_time_is_written_one_way(typed, canonical):
    assert first(time(texts(typed))) == (canonical, None)


@pytest.mark.parametrize("typed", ["24:00", "9.05", "ранок", "10:60", "13:00 PM", "0:30 AM", "36:00:00"])
def test_what_is_no_time_is_left_out(typed):
    assert first(time(texts(typed))) == (None, "time-expected")
