"""Places on the map as columns: a point becomes latitude and longitude, any other shape its GeoJSON text.

The names of the two columns are those the declared table uses, told by the step. Nothing is reprojected: a layer in
another coordinate system is refused by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

SHAPE = "geometry"


@dataclass(frozen=True, slots=True)
class Names:
    """What the declared table calls latitude and longitude."""

    latitude: str = "lat"
    longitude: str = "lon"

    @classmethod
    def of(cls, order: Mapping[str, Any]) -> Names:
        return cls(*order.get("place", ("lat", "lon")))


def put(record: MutableMapping[str, Any], geometry: Any, names: Names) -> None:
    """Adds the place of a record; the record's own columns of the same names, where filled, stay."""
    if not isinstance(geometry, Mapping):
        return
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Point" and isinstance(coordinates, list | tuple) and len(coordinates) >= 2:
        for name, value in ((names.latitude, coordinates[1]), (names.longitude, coordinates[0])):
            if record.get(name) in (None, ""):
                record[name] = value
    elif coordinates or geometry.get("geometries"):
        record.setdefault(SHAPE, geometry)
