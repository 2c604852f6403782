"""KML: each Placemark a record, its extended data the columns, its point latitude and longitude.

No library is needed for it: KML is XML with a handful of elements, and the library for it would bring lxml, whose
entities must then be guarded too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ternopil_pipelines.receive.child.answer import Records, Refused
from ternopil_pipelines.receive.child.places import Names, put
from ternopil_pipelines.receive.child.xml_tree import Collected, Element, parse


def read(order: Mapping[str, Any]) -> Records:
    path, names = Path(order["path"]), Names.of(order)
    collected = Collected(lambda where: where[-1] == "Placemark")
    parse(path, collected.start, collected.end, collected.text, line=collected)
    found = [each for each in collected.found if each is not None]
    if not found:
        raise Refused("records-not-found", what="міток (Placemark)", names="")
    records = [_placemark(each) for each in found]
    put(records, [_place(each) for each in found], names)
    return Records(records, collected.lines)


def _placemark(element: Element) -> dict[str, Any]:
    record: dict[str, Any] = dict(element.attributes)
    for child in element.children:
        if child.name in {"name", "description", "address", "phoneNumber"} and child.said:
            record[child.name] = child.said
    for data in element.every("Data"):
        value = data.first("value")
        record[data.attributes.get("name", "")] = value.said if value else None
    for data in element.every("SimpleData"):
        record[data.attributes.get("name", "")] = data.said or None
    record.pop("", None)
    return record


def _place(element: Element) -> dict[str, Any] | None:
    shapes = [shape for kind in ("Point", "LineString", "Polygon") for shape in element.every(kind)]
    geometries = [geometry for shape in shapes if (geometry := _geometry(shape)) is not None]
    if len(geometries) > 1:
        return {"type": "GeometryCollection", "geometries": geometries}
    return geometries[0] if geometries else None


def _geometry(shape: Element) -> dict[str, Any] | None:
    if shape.name == "Polygon":
        rings = [_positions(ring) for ring in shape.every("LinearRing")]
        return {"type": "Polygon", "coordinates": rings} if rings else None
    positions = _positions(shape)
    if not positions:
        return None
    return {"type": shape.name, "coordinates": positions[0] if shape.name == "Point" else positions}


def _positions(shape: Element) -> list[list[Any]]:
    """`lon,lat[,height]` separated by blanks, digits as written; nothing where one of them is no number."""
    said = shape.first("coordinates")
    found = []
    for position in (said.said if said else "").split():
        parts = position.split(",")
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            return []
        if len(numbers) < 2:
            return []
        # A point goes to columns as its own digits; a line goes into JSON as numbers.
        found.append(parts if shape.name == "Point" else numbers)
    return found
