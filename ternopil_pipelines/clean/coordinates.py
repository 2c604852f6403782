"""Points on the map: pairs of latitude and longitude columns, looked at together.

Impossible degrees, swapped columns, points outside the community, half points, rows without a point, coarse points.
Where sources.yaml gives no bounds, Ukraine's serve: latitudes 44-52.4 and longitudes 22-40.3 do not overlap, so a swap
is proved by the numbers alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import Mask, array_of, mask_of
from ternopil_pipelines.clean.notebook import Notebook
from ternopil_pipelines.clean.rules import rule_of

Bounds = tuple[float, float, float, float]
UKRAINE: Bounds = (22.0, 44.0, 40.3, 52.4)
# A pair missing in more rows than this is a column that is not kept, not a gap in one that is.
_GAP = 0.5


def pairs(columns: tuple[Column, ...]) -> list[tuple[Column, Column]]:
    """The first latitude with the first longitude, and so on."""
    kept = [column for column in columns if column.type == "decimal"]
    latitudes = [column for column in kept if rule_of(column) == "latitude"]
    longitudes = [column for column in kept if rule_of(column) == "longitude"]
    return list(zip(latitudes, longitudes, strict=False))


def examine(
    table: pd.DataFrame, text: pd.DataFrame, columns: tuple[Column, ...], bounds: Bounds | None, book: Notebook
) -> None:
    for latitude, longitude in pairs(columns):
        _examine(table, text, latitude, longitude, bounds, book)


def _examine(
    table: pd.DataFrame, text: pd.DataFrame, latitude: Column, longitude: Column, bounds: Bounds | None, book: Notebook
) -> None:
    lat, lon = (table[each.name].to_numpy(dtype=float, na_value=np.nan) for each in (latitude, longitude))
    west, south, east, north = bounds or UKRAINE
    with np.errstate(invalid="ignore"):
        swapped = _within(lat, lon, UKRAINE, turned=True)
        impossible_lat, impossible_lon = np.abs(lat) > 90, np.abs(lon) > 180
        outside = ~((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    known = ~np.isnan(lat) & ~np.isnan(lon)
    outside &= known & ~swapped & ~impossible_lat & ~impossible_lon
    given_lat, given_lon = array_of(text[latitude.name]), array_of(text[longitude.name])
    book.cells("coordinate-impossible", latitude, impossible_lat, given=given_lat, range="широта від -90 до 90")
    book.cells("coordinate-impossible", longitude, impossible_lon, given=given_lon, range="довгота від -180 до 180")
    others = {int(row): {"other": given_lon[int(row)].as_py()} for row in np.flatnonzero(swapped | outside)[:2_000]}
    book.cells("coordinates-swapped", latitude, swapped, given=given_lat, by_row=others, other="")
    where = "громади" if bounds else "України"
    book.cells(
        "point-outside", latitude, outside, given=given_lat, by_row=others,
        other="", where=where, west=west, south=south, east=east, north=north,
    )  # fmt: skip
    _gaps(lat, lon, given_lat, given_lon, latitude, longitude, book)


def _gaps(lat, lon, given_lat, given_lon, latitude: Column, longitude: Column, book: Notebook) -> None:  # type: ignore[no-untyped-def]
    no_lat, no_lon = np.isnan(lat), np.isnan(lon)
    book.cells("coordinate-half", longitude, no_lon & ~no_lat)
    book.cells("coordinate-half", latitude, no_lat & ~no_lon)
    neither = no_lat & no_lon & ~book.named(latitude) & ~book.named(longitude)
    if neither.any() and neither.mean() <= _GAP:
        book.column("coordinates-missing", latitude, int(neither.sum()), total=len(lat), rows=book.rows(neither))
    coarse = _coarse(given_lat) | _coarse(given_lon)
    coarse &= ~book.named(latitude) & ~book.named(longitude)
    if coarse.any():
        book.column("coordinates-coarse", latitude, int(coarse.sum()), rows=book.rows(coarse))


def _coarse(text: pa.Array) -> Mask:
    """Canonical decimals with less than four digits behind the dot."""
    dot = pc.find_substring(text, pattern=".")
    return mask_of(pc.or_(pc.less(dot, 0), pc.less(pc.subtract(pc.binary_length(text), dot), 5)))


def _within(lat: np.ndarray, lon: np.ndarray, bounds: Bounds, *, turned: bool) -> np.ndarray:
    west, south, east, north = bounds
    x, y = (lat, lon) if turned else (lon, lat)
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)
