"""JSON, GeoJSON, XML, KML, dBase, shapefiles: one table each, with its letters, its places and its own row numbers."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines_tests.receive.making import codes, dbase, rows_of, shapefile_zip, table

HEAD = ["id", "назва"]
PLACED = ["id", "назва", "lat", "lon"]


def received(content: bytes | str, name: str, *columns: str, **source: Any) -> Receipt:
    data = content.encode() if isinstance(content, str) else content
    return receive_bytes(data, name, table(*(columns or HEAD), **source))


def refusal(content: bytes | str, name: str, *columns: str) -> SourceRefused:
    with pytest.raises(SourceRefused) as refused:
        received(content, name, *columns)
    return refused.value


def picked(receipt: Receipt, *names: str) -> list[list[str | None]]:
    return [[None if cell != cell else cell for cell in row] for row in receipt.text[list(names)].to_numpy().tolist()]


def test_a_list_of_objects_keeps_digits_zeros_and_the_lines_of_its_records() -> None:
    content = '[\n  {"id": "007", "назва": "а", "сума": 1250.10},\n  {"id": 8, "сума": 1e-7, "назва": null}\n]'
    receipt = received(content, "дані.json", "id", "назва", "сума")
    assert rows_of(receipt) == [["007", "а", "1250.10"], ["8", None, "0.0000001"]]
    assert receipt.rows.tolist() == [2, 3]
    assert receipt.letters is None
    assert receipt.findings == ()


def test_records_on_one_line_are_numbered_by_themselves() -> None:
    receipt = received(json.dumps([{"id": at, "назва": "а"} for at in range(3)]), "дані.json")
    assert receipt.rows.tolist() == [1, 2, 3]


def test_the_list_that_names_the_columns_is_found_wherever_it_stands() -> None:
    content = {
        "meta": {"errors": [{"code": 1}], "columns": [{"name": "id"}, {"name": "назва"}, {"name": "x"}]},
        "result": {"records": [{"id": 1, "назва": "а"}, {"id": 2, "назва": "б"}]},
    }
    receipt = received(json.dumps(content, ensure_ascii=False, indent=1), "дані.json")
    assert rows_of(receipt) == [["1", "а"], ["2", "б"]]
    assert receipt.origin.detail["path"] == "result.records"
    lines = json.dumps(content, ensure_ascii=False, indent=1).splitlines()
    assert [lines[row - 1].strip() for row in receipt.rows.tolist()] == ["{", "{"]


def test_inner_objects_are_spread_unless_the_outer_name_is_declared() -> None:
    content = '[{"id": 1, "owner": {"name": "КП", "phone": null}, "place": {"x": 1}, "tags": ["а", 2]}]'
    receipt = received(content, "дані.json", "id", "owner.name", "place", "tags")
    assert list(receipt.text.columns) == ["id", "owner.name", "owner.phone", "place", "tags"]
    assert picked(receipt, "id", "owner.name", "place", "tags") == [["1", "КП", '{"x": 1}', '["а", 2]']]


def test_one_object_a_line_is_read_too() -> None:
    receipt = received('{"id": 1, "назва": "а"}\n\n{"id": 2, "назва": "б"}\n', "дані.jsonl")
    assert rows_of(receipt) == [["1", "а"], ["2", "б"]]
    assert receipt.rows.tolist() == [1, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_letters_of_json_and_xml_are_judged_like_those_of_any_text(encoding: str) -> None:
    words = "комунальне підприємство вулиця Руська"
    assert rows_of(received(f'[{{"id": 1, "назва": "{words}"}}]'.encode(encoding), "дані.json")) == [["1", words]]
    # The declaration lies: exports are saved again by programs that do not touch it.
    xml = f'<?xml version="1.0" encoding="utf-8"?><r><s><id>1</id><назва>{words}</назва></s></r>'
    assert rows_of(received(xml.encode(encoding), "дані.xml")) == [["1", words]]


def test_json_cut_short_is_refused_with_its_line_and_json_of_nothing_known_too() -> None:
    refused = refusal('[\n{"id": 1, "назва": "а"},\n{"id": 2, "наз', "дані.json")
    assert codes(refused) == ["json-broken"]
    assert "рядку 3" in refused.findings[0].message
    assert codes(refusal('{"a": [1, 2]}', "дані.json")) == ["records-not-found"]
    assert codes(refusal('[{"a": 1}]', "дані.json")) == ["header-not-found"]
    assert codes(refusal("[" * 100_000, "дані.json")) == ["file-suspicious"]
    assert codes(refusal('[{"id": 1, "назва": "а"}]', "дані.csv")) == ["file-wrong-kind"]


def feature(number: int, name: str, geometry: dict[str, Any] | None) -> dict[str, Any]:
    return {"type": "Feature", "id": number, "properties": {"назва": name}, "geometry": geometry}


@pytest.mark.parametrize(
    "content",
    [
        [["id", "назва"], [1, "а"], [2, "б"]],
        {"fields": [{"id": "_id"}, {"id": "id"}, {"id": "назва"}], "records": [[9, 1, "а"], [8, 2, "б"]]},
        {"meta": {"columns": ["id", "назва"]}, "data": [[1, "а"], [2, "б"]]},
        {"id": [1, 2], "назва": ["а", "б"]},
        {"id": {"0": 1, "1": 2}, "назва": {"0": "а", "1": "б"}},
        {"перший": {"id": 1, "назва": "а"}, "другий": {"id": 2, "назва": "б"}},
    ],
    ids=["first row names", "fields beside", "names beside", "columns", "columns by row", "by key"],
)
def test_a_table_of_json_is_read_in_whatever_way_it_is_laid(content: object) -> None:
    receipt = received(json.dumps(content, ensure_ascii=False), "дані.json")
    assert picked(receipt, *HEAD) == [["1", "а"], ["2", "б"]]


def test_lists_of_numbers_in_json_are_no_table() -> None:
    assert codes(refusal('{"bbox": [[1, 2], [3, 4]], "a": {"b": 1}, "c": {"d": 2}}', "дані.json")) == [
        "records-not-found"
    ]


def test_points_of_geojson_become_latitude_and_longitude_as_the_table_calls_them() -> None:
    features = [
        feature(7, "а", {"type": "Point", "coordinates": [25.5, 49.5]}),
        feature(8, "б", None),
        feature(9, "в", {"type": "LineString", "coordinates": [[25, 49], [26, 50]]}),
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    receipt = received(content, "дані.geojson", "id", "назва", "Latitude", "Longitude")
    assert picked(receipt, "id", "назва", "Latitude", "Longitude") == [
        ["7", "а", "49.5", "25.5"],
        ["8", "б", None, None],
        ["9", "в", None, None],
    ]
    assert receipt.text["geometry"][2] == '{"type": "LineString", "coordinates": [[25, 49], [26, 50]]}'


def test_geojson_in_another_coordinate_system_is_refused_by_its_name() -> None:
    content: dict[str, Any] = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": 1}}]}
    for system in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"):
        content["crs"] = {"type": "name", "properties": {"name": system}}
        assert rows_of(received(json.dumps(content), "a.geojson", "id", "x")) == [["1"]]
    content["crs"]["properties"]["name"] = "urn:ogc:def:crs:EPSG::3857"
    refused = refusal(json.dumps(content), "a.geojson", "id", "x")
    assert codes(refused) == ["coordinates-foreign"]
    assert "3857" in refused.findings[0].message


def test_the_repeated_element_of_xml_is_the_record_with_its_attributes_and_inner_elements() -> None:
    content = """<?xml version="1.0"?>
<x:register xmlns:x="urn:x"><x:head><x:created>2026</x:created></x:head>
 <x:rows>
  <x:row id="007"><x:назва>а &amp; б</x:назва><x:phone>1</x:phone><x:phone>2</x:phone></x:row>
  <x:row id="008"><x:назва><![CDATA[<в>]]></x:назва><x:owner><x:name>КП</x:name></x:owner></x:row>
 </x:rows></x:register>"""
    receipt = received(content, "дані.xml", "id", "назва", "phone", "owner.name")
    assert picked(receipt, "id", "назва", "phone", "owner.name") == [
        ["007", "а & б", "1; 2", None],
        ["008", "<в>", None, "КП"],
    ]
    assert receipt.rows.tolist() == [4, 5]
    assert receipt.origin.detail["path"] == "register/rows/row"


@pytest.mark.parametrize("attribute", ["name", "key"])
def test_fields_of_xml_named_by_an_attribute_are_the_columns(attribute: str) -> None:
    rows = "".join(
        f'<row><field {attribute}="id">{at}</field><field {attribute}="назва">{name}</field></row>'
        for at, name in ((1, "а"), (2, "б"))
    )
    assert rows_of(received(f"<resultset>{rows}</resultset>", "дані.xml")) == [["1", "а"], ["2", "б"]]


def test_xml_cut_short_is_refused_with_its_line() -> None:
    refused = refusal("<?xml version='1.0'?>\n<r>\n<s><id>1</id>", "дані.xml")
    assert codes(refused) == ["xml-broken"]
    assert "рядку 3" in refused.findings[0].message


def test_xml_tables_of_excel_2003_and_web_pages_are_still_refused_by_name() -> None:
    for content, words in (
        ('<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "Excel 2003"),
        ('<?xml version="1.0"?><!DOCTYPE html><html/>', "веб-сторінка"),
    ):
        refused = refusal(content, "дані.xml")
        assert codes(refused) == ["file-wrong-kind"]
        assert words in refused.findings[0].message


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
<Placemark><name>а</name><description><![CDATA[<table><tr><td>x</td></tr></table>]]></description>
<ExtendedData><Data name="id"><value>007</value></Data></ExtendedData>
<Point><coordinates> 25.5940,49.5530,0 </coordinates></Point></Placemark>
<Placemark><name>б</name><ExtendedData><SchemaData><SimpleData name="id">8</SimpleData></SchemaData></ExtendedData>
<LineString><coordinates>25,49 26,50</coordinates></LineString></Placemark>
</Folder></Document></kml>"""


def test_placemarks_of_kml_and_kmz_are_records_with_their_places() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("doc.kml", KML)
    for content, name in ((KML.encode(), "a.kml"), (packed.getvalue(), "a.kmz")):
        receipt = received(content, name, "id", "name", "lat", "lon")
        assert picked(receipt, "id", "name", "lat", "lon") == [
            ["007", "а", "49.5530", "25.5940"],
            ["8", "б", None, None],
        ]
        assert receipt.rows.tolist() == [3, 6]
        assert "LineString" in receipt.text["geometry"][1]


@pytest.mark.parametrize("encoding", ["cp1251", "cp1125", "utf-8"])
def test_a_dbase_table_keeps_its_letters_zeros_and_dates_and_leaves_deleted_rows_out(encoding: str) -> None:
    rows = [
        ("007", "вулиця Руська", 12.5, "20260102"),
        ("008", "комунальне підприємство міської ради, щоденний облік", -3, ""),
        ("x", "", 0, ""),
    ]
    content = dbase(
        [("ID", "C", 5, 0), ("NAZVA", "C", 100, 0), ("SUMA", "N", 9, 2), ("DAY", "D", 8, 0)],
        rows,
        encoding,
        deleted={2},
    )
    receipt = received(content, "дані.dbf", "id", "nazva", "suma", "day")
    assert rows_of(receipt) == [
        ["007", "вулиця Руська", "12.5", "2026-01-02"],
        ["008", "комунальне підприємство міської ради, щоденний облік", "-3", None],
    ]
    assert receipt.rows.tolist() == [1, 2]


def test_points_of_a_shapefile_become_columns_and_another_projection_is_refused() -> None:
    content = shapefile_zip([(25.5, 49.5, "вулиця Руська"), (25.6, 49.6, "комунальне підприємство")], prj="GEOGCS")
    receipt = received(content, "шар.zip", "NAZVA", "lat", "lon")
    assert picked(receipt, "NAZVA", "lat", "lon") == [
        ["вулиця Руська", "49.5", "25.5"],
        ["комунальне підприємство", "49.6", "25.6"],
    ]
    refused = refusal(shapefile_zip([(300_000, 5_500_000, "вулиця")], prj="PROJCS"), "шар.zip", "NAZVA", "lat", "lon")
    assert codes(refused) == ["coordinates-foreign"]
    assert "UCS-2000" in refused.findings[0].message
    bare = shapefile_zip([(300_000, 5_500_000, "вулиця")], prj=None)
    assert codes(refusal(bare, "шар.zip", "NAZVA", "lat", "lon")) == ["coordinates-foreign"]


def test_a_foxpro_table_with_whole_numbers_as_bytes_is_refused_by_what_it_is() -> None:
    fields = b"".join(
        name.ljust(11, b"\0") + kind + bytes(4) + bytes([length]) + bytes(15)
        for name, kind, length in ((b"KOD", b"I", 4), (b"NAZVA", b"C", 20))
    )
    head = struct.pack("<BBBBLHH20x", 0x30, 26, 11, 23, 1, 32 + len(fields) + 264, 25) + fields + b"\r" + bytes(263)
    record = b" " + struct.pack("<i", 7) + "Школа".encode("cp1251").ljust(20)
    assert codes(refusal(head + record + b"\x1a", "a.dbf", "KOD", "NAZVA")) == ["dbase-of-foxpro"]


def test_a_damaged_dbase_table_is_refused() -> None:
    content = dbase([("ID", "C", 5, 0)], [("007",)] * 20, "cp1251")
    assert codes(refusal(content[: len(content) // 2], "дані.dbf", "id")) == ["file-damaged"]


def test_the_files_of_every_format_are_found_in_a_landing_folder(tmp_path: Path) -> None:
    from ternopil_pipelines.receive.folder import waiting_files

    suffixes = [
        "csv",
        "xlsx",
        "xlsm",
        "xlsb",
        "xls",
        "ods",
        "json",
        "geojson",
        "jsonl",
        "xml",
        "kml",
        "kmz",
        "dbf",
        "zip",
    ]
    for suffix in suffixes:
        (tmp_path / f"a.{suffix}").write_bytes(b"x")
    assert {path.suffix[1:] for path in waiting_files(tmp_path)} == set(suffixes)
