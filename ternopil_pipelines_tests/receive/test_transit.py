"""One GTFS feed, from which each transport table of the law takes its own part."""

from __future__ import annotations

import io
import zipfile

import pytest

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines.receive.transit import PARTS
from ternopil_pipelines_tests.receive.making import codes, table

FEED = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\n1,КП,https://a.ua,Europe/Kyiv\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type\n007,Центр,49.5,25.5,0\n008,Ринок,49.6,25.6,0\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\n5,1,5А,Центр — Ринок,3\n",
    "trips.txt": "route_id,service_id,trip_id,trip_headsign,direction_id,shape_id\n5,w,t1,Ринок,0,s1\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt1,08:00:00,8:01:00,007,1\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "w,1,1,1,1,1,0,0,20260901,20261231\n",
    "calendar_dates.txt": "service_id,date,exception_type\nw,20261225,2\n",
    "shapes.txt": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled\ns1,49.5,25.5,1,0\n",
}


def feed(folder: str = "", without: str = "") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FEED.items():
            if name != without:
                archive.writestr(folder + name, "\ufeff" + content)
    return packed.getvalue()


def declared(structure: str) -> Table:
    return Table.model_validate({"id": "t", "structure": structure, "source": {"kind": "folder"}})


@pytest.mark.parametrize("folder", ["", "gtfs/"])
@pytest.mark.parametrize("structure", sorted(set(PARTS) - {"26/vehicles"}))
def test_each_table_takes_its_part_under_its_official_names(structure: str, folder: str) -> None:
    wanted = declared(structure)
    receipt = receive_bytes(feed(folder), "розклад.zip", wanted)
    part = PARTS[structure]
    fields = FEED[part.file].splitlines()[0].split(",")
    assert list(receipt.text.columns) == [part.names[field] for field in fields]
    assert receipt.rows.tolist() == list(range(2, len(FEED[part.file].splitlines()) + 1))
    assert receipt.origin.detail["part"] == part.file
    assert receipt.origin.name == "розклад.zip"
    assert set(part.names.values()) <= {column.name for column in columns_of(wanted)}


def test_dates_of_a_feed_become_official_ones_and_the_table_is_typed() -> None:
    wanted = declared("56/calendar")
    receipt = receive_bytes(feed(), "розклад.zip", wanted)
    assert receipt.text[["startDate", "endDate"]].to_numpy().tolist() == [["2026-09-01", "2026-12-31"]]
    cleaned = clean(receipt, wanted, columns_of(wanted))
    assert [each.code for each in cleaned.findings if each.severity == "error"] == []


def test_a_feed_without_the_part_is_refused_and_names_what_it_has() -> None:
    with pytest.raises(SourceRefused) as refused:
        receive_bytes(feed(without="shapes.txt"), "розклад.zip", declared("55/shapes"))
    assert codes(refused.value) == ["part-not-found"]
    assert "shapes.txt" in refused.value.findings[0].message
    assert "routes.txt" in refused.value.findings[0].message
    with pytest.raises(SourceRefused) as refused:
        receive_bytes(feed(), "розклад.zip", declared("26/vehicles"))
    assert "vehicles.txt" in refused.value.findings[0].message


def test_a_table_of_ones_own_names_its_part_by_sheet_or_by_its_id() -> None:
    own = table("stop_id", "stop_name", sheet="stops")
    receipt = receive_bytes(feed(), "розклад.zip", own)
    assert receipt.text["stop_id"].tolist() == ["007", "008"]
    by_id = Table.model_validate({**own.model_dump(), "id": "stops", "source": {"kind": "folder"}})
    assert receive_bytes(feed(), "розклад.zip", by_id).text["stop_name"].tolist() == ["Центр", "Ринок"]


def test_a_feed_under_a_tables_extension_is_named() -> None:
    with pytest.raises(SourceRefused) as refused:
        receive_bytes(feed(), "розклад.xlsx", declared("27/stops"))
    assert codes(refused.value) == ["file-wrong-kind"]
    assert "GTFS" in refused.value.findings[0].message
