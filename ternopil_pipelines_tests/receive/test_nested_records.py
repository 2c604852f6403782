"""Documents of several lists, of groups, of described columns: every record read, or the list left out is named."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines_tests.receive.making import codes, dbase, rows_of, shapefile_zip, table

TREES = ("назва", "кількість")


def received(content: object, *columns: str, name: str = "дані.json") -> Receipt:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)
    return receive_bytes(text.encode(), name, table(*columns))


def tree(name: str, count: int, **more: Any) -> dict[str, Any]:
    return {"назва": name, "кількість": count, **more}


def test_lists_of_the_same_fields_are_read_together_and_that_is_said() -> None:
    content = {"2023": [tree("Липа", 10), tree("Дуб", 20)], "2024": [tree("Клен", 30)]}
    receipt = received(content, *TREES)
    assert rows_of(receipt) == [["Липа", "10"], ["Дуб", "20"], ["Клен", "30"]]
    assert receipt.rows.tolist() == [3, 7, 13]
    assert codes(receipt) == ["lists-joined"]
    assert "«2023», «2024»" in receipt.findings[0].message


def test_the_names_of_lists_read_together_are_kept_where_the_table_has_a_column_for_them() -> None:
    content = {"data": {"2023": [tree("Липа", 10)], "2024": [tree("Клен", 30)]}}
    assert rows_of(received(content, "key", *TREES)) == [["2023", "Липа", "10"], ["2024", "Клен", "30"]]


@pytest.mark.parametrize(
    "other",
    [[tree("Клен", 30, порода="x")], [{"назва": "Клен", "кількість": 30}]],
    ids=["as many columns", "fewer fields"],
)
def test_a_list_that_might_be_the_table_and_is_not_read_is_named(other: list[Any]) -> None:
    content = {"2023": [tree("Липа", 10, висота=5), tree("Дуб", 20, висота=7)], "2024": other}
    receipt = received(content, *TREES)
    assert len(receipt.rows) == 2
    assert codes(receipt) == ["several-lists"]
    assert "«2023»" in receipt.findings[0].message
    assert "«2024» (1)" in receipt.findings[0].message


def test_a_list_of_something_else_beside_the_table_is_not_remarked() -> None:
    content = {"errors": [{"код": 1}], "links": [{"назва": "x", "url": "y"}], "data": [tree("Липа", 10)]}
    assert codes(received(content, *TREES)) == []


def test_tables_of_bare_rows_that_say_the_same_are_read_together_each_under_its_own_header() -> None:
    content = {
        "2023": {"fields": ["назва", "кількість"], "records": [["Липа", 10]]},
        "2024": {"fields": ["кількість", "назва"], "records": [[30, "Клен"]]},
    }
    receipt = received(content, *TREES)
    assert rows_of(receipt) == [["Липа", "10"], ["Клен", "30"]]
    assert codes(receipt) == ["lists-joined"]


def test_elements_of_xml_called_the_same_but_for_a_number_are_read_together_and_other_ones_are_named() -> None:
    line = "<{0}><назва>{1}</назва><кількість>{2}</кількість>{3}</{0}>"
    lines = line.format("y2023", "А", 10, "") + line.format("y2024", "Т", 30, "") + line.format("y2023", "Б", 20, "")
    receipt = received(f"<d>{lines}</d>", *TREES, name="дані.xml")
    assert rows_of(receipt) == [["А", "10"], ["Т", "30"], ["Б", "20"]]
    assert codes(receipt) == ["lists-joined"]
    metro = line.format("metro", "М", 40, "") + line.format("metro", "Н", 50, "")
    receipt = received(f"<d>{lines}{metro}</d>", *TREES, name="дані.xml")
    assert len(receipt.rows) == 3
    assert codes(receipt) == ["lists-joined", "several-lists"]
    assert "«metro» (2)" in receipt.findings[1].message


def of(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": at, "name": f"н{at}", **more} for at in range(1, count + 1)]


@pytest.mark.parametrize("beside", ["types", "deleted"])
def test_lists_of_the_same_fields_under_other_names_are_not_mixed_the_longest_is_read_and_the_other_named(
    beside: str,
) -> None:
    receipt = received({beside: of(2), "data": of(3)}, "id", "name")
    assert rows_of(receipt) == [["1", "н1"], ["2", "н2"], ["3", "н3"]]
    assert codes(receipt) == ["several-lists"]
    assert f"«{beside}» (2)" in receipt.findings[0].message
    xml = "".join(
        f"<{each}>{'<item><id>1</id><name>x</name></item>' * count}</{each}>"
        for each, count in ((beside, 2), ("data", 3))
    )
    receipt = received(f"<d>{xml}</d>", "id", "name", name="дані.xml")
    assert len(receipt.rows) == 3
    assert codes(receipt) == ["several-lists"]


def test_lists_of_the_same_fields_under_other_names_are_read_together_where_a_column_keeps_the_names() -> None:
    receipt = received({"bus": of(1), "tram": of(1)}, "key", "id", "name")
    assert rows_of(receipt) == [["bus", "1", "н1"], ["tram", "1", "н1"]]
    xml = "<d><bus><i id='1' name='А'/></bus><tram><i id='2' name='Т'/></tram></d>"
    receipt = received(xml, "key", "id", "name", name="дані.xml")
    assert rows_of(receipt) == [["bus", "1", "А"], ["tram", "2", "Т"]]
    inside = [{"park": "П", "bus": of(1), "tram": of(1)}]
    receipt = received(inside, "park", "key", "id", "name")
    assert rows_of(receipt) == [["П", "bus", "1", "н1"], ["П", "tram", "1", "н1"]]


def test_lists_of_years_whose_optional_fields_differ_are_named() -> None:
    columns = ("id", "name", "note", "sum")
    receipt = received({"2023": of(1, note="x", sum=1), "2024": of(2, sum=3, new=4)}, *columns)
    assert len(receipt.rows) == 1
    assert codes(receipt) == ["several-lists"]
    assert "«2024» (2)" in receipt.findings[0].message
    old, new = (
        "<i><id>1</id><name>x</name><note>y</note><sum>2</sum></i>",
        "<i><id>1</id><name>x</name><sum>2</sum></i>",
    )
    receipt = received(f"<d><y2023>{old}</y2023><y2024>{new * 2}</y2024></d>", *columns, name="дані.xml")
    assert len(receipt.rows) == 1
    assert codes(receipt) == ["several-lists"]


def test_a_lookup_beside_the_table_and_the_header_of_a_document_are_not_remarked() -> None:
    columns = ("id", "name", "region", "type")
    assert codes(received({"types": of(9), "routes": of(2, region="А", type=1)}, *columns)) == []
    offer = "<o id='1' name='x' region='r' type='t'/>"
    head = "<head><id>1</id><name>x</name></head>"
    cats = "<cats><cat id='1' name='x'/><cat id='2' name='y'/></cats>"
    receipt = received(f"<d>{head}{cats}<offers>{offer * 2}</offers></d>", *columns, name="дані.xml")
    assert len(receipt.rows) == 2
    assert codes(receipt) == []
    row = "<row><id>1</id><name>x</name></row>"
    assert codes(received(f"<d>{head}{row * 2}</d>", "id", "name", name="дані.xml")) == []


def test_many_lists_under_keys_and_many_objects_with_lists_are_read_in_one_walk() -> None:
    for content in ({"days": {f"d{at}": of(5) for at in range(3000)}}, [{f"d{at}": of(5)} for at in range(3000)]):
        receipt = received(content, "id", "name")
        assert len(receipt.rows) == 15_000
        assert codes(receipt)[-1] == "lists-joined"
        assert receipt.rows[0] < receipt.rows[-1] - 60_000
        assert len(receipt.findings[-1].message) < 400
    stops = {f"s{at}": {"id": at, "name": "x", "tags": ["a"] if at % 2 else []} for at in range(8000)}
    assert len(received({"stops": stops}, "id", "name").rows) == 8000


GROUPS = [
    {"region": "Центр", "head": "x", "items": [tree("Липа", 10), tree("Дуб", 20)]},
    {"region": "Схід", "items": [tree("Клен", 30)]},
    {"region": "Захід", "items": []},
]


def test_records_inside_groups_are_rows_with_the_declared_fields_of_their_group() -> None:
    receipt = received(GROUPS, "region", *TREES)
    assert rows_of(receipt) == [
        ["Центр", "Липа", "10"],
        ["Центр", "Дуб", "20"],
        ["Схід", "Клен", "30"],
        ["Захід", None, None],
    ]
    assert receipt.rows.tolist() == [6, 10, 19, 25]
    assert codes(receipt) == ["groups-unfolded"]
    assert "«region»; не взято: «head»" in receipt.findings[0].message


def test_records_inside_groups_are_found_where_nothing_of_the_group_is_declared() -> None:
    receipt = received(GROUPS, *TREES)
    assert rows_of(receipt) == [["Липа", "10"], ["Дуб", "20"], ["Клен", "30"]]
    assert receipt.rows.tolist() == [6, 10, 19]


def test_a_list_inside_a_record_stays_its_text_where_it_is_declared_or_brings_no_column() -> None:
    receipt = received(GROUPS, "region", "items")
    assert len(receipt.rows) == 3
    inside = [tree("Липа", 10, фото=[{"назва": "x", "url": "y"}])]
    assert len(received(inside, *TREES).rows) == 1


def test_groups_inside_groups_and_several_lists_in_one_group_are_read_in_the_order_of_the_document() -> None:
    content = {
        "регіони": [
            {"region": "Центр", "громади": [{"громада": "а", "парки": [tree("Липа", 10)], "сади": [tree("Дуб", 20)]}]},
            {"region": "Схід", "громади": {"громада": "б", "сади": [tree("Клен", 30)]}},
        ]
    }
    receipt = received(content, "key", "region", "громада", *TREES)
    assert sorted(map(tuple, receipt.text[["region", "громада", *TREES]].to_numpy().tolist())) == [
        ("Схід", "б", "Клен", "30"),
        ("Центр", "а", "Дуб", "20"),
        ("Центр", "а", "Липа", "10"),
    ]
    assert receipt.text["назва"].tolist() == ["Липа", "Дуб", "Клен"]
    assert receipt.text["key"].tolist() == ["парки", "сади", "сади"]
    receipt = received(content, "region", "громада", *TREES)
    assert receipt.text["назва"].tolist() == ["Дуб", "Клен"]
    assert codes(receipt) == ["groups-unfolded", "several-lists"]
    assert "«парки» (1)" in receipt.findings[1].message


def test_a_list_inside_records_never_hides_their_own_declared_fields() -> None:
    staff = [{"name": "п", "post": "к"}, {"name": "р", "post": "к"}]
    content = [{**of(1)[0], "region": "А", "staff": staff}, {"id": 2, "name": "y", "region": "Б", "staff": []}]
    receipt = received(content, "id", "name", "region", "post")
    assert receipt.text[["id", "name", "region"]].to_numpy().tolist() == [["1", "н1", "А"], ["2", "y", "Б"]]


def test_a_list_inside_records_that_by_itself_names_all_they_do_and_more_is_the_table() -> None:
    content = [{"id": 7, "name": "Школи", "items": of(2, address="вул. Руська")}]
    receipt = received(content, "id", "name", "address")
    assert rows_of(receipt) == [["1", "н1", "вул. Руська"], ["2", "н2", "вул. Руська"]]
    assert "не взято: «id», «name»" in receipt.findings[0].message


def test_a_field_of_a_group_stands_in_the_rows_whose_record_has_none_of_its_own() -> None:
    content = [
        {"region": "А", "items": [{"id": 1, "region": "А1"}, {"id": 2}]},
        {"region": "Б", "items": [{"id": 3}]},
    ]
    receipt = received(content, "id", "region")
    assert rows_of(receipt) == [["1", "А1"], ["2", "А"], ["3", "Б"]]
    named = [{"name": "Школи", "items": [{"id": 1, "name": "x"}, {"id": 2}]}]
    assert rows_of(received(named, "id", "name")) == [["1", "x"], ["2", None]]


def test_lists_inside_the_properties_of_features_are_read_with_their_lines() -> None:
    features = [
        {"type": "Feature", "properties": {"region": "А", "items": of(2)}, "geometry": None},
        {"type": "Feature", "properties": {"region": "Б", "items": of(1)}, "geometry": None},
    ]
    receipt = received({"type": "FeatureCollection", "features": features}, "region", "id", "name", name="a.geojson")
    assert rows_of(receipt) == [["А", "1", "н1"], ["А", "2", "н2"], ["Б", "1", "н1"]]
    assert receipt.rows.tolist() == [9, 13, 26]


def test_the_documents_own_fields_are_repeated_where_they_are_declared_and_no_record_has_them() -> None:
    receipt = received(
        {"year": 2024, "name": "Реєстр", "data": {"region": "А", "records": of(2)}}, "year", "region", "id"
    )
    assert receipt.text[["year", "region", "id"]].to_numpy().tolist() == [["2024", "А", "1"], ["2024", "А", "2"]]
    assert codes(receipt) == ["groups-unfolded"]
    receipt = received({"year": 2024, "records": of(1, year=2020) + of(1)}, "year", "id")
    assert receipt.text["year"].isna().tolist() == [False, True]
    years = {"2023": {"year": 2023, "records": of(1)}, "2024": {"year": 2024, "records": of(1)}}
    assert received(years, "year", "id").text["year"].tolist() == ["2023", "2024"]
    xml = "<list region='А'><year>2024</year><item id='1' name='x'/><item id='2' name='y'/></list>"
    receipt = received(xml, "year", "region", "id", "name", name="дані.xml")
    assert receipt.text[["year", "region", "id"]].to_numpy().tolist() == [["2024", "А", "1"], ["2024", "А", "2"]]
    assert codes(receipt) == ["groups-unfolded"]


def test_what_a_collection_of_features_is_called_is_no_name_of_theirs() -> None:
    features = [{"type": "Feature", "properties": {"id": 1}, "geometry": None}]
    content = {"type": "FeatureCollection", "name": "шар", "year": 2024, "features": features}
    receipt = received(content, "id", "name", "type", "year")
    assert list(receipt.text.columns) == ["year", "id"]


def test_a_line_of_a_feature_whose_properties_have_an_empty_geometry_is_kept() -> None:
    line = {"type": "LineString", "coordinates": [[24, 49], [25, 50]]}
    feature = {"type": "Feature", "properties": {"id": 1, "geometry": None}, "geometry": line}
    receipt = received({"type": "FeatureCollection", "features": [feature]}, "id", "geometry")
    assert receipt.text["geometry"].tolist() == [json.dumps(line)]


def test_records_inside_one_object_a_line_are_never_told_by_the_line_of_another() -> None:
    lines = [{"region": "А", "items": of(2)}, {"region": "Б", "items": of(1)}, {"x": 1}]
    text = "\n\n" + "\n".join(json.dumps(line) for line in lines)
    receipt = received(text, "region", "id", "name", name="дані.jsonl")
    assert rows_of(receipt)[:3] == [["А", "1", "н1"], ["А", "2", "н2"], ["Б", "1", "н1"]]
    assert receipt.rows.tolist() == [1, 2, 3]


def test_a_group_of_xml_gives_its_records_what_is_declared_of_it_wherever_it_stands() -> None:
    item = "<item><назва>{}</назва><кількість>{}</кількість></item>"
    content = f"""<d>
<g><region>Центр</region><items>{item.format("Липа", 10)}{item.format("Дуб", 20)}</items></g>
<g><items>{item.format("Клен", 30)}</items><region>Схід</region></g>
<g><region>Захід</region></g></d>"""
    receipt = received(content, "region", *TREES, name="дані.xml")
    assert rows_of(receipt) == [
        ["Центр", "Липа", "10"],
        ["Центр", "Дуб", "20"],
        ["Схід", "Клен", "30"],
        ["Захід", None, None],
    ]
    assert codes(receipt) == ["groups-unfolded"]
    named = f'<d><region name="Центр">{item.format("Липа", 10)}</region></d>'
    assert rows_of(received(named, "region", *TREES, name="дані.xml")) == [["Центр", "Липа", "10"]]


def described(*rows: list[str]) -> dict[str, Any]:
    names = (("sid", ":sid"), ("id", ":id"), ("Назва", "nazva"), ("Кількість", "count"))
    columns = [{"id": -1, "name": title, "fieldName": name} for title, name in names]
    return {"meta": {"view": {"name": "Дерева", "columns": columns}}, "data": list(rows)}


@pytest.mark.parametrize(
    "columns",
    [("name=Назва", "n=Кількість"), ("name=Назва", "count"), ("nazva", "n=Кількість"), ("nazva", "count")],
    ids=["titles", "title and field", "field and title", "fields"],
)
def test_bare_rows_are_named_by_whichever_name_of_their_described_columns_is_declared(columns: tuple[str, ...]) -> None:
    rows = [["row-1", "9", "Липа", "12"], ["row-2", "8", "Дуб", "3"]]
    for some in (rows, rows[:1]):
        receipt = received(described(*some), *columns)
        assert rows_of(receipt) == [row[2:] for row in some]
        assert codes(receipt) == []


def test_the_description_of_columns_is_never_published_as_rows() -> None:
    assert rows_of(received(described(["row-1", "9", "Липа", "12"]), "name=Назва")) == [["Липа", "12"]]
    with pytest.raises(SourceRefused) as refused:
        received(described(), "name=Назва", "n=Кількість")
    assert codes(refused.value) == ["records-not-found"]


def test_cells_of_bare_rows_beyond_their_header_and_under_repeated_names_are_kept() -> None:
    content = [["назва", "кількість", "кількість"], ["Липа", "10", "11"], ["Дуб", "20", "21", "зайве"]]
    receipt = received(content, *TREES)
    assert rows_of(receipt) == [["Липа", "10", "11", None], ["Дуб", "20", "21", "зайве"]]


PLACED = ("name=Назва", "lat=Широта", "lon=Довгота")


def test_a_place_told_as_attributes_too_is_one_place_as_the_file_spells_it() -> None:
    def feature(name: str, **own: float) -> dict[str, Any]:
        point = {"type": "Point", "coordinates": [24.5, 49.5]}
        return {"type": "Feature", "properties": {"Назва": name, **own}, "geometry": point}

    features = [feature("А", Широта=49.84, Довгота=24.03), feature("Б")]
    receipt = received({"type": "FeatureCollection", "features": features}, *PLACED, name="дані.geojson")
    assert list(receipt.text.columns) == ["Назва", "Широта", "Довгота"]
    assert rows_of(receipt) == [["А", "49.84", "24.03"], ["Б", "49.5", "24.5"]]
    receipt = received({"type": "FeatureCollection", "features": features[1:]}, "y=Широта", "x=Довгота", name="a.json")
    assert list(receipt.text.columns) == ["Назва", "y", "x"]


def test_a_place_of_kml_and_of_a_shapefile_told_as_attributes_too_is_one_place() -> None:
    data = "".join(
        f'<Data name="{name}"><value>{value}</value></Data>'
        for name, value in (("Назва", "А"), ("Широта", "49.84"), ("Довгота", "24.03"))
    )
    mark = (
        f"<Placemark><ExtendedData>{data}</ExtendedData><Point><coordinates>24.5,49.5</coordinates></Point></Placemark>"
    )
    receipt = received(f"<kml><Document>{mark}</Document></kml>", *PLACED, name="дані.kml")
    assert rows_of(receipt) == [["А", "49.84", "24.03"]]

    fields = [("Назва", "C", 60, 0), ("Широта", "N", 9, 2), ("Довгота", "N", 9, 2)]
    parts = dbase(fields, [("вулиця Руська, комунальне підприємство", 49.84, 24.03)], "cp1251")
    layer = zipfile.ZipFile(io.BytesIO(shapefile_zip([(24.5, 49.5, "x")], prj="GEOGCS")))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in layer.namelist():
            archive.writestr(name, parts if name.endswith(".dbf") else layer.read(name))
    receipt = receive_bytes(packed.getvalue(), "шар.zip", table(*PLACED))
    assert rows_of(receipt) == [["вулиця Руська, комунальне підприємство", "49.84", "24.03"]]


def test_a_record_that_looks_like_a_row_of_column_numbers_is_a_record() -> None:
    receipt = receive_bytes(
        '[{"a":"А","b":"1","c":"2"},{"a":"Б","b":"5","c":"6"}]'.encode(), "a.json", table("a", "b", "c")
    )
    assert rows_of(receipt) == [["А", "1", "2"], ["Б", "5", "6"]]
    assert receipt.findings == ()
