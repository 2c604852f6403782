"""Places on the map as columns: a point becomes latitude and longitude, any other shape its GeoJSON text.

The two columns are called as the file itself calls them, however it spells the declared ones; where it has none, as
the declared table does, told by the step. A place the record itself fills stays. Nothing is reprojected: a layer in
another coordinate system is refused by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ternopil_pipelines.receive.naming import fold

SHAPE = "geometry"


@dataclass(frozen=True, slots=True)
class Names:
    """What the declared table calls latitude and longitude. `known`: folded spelling -> declared column; `alphabets`:
    those the file's names may be in, where they came as bytes, one Latin-1 character each."""

    latitude: str = "lat"
    longitude: str = "lon"
    known: Mapping[str, str] = field(default_factory=dict)
    alphabets: tuple[str, ...] = ()

    @classmethod
    def of(cls, order: Mapping[str, Any], alphabets: tuple[str, ...] = ()) -> Names:
        latitude, longitude = order.get("place", ("lat", "lon"))
        return cls(latitude, longitude, order["known"], alphabets)

    def own(self, column: str, names: Iterable[str]) -> list[str]:
        """Those of the file's `names` that mean `column`."""
        meant = self.known.get(fold(column))
        return [name for name in names if name == column or (meant is not None and meant in self._meanings(name))]

    def _meanings(self, name: str) -> set[str | None]:
        read = {name.encode("latin-1", "replace").decode(alphabet, "replace") for alphabet in self.alphabets}
        return {self.known.get(fold(each)) for each in (name, *read)}


def put(records: Sequence[MutableMapping[str, Any]], geometries: Sequence[Any], names: Names) -> None:
    """Adds the place of each record."""
    spelled = dict.fromkeys(name for record in records for name in record)
    # GeoJSON, KML and shapefiles alike write longitude first.
    axes = [
        (names.own(column, spelled) or [column], axis) for column, axis in ((names.latitude, 1), (names.longitude, 0))
    ]
    for record, geometry in zip(records, geometries, strict=True):
        if not isinstance(geometry, Mapping):
            continue
        coordinates = geometry.get("coordinates")
        if geometry.get("type") == "Point" and isinstance(coordinates, list | tuple) and len(coordinates) >= 2:
            for own, axis in axes:
                if all(record.get(name) in (None, "") for name in own):
                    record[own[0]] = coordinates[axis]
        elif (coordinates or geometry.get("geometries")) and record.get(SHAPE) in (None, ""):
            record[SHAPE] = geometry
