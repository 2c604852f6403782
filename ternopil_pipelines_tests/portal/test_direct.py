"""Publishing with the DataStore's own address."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal import shadow
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.datastore import Rows
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import COLUMNS, Shelf, catalogue, cells
from ternopil_pipelines_tests.portal.reader import Reader


def rows_of(client: PortalClient, resource: str, **query: object) -> dict[str, object]:
    return dict(client.read("datastore_search", anonymous=True, resource_id=resource, limit=1000, **query))


@pytest.mark.parametrize(("rows", "columns"), [(70, COLUMNS), (10, COLUMNS), (0, COLUMNS), (9, COLUMNS[:3])])
def test_rows_columns_dictionary_and_total_change_under_the_same_id(
    client: PortalClient, shelf: Shelf, press: Press, name: str, rows: int, columns: tuple[Column, ...]
) -> None:
    first = press(shelf.keep(catalogue(name, publish_mode="direct"), "v1", rows=40))
    city = catalogue(name, columns=columns, publish_mode="direct")
    second = press(shelf.keep(city, "v2", rows=rows, columns=columns))
    assert [each.id for each in second.resources] == [each.id for each in first.resources]
    table = next(each.id for each in second.resources if each.datastore)
    answer = rows_of(client, table)
    assert answer["total"] == rows
    assert [record["id"] for record in answer["records"]] == list(range(rows))  # type: ignore[union-attr,index]
    fields = client.read("datastore_info", id=table, resource_id=table)["fields"]
    assert fields[2 if fields[0]["id"] == "_id" else 1]["info"]["label"] == "Версія"
    assert press(shelf.keep(city, "v2", rows=rows, columns=columns)).unchanged


def test_full_text_later_writes_and_the_index_work_as_on_a_table_of_ckans_own(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    result = press(shelf.keep(catalogue(name, publish_mode="direct"), "v1", rows=40))
    result = press(shelf.keep(catalogue(name, publish_mode="direct"), "v2", rows=40))
    table = next(each.id for each in result.resources if each.datastore)
    assert rows_of(client, table, q="v2")["total"] == 40
    assert rows_of(client, table, q="v1")["total"] == 0
    records = rows_of(client, table)["records"]
    assert [record["note"] for record in records].count(None) == 14  # type: ignore[attr-defined,union-attr]
    client.call(
        "datastore_upsert", resource_id=table, force=True, method="insert", records=[{"id": 99, "version": "додано"}]
    )
    assert rows_of(client, table, q="додано")["total"] == 1


@pytest.mark.parametrize("rows", [11, 40])
def test_a_table_loaded_in_parts_keeps_the_files_order_and_its_numbering(
    client: PortalClient, shelf: Shelf, press: Press, name: str, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "PARALLEL_FROM", 10)
    press(shelf.keep(catalogue(name, publish_mode="direct"), "v1", rows=40))
    result = press(shelf.keep(catalogue(name, publish_mode="direct"), "v2", rows=rows))
    table = next(each.id for each in result.resources if each.datastore)
    records = rows_of(client, table, q="v2", sort="_id")["records"]
    assert [(each["_id"], each["id"]) for each in records] == [(n + 1, n) for n in range(rows)]  # type: ignore[attr-defined]
    client.call(
        "datastore_upsert", resource_id=table, force=True, method="insert", records=[{"id": 99, "version": "додано"}]
    )
    assert rows_of(client, table, q="додано")["records"][0]["_id"] == rows + 1  # type: ignore[index]


def test_a_load_that_fails_leaves_no_stage_behind(
    client: PortalClient, shelf: Shelf, press: Press, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "PARALLEL_FROM", 10)
    table = next(
        each.id for each in press(shelf.keep(catalogue(name, publish_mode="direct"), "v1")).resources if each.datastore
    )
    rows = Rows.of(cells(30, "v2"), COLUMNS, sha256="a" * 64)
    spoiled = replace(rows, cells=(*rows.cells[:-1], [*rows.cells[-1][:-1], "nul \x00"]))
    with shadow.ShadowTables(press.datastore_url) as tables:
        with pytest.raises(PortalRefused, match="filling a table"):
            tables.fill(table, spoiled, comments_nested=True)
        assert tables.stages(table) == []
    assert rows_of(client, table, q="v1")["total"] == 40


def test_a_stage_is_removed_by_the_next_filling_once_its_publisher_is_gone_and_not_before(
    shelf: Shelf, press: Press, name: str
) -> None:
    result = press(shelf.keep(catalogue(name, publish_mode="direct"), "v1"))
    table = next(each.id for each in result.resources if each.datastore)
    rows = Rows.of(cells(30, "v2"), COLUMNS, sha256="a" * 64)
    with shadow.ShadowTables(press.datastore_url) as other:
        with shadow.ShadowTables(press.datastore_url) as one:
            one.fill(table, rows, comments_nested=True)
            other.fill(table, rows, comments_nested=True)
            assert len(other.stages(table)) == 2
            process = one._value("SELECT pg_backend_pid()")
        # The server lets go of its locks some moments after the session was ended here.
        while other._value("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = %s)", process):
            time.sleep(0.01)
        other.fill(table, rows, comments_nested=True)
        assert len(other.stages(table)) == 1
        other.discard(table)


def test_a_dataset_published_by_the_api_goes_on_directly_and_back(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    for number, mode in enumerate(("in_place", "direct", "in_place", "direct")):
        result = press(shelf.keep(catalogue(name, publish_mode=mode), f"v{number}", rows=20 + number))
        table = next(each.id for each in result.resources if each.datastore)
        assert rows_of(client, table, q=f"v{number}")["total"] == 20 + number


def test_readers_find_file_table_and_metadata_of_one_edition_through_many_exchanges(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name, publish_mode="direct")
    press(shelf.keep(city, "v0", rows=100))
    with Reader(client.url, name) as first, Reader(client.url, name) as second:
        for number in range(1, 5):
            press(shelf.keep(city, f"v{number}", rows=100 + number * 50))
    for looks in (first.looks, second.looks):
        assert (looks.mixed, looks.absent) == ([], 0)
    assert first.looks.whole + second.looks.whole > 4


def test_another_database_than_the_portals_is_refused_before_anything_changes(
    client: PortalClient, shelf: Shelf, press: Press, name: str, datastore_url: str
) -> None:
    first = press(shelf.keep(catalogue(name, publish_mode="direct"), "v1"))
    city = catalogue(name, publish_mode="direct")
    elsewhere = datastore_url.replace("datastore_default?", "postgres?")
    with pytest.raises(PortalRefused, match="datastore_url"):
        press(shelf.keep(city, "v2"), datastore_url=elsewhere)
    assert press(shelf.keep(city, "v1")).unchanged
    with pytest.raises(PortalRefused, match="needs portal.datastore_url"):
        press(shelf.keep(city, "v2"), datastore_url=None)
    assert first.mode == "direct"


def test_an_address_with_a_port_that_is_no_number_is_refused_without_what_stands_in_it() -> None:
    with pytest.raises(PortalRefused, match="not a database address") as caught:
        shadow.ShadowTables("postgresql://ckan:p@ss:word@host/datastore")
    assert "word" not in f"{caught.value!r} {caught.value.__cause__!r}"
