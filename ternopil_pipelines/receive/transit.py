"""A GTFS feed: one zip from which each transport table of the law takes its own part.

The law's structures of annexes 27, 55 and 56 are GTFS under other names; annex 26 (vehicles) has no part in the
standard and takes `vehicles.txt` where a carrier adds one. The part is then read as any text file.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from ternopil_pipelines.catalogue.model import FolderSource, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.receive.archive import BROKEN, measure
from ternopil_pipelines.receive.naming import fold

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Part:
    """`names`: GTFS field -> official column."""

    file: str
    names: Mapping[str, str]


PARTS: Mapping[str, Part] = {
    "26/vehicles": Part("vehicles.txt", {"vehicle_id": "uid", "agency_id": "agencyId", "route_id": "routeId"}),
    "27/stops": Part(
        "stops.txt",
        {
            "stop_id": "uid",
            "stop_code": "code",
            "stop_name": "label",
            "stop_desc": "description",
            "stop_lat": "lat",
            "stop_lon": "lon",
            "zone_id": "zoneId",
            "stop_url": "url",
            "location_type": "type",
            "parent_station": "parentStation",
            "stop_timezone": "timezone",
            "wheelchair_boarding": "wheelchairBoarding",
        },
    ),
    "55/agency": Part(
        "agency.txt",
        {
            "agency_id": "id",
            "agency_name": "name",
            "agency_url": "homepage",
            "agency_timezone": "timezone",
            "agency_lang": "language",
            "agency_phone": "telephone",
            "agency_email": "email",
            "agency_fare_url": "fareUrl",
        },
    ),
    "55/routes": Part(
        "routes.txt",
        {
            "route_id": "uid",
            "agency_id": "agencyId",
            "route_short_name": "shortName",
            "route_long_name": "fullName",
            "route_desc": "description",
            "route_type": "type",
            "route_url": "homepage",
            "route_color": "colour",
            "route_text_color": "textColour",
            "route_sort_order": "sortOrder",
        },
    ),
    "55/shapes": Part(
        "shapes.txt",
        {
            "shape_id": "uid",
            "shape_pt_lat": "lat",
            "shape_pt_lon": "lon",
            "shape_pt_sequence": "sequence",
            "shape_dist_traveled": "distanceTraveled",
        },
    ),
    "56/calendar": Part(
        "calendar.txt",
        {
            "service_id": "serviceUid",
            **{day: day for day in _DAYS},
            "start_date": "startDate",
            "end_date": "endDate",
        },
    ),
    "56/calendarDates": Part(
        "calendar_dates.txt", {"service_id": "serviceUid", "date": "date", "exception_type": "exceptionType"}
    ),
    "56/stopTimes": Part(
        "stop_times.txt",
        {
            "trip_id": "tripUid",
            "arrival_time": "arrivalTime",
            "departure_time": "departureTime",
            "stop_id": "stopId",
            "stop_sequence": "stopSequence",
            "stop_headsign": "stopHeadsign",
            "pickup_type": "pickupType",
            "drop_off_type": "dropOffType",
            "shape_dist_traveled": "shapeDistTraveled",
            "timepoint": "timepoint",
        },
    ),
    "56/trips": Part(
        "trips.txt",
        {
            "route_id": "routeuid",
            "service_id": "serviceUid",
            "trip_id": "uid",
            "trip_headsign": "eadsign",
            "direction_id": "directionId",
            "block_id": "blockId",
            "shape_id": "shapeuid",
        },
    ),
}


def part_of(data: bytes, table: Table, *, name: str) -> tuple[str, bytes, Mapping[str, str]]:
    """The name and bytes of the table's part of the feed, and what its fields are called in the declared table.
    `sheet` of the source may name the part; else the structure does, else the table's id. Raises SourceRefused."""
    with tempfile.NamedTemporaryFile(prefix="ternopil-feed-", suffix=".zip") as private:
        private.write(data)
        private.flush()
        measure(Path(private.name), name=name)
    wanted = _wanted(table)
    with zipfile.ZipFile(io.BytesIO(data)) as feed:
        parts = {PurePosixPath(each).name.casefold(): each for each in feed.namelist() if not each.startswith("__")}
        inside = next((parts[each] for each in wanted if each in parts), None)
        if inside is None:
            present = ", ".join(sorted(each for each in parts if each.endswith(".txt")))
            about = finding("part-not-found", file=name, wanted=wanted[0], present=present)
            raise SourceRefused(f"no part {wanted[0]}", [about])
        try:
            content = feed.read(inside)
        except BROKEN:
            raise SourceRefused("damaged part", [finding("file-damaged", file=name)]) from None
    file = PurePosixPath(inside).name
    return file, content, _names(table, file.casefold())


def _wanted(table: Table) -> list[str]:
    source = table.source
    declared = source.sheet if isinstance(source, FolderSource) and isinstance(source.sheet, str) else None
    if declared:
        return [declared.casefold() if declared.endswith(".txt") else f"{declared.casefold()}.txt"]
    part = PARTS.get(table.structure or "")
    by_structure = [part.file] if part else []
    return [*by_structure, f"{table.id.replace('-', '_')}.txt"]


def _names(table: Table, file: str) -> Mapping[str, str]:
    """Only names the table declares and does not itself use in another sense."""
    declared = {fold(column.name): column.name for column in columns_of(table)}
    part = PARTS.get(table.structure or "") or next((each for each in PARTS.values() if each.file == file), None)
    if part is None:
        return {}
    spoken_for = {fold(each) for each in table.aliases}
    return {
        field: declared[fold(name)]
        for field, name in part.names.items()
        if fold(name) in declared
        and fold(field) not in spoken_for
        and declared.get(fold(field), declared[fold(name)]) == declared[fold(name)]
    }


def as_declared(text: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Fields under their official names, and GTFS's own dates (`20260901`) in the official form."""
    known = {fold(field): name for field, name in names.items()}
    taken = set(text.columns)
    renamed = [
        known[fold(name)] if fold(name) in known and known[fold(name)] not in taken else name for name in text.columns
    ]
    days = [place for place, name in enumerate(text.columns) if re.search(r"(^|_)date$", str(name))]
    text = text.set_axis(renamed, axis="columns")
    for place in days:
        written = text.iloc[:, place].str.replace(r"^\s*(\d{4})(\d{2})(\d{2})\s*$", r"\1-\2-\3", regex=True)
        text.isetitem(place, written.array)
    return text
