from __future__ import annotations

import csv
import io

from ternopil_pipelines.catalogue.structures import structure
from ternopil_pipelines.evidence.formats import FORMATS, data_name, structure_csv, structure_name, wanted
from ternopil_pipelines_tests.evidence.making import COLUMNS, catalogue, dataset


def test_geojson_is_made_only_where_there_are_coordinates() -> None:
    assert [each.code for each in wanted(dataset(), COLUMNS)] == ["CSV", "JSON", "XLSX", "GeoJSON"]
    assert [each.code for each in wanted(dataset(), COLUMNS[:7])] == ["CSV", "JSON", "XLSX"]


def test_csv_is_always_made() -> None:
    assert [each.code for each in wanted(dataset(catalogue(formats=["JSON"])), COLUMNS)] == ["CSV", "JSON"]


def test_names_of_files_survive_the_portals_munging_and_never_meet() -> None:
    tables = ["stops", "stops-structure", "a-b", "a--b", "a-b-", "x" * 90, "x" * 91]
    names = [data_name(table, FORMATS["CSV"]) for table in tables] + [structure_name(table) for table in tables]
    assert len(set(names)) == len(names)
    assert all("--" not in name and len(name) <= 100 and name.isascii() for name in names)
    assert names[0] == "stops.csv"


def test_the_structure_file_has_a_line_a_column() -> None:
    columns = structure("27/stops").columns
    rows = list(csv.DictReader(io.StringIO(structure_csv(columns).decode(), newline="")))
    assert list(rows[0]) == ["name", "title", "description", "datatype", "required"]
    assert [row["name"] for row in rows] == [column.name for column in columns]
    assert {row["required"] for row in rows} <= {"true", "false"}
    assert all(row["title"] and row["description"] for row in rows)
