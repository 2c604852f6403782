"""Columns that ask for a year and are typed as a date: both are taken, and what a spreadsheet made of it is told."""

from __future__ import annotations

import json
from importlib.resources import files

import pyarrow as pa
import pytest

from ternopil_pipelines.catalogue.structures import structure, structure_names
from ternopil_pipelines.clean.dates import date_or_year

YEARS = {
    ("26/vehicles", "year"),
    ("40/equipment", "yearMade"),
    ("66/landfill", "startYear"),
    ("74/systems", "year"),
    ("74/systems", "modernisationalYear"),
    ("74/systems", "overhaulYear"),
}


@pytest.mark.parametrize(
    ("given", "read", "code"),
    [
        ("2009", "2009-01-01", None),
        ("2009 р.", "2009-01-01", None),
        ("2009.0", "2009-01-01", None),
        ("2009-05-17", "2009-05-17", None),
        ("17.05.2009", "2009-05-17", None),
        ("09", None, "date-expected"),
        ("торік", None, "date-expected"),
        ("12009", None, "date-expected"),
        ("1905-07-02", "1905-07-02", "year-counted-as-days"),
        ("1905-01-15", "1905-01-15", None),
    ],
)
def test_a_year_alone_is_its_first_day_and_a_date_stays(given: str, read: str | None, code: str | None) -> None:
    reading = date_or_year(pa.array([given], pa.large_string()))
    assert reading.text[0].as_py() == read
    assert [each.code for each in reading.noticed if each.cells.any()][:1] == ([code] if code else [])


def test_the_year_that_was_typed_is_reckoned_back_from_the_day_of_1905() -> None:
    (noticed,) = date_or_year(pa.array(["1905-07-02"], pa.large_string())).noticed
    assert noticed.words is not None and noticed.words("02.07.1905") == {"year": "2010"}


def test_every_date_column_whose_label_asks_for_a_year_takes_one_and_stands_among_the_repairs() -> None:
    asking = {
        (name, column.name)
        for name in structure_names()
        for column in structure(name).columns
        if column.type == "date" and (column.label or "").lower().startswith("рік")
    }
    ruled = {
        (name, column.name) for name in structure_names() for column in structure(name).columns if column.rule == "year"
    }
    text = files("ternopil_pipelines.catalogue").joinpath("structures", "repairs.json").read_text(encoding="utf-8")
    repaired = {
        (f"{each['annex']}/{each['table']}", each["published"].split(":")[0])
        for each in json.loads(text)
        if each["kind"] == "year"
    }
    assert asking == ruled == repaired == YEARS
