"""The official structures and the law's list, against the reference tables where they are at hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ternopil_pipelines.catalogue.cadence import Frequency
from ternopil_pipelines.catalogue.law import requirements
from ternopil_pipelines.catalogue.structures import structure, structure_names

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT.parent / "shared" / "domain"


def test_all_109_structures_load_with_unique_columns() -> None:
    assert len(structure_names()) == 109
    for name in structure_names():
        columns = structure(name).columns
        assert columns, name
        assert len({each.name for each in columns}) == len(columns), name


def test_the_law_has_16_and_57_datasets_and_their_tables_have_structures() -> None:
    entries = requirements()
    assert sum(each.list == "all" and each.id is not None for each in entries) == 16
    assert sum(each.list == "local" and each.id is not None for each in entries) == 57
    assert {each.annex for each in entries if each.id is None} == {75, 76}
    assert {table for each in entries for table in each.tables} == set(structure_names())
    for each in entries:
        if each.frequency:
            Frequency(each.frequency)


@pytest.mark.skipif(not DOMAIN.exists(), reason="the reference tables (../shared/domain) are not here")
def test_every_official_column_is_there_with_its_type_required_flag_and_allowed_values() -> None:
    repairs = json.loads((ROOT / "ternopil_pipelines/catalogue/structures/repairs.json").read_text(encoding="utf-8"))
    changed = {(str(each["annex"]), each["table"], each["published"].split(":")[0]) for each in repairs}
    with (DOMAIN / "structures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (DOMAIN / "enumerations.csv").open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    allowed = {(row["annex"], row["table"], row["column"]): row["allowed_values"].split("|") for row in listed}
    for row in rows:
        columns = {each.name: each for each in structure(f"{row['annex']}/{row['table']}").columns}
        repaired = (row["annex"], row["table"], row["column"]) in changed
        if row["column"] not in columns:
            assert repaired, row
            continue
        column = columns[row["column"]]
        assert repaired or column.type == row["datatype"], row
        assert column.required == (row["required"] == "yes") or repaired, row
        assert column.null_word == (row["null_word"] == "yes") or repaired, row
        expected = allowed.get((row["annex"], row["table"], row["column"]))
        if column.type == "boolean" and expected == ["Так", "Ні"]:
            expected = None  # what a boolean is anyway; its cells are published as true and false
        assert list(column.allowed) == (expected or []), row
