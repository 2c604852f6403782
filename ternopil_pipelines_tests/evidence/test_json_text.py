from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.json_text import coordinates, write_geojson, write_json
from ternopil_pipelines_tests.evidence.making import COLUMNS, ROWS, cleaned, many


def _json(table: Cleaned) -> Any:
    out = io.BytesIO()
    write_json(table, out)
    return json.loads(out.getvalue(), parse_float=Decimal)


def _geojson(table: Cleaned) -> Any:
    out = io.BytesIO()
    write_geojson(table, out)
    return json.loads(out.getvalue(), parse_float=Decimal)


def test_numbers_keep_their_very_digits_and_absent_values_are_null() -> None:
    rows = _json(cleaned())
    assert str(rows[0]["cost"]) == "1250.10"
    assert str(rows[3]["cost"]) == "12345678901234567890.123"
    assert (rows[0]["id"], rows[0]["active"], rows[0]["code"]) == (1, True, "00034334")
    assert (rows[1]["cost"], rows[1]["code"], rows[2]["active"]) == (None, None, None)


def test_any_text_survives() -> None:
    table = cleaned((("1", "".join(map(chr, range(0x20))) + '"\\/\u2028😀ї'),), COLUMNS[:2])
    assert _json(table)[0]["name"] == table.text["name"][0]
    assert [row["name"] for row in _json(cleaned())] == [row[1] for row in ROWS]


def test_a_text_among_numbers_stays_a_text_and_the_file_valid() -> None:
    table = cleaned((("007", "a"), ("x", "b")), COLUMNS[:2])
    assert [row["id"] for row in _json(table)] == ["007", "x"]


def test_no_rows_are_an_empty_list_and_many_rows_keep_their_order() -> None:
    assert _json(cleaned(())) == []
    assert [row["id"] for row in _json(many(60_001))] == list(range(60_001))


def test_points_stand_longitude_first_and_a_row_without_a_whole_pair_has_no_geometry() -> None:
    found = _geojson(cleaned())
    assert found["type"] == "FeatureCollection"
    geometries = [feature["geometry"] for feature in found["features"]]
    assert geometries[0] == {"type": "Point", "coordinates": [Decimal("25.594"), Decimal("49.553")]}
    assert geometries[1:4] == [None, None, None]
    assert geometries[4]["coordinates"] == [Decimal("-25.5"), Decimal("-49.5")]
    assert [feature["properties"] for feature in found["features"]] == _json(cleaned())
    assert _geojson(cleaned(()))["features"] == []


def test_coordinates_are_found_by_rule_and_by_name() -> None:
    assert coordinates(COLUMNS) == (7, 8)
    named = (Column(name="Широта", type="decimal"), Column(name="Довгота", type="decimal"))
    assert coordinates(named) == (0, 1)
    assert coordinates(named[:1]) is None
    assert coordinates(COLUMNS[:7]) is None
