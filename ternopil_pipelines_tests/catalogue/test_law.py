"""Editions of the law's list: which is in force on a day, and entries that come later or end earlier."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ternopil_pipelines.catalogue.law import Edition, Requirement, editions, in_force, required_ids, requirements
from ternopil_pipelines.catalogue.loading import load_catalogue

DAY = date(2027, 1, 1)


def entry(number: int, *, begins: date | None = None, ends: date | None = None) -> Requirement:
    return Requirement("local", number, number, "Набір", (), "once a year", "in force", begins, ends)


def test_a_coming_edition_waits_for_its_day() -> None:
    known = [Edition(date(2015, 10, 21), (entry(1),)), Edition(DAY, (entry(1), entry(2)))]
    assert [each.number for each in in_force(known, date(2026, 12, 31))] == [1]
    assert [each.number for each in in_force(known, DAY)] == [1, 2]


def test_an_entry_counts_within_its_own_dates() -> None:
    known = [Edition(date(2015, 10, 21), (entry(1), entry(2, begins=DAY), entry(3, ends=date(2026, 6, 30))))]
    assert [each.number for each in in_force(known, date(2026, 6, 30))] == [1, 3]
    assert [each.number for each in in_force(known, date(2026, 7, 1))] == [1]
    assert [each.number for each in in_force(known, DAY)] == [1, 2]


def test_before_the_first_edition_the_first_one_counts() -> None:
    assert requirements(date(2000, 1, 1)) == requirements(date(2016, 1, 1))


def test_every_edition_in_the_product_loads() -> None:
    for edition in editions():
        ids = [each.id for each in edition.entries if each.id]
        assert len(ids) == len(set(ids)) and ids


def test_the_citys_catalogue_names_a_dataset_for_every_required_one() -> None:
    catalogue = load_catalogue(Path(__file__).parents[2] / "sources.yaml")
    assert required_ids() <= {each.required for each in catalogue.datasets}
    assert len(required_ids()) == 73
    sourceless = [each for each in catalogue.datasets if each.state == "no source yet"]
    assert sourceless and not any(each.tables for each in sourceless)
