"""What four kinds of API do alike: where their records, totals and next pages stand, and how they say no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ternopil_pipelines.catalogue.model import Paging
from ternopil_pipelines.faults import SourceDenied, SourceUnreachable


@dataclass(frozen=True, slots=True)
class Dialect:
    records: str | None
    paging: Paging
    parameters: Mapping[str, str] = field(default_factory=dict)


DIALECTS: Mapping[str, Dialect] = {
    "json": Dialect(None, Paging()),
    "arcgis": Dialect(
        "features",
        Paging(kind="offset", parameter="resultOffset", size=1000, size_parameter="resultRecordCount"),
        {"f": "json", "where": "1=1", "outFields": "*", "outSR": "4326"},
    ),
    "ckan": Dialect(
        "result.records",
        Paging(kind="offset", parameter="offset", size=1000, size_parameter="limit", total="result.total"),
    ),
    "odata": Dialect("value", Paging(kind="next", next="@odata.nextLink")),
}


def refused_inside(content: Any, dialect: str, where: str) -> None:
    """A refusal that came with HTTP 200."""
    if not isinstance(content, dict):
        return
    if dialect == "arcgis" and isinstance(content.get("error"), dict):
        code = content["error"].get("code")
        if isinstance(code, int) and (code >= 500 or code == 429):
            raise SourceUnreachable(f"{where}: ArcGIS error {code}")
        raise SourceDenied(f"{where}: ArcGIS error {code if isinstance(code, int) else ''}".rstrip())
    if dialect == "ckan" and content.get("success") is False:
        raise SourceDenied(f"{where}: CKAN says no")


def flattened(record: Any, dialect: str) -> dict[str, Any]:
    """The record's fields as one level. A value alone becomes the field `value`."""
    if not isinstance(record, dict):
        return {"value": record}
    if dialect == "arcgis" and isinstance(record.get("attributes"), dict):
        return {**record["attributes"], **_point(record.get("geometry"))}
    if dialect == "odata":
        return {name: value for name, value in record.items() if not name.startswith("@odata.")}
    if record.get("type") == "Feature" and isinstance(record.get("properties"), dict):
        return {**record["properties"], **_geojson_point(record.get("geometry"))}
    return record


def _point(geometry: Any) -> dict[str, Any]:
    if not isinstance(geometry, dict):
        return {}
    if "x" in geometry and "y" in geometry:
        return {"x": geometry["x"], "y": geometry["y"]}
    return {"geometry": geometry}


def _geojson_point(geometry: Any) -> dict[str, Any]:
    if not isinstance(geometry, dict):
        return {}
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Point" and isinstance(coordinates, list) and len(coordinates) >= 2:
        return {"lon": coordinates[0], "lat": coordinates[1]}
    return {"geometry": geometry}
