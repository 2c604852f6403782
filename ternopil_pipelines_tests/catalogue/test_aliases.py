"""Older official names and Ukrainian labels: what each structure knows itself by, resolved by the cleaning's header."""

from __future__ import annotations

from collections import Counter

import pytest

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.structures import structure, structure_names
from ternopil_pipelines.clean.header import resolve


def found(columns: tuple[Column, ...], header: str) -> dict[str, int]:
    return resolve([header], columns, {}).found


@pytest.mark.parametrize("name", structure_names())
def test_every_alias_means_its_own_column_and_no_other(name: str) -> None:
    columns = structure(name).columns
    for column in columns:
        for alias in column.aliases:
            assert found(columns, alias) == {column.name: 0}, (column.name, alias)


@pytest.mark.parametrize("name", structure_names())
def test_labels_serve_as_headers_and_a_label_of_two_columns_is_never_guessed(name: str) -> None:
    columns = structure(name).columns
    labels = Counter((column.label or "").strip().lower() for column in columns)
    header = resolve([column.label or "" for column in columns], columns, {})
    for place, column in enumerate(columns):
        if labels[(column.label or "").strip().lower()] == 1:
            assert header.found.get(column.name) == place, column.name
        elif column.name in header.found:
            assert header.found[column.name] == place, column.name


@pytest.mark.parametrize(
    ("name", "header", "column"),
    [
        ("27/stops", "identifier", "uid"),
        ("27/stops", "stopId", "uid"),
        ("27/stops", "atuCode", "CATUTTC"),
        ("27/stops", "adminUnitL1", "addressAdminUnitL1"),
        ("27/stops", "latitude", "lat"),
        ("27/stops", "addressRegion", "addressAdminUnitL2"),
        ("43/addresses", "addressAdminUnitL1", "adminUnitL1"),
        ("36/parkingLots", "parkingId", "uid"),
        ("67/homelessAnimals", "captureAtuCode", "captureCATUTTC"),
        ("26/vehicles", "uid ", "uid"),
        ("10/regulatoryList", "legalActІd", "legalActId"),
        ("29/voteEvents", "votingAgainst\n", "votingAgainst"),
    ],
)
def test_an_older_name_is_taken_for_the_column_and_the_steward_is_told(name: str, header: str, column: str) -> None:
    columns = structure(name).columns
    assert found(columns, header) == {column: 0}
    told = [each.column for each in resolve([header], columns, {}).findings if each.code == "column-renamed"]
    assert told == ([] if header.strip() == column else [column])


def test_a_file_may_hold_both_the_official_key_and_a_number_of_its_own() -> None:
    header = resolve(["id", "uid"], structure("27/stops").columns, {})
    assert header.found["uid"] == 1
    assert "column-twice" not in {each.code for each in header.findings}
