"""Rows into a table that nobody sees yet, over two connections."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ternopil_pipelines.faults import PortalRefused, PortalUnreachable
from ternopil_pipelines.portal import datastore, filling
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.datastore import Rows
from ternopil_pipelines.portal.standing import difference, differing
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import COLUMNS, Shelf, catalogue, cells, make_long


@pytest.fixture(autouse=True)
def short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    make_long(monkeypatch)


@pytest.fixture
def table(client: PortalClient, organization: str) -> Iterator[str]:
    package = client.call("package_create", name=f"fill-{uuid.uuid4().hex[:10]}", owner_org=organization, private=True)
    yield client.call("resource_create", package_id=package["id"], name="r", url="https://example.ua/r.csv")["id"]
    client.call("package_delete", id=package["id"])


def rows_of(frame: pd.DataFrame) -> Rows:
    return Rows.of(frame, COLUMNS, sha256="a" * 64)


def ids_in(client: PortalClient, table: str) -> list[int]:
    records = client.read("datastore_search", resource_id=table, limit=1000)["records"]
    return [int(record["id"]) for record in records]


@pytest.mark.parametrize("count", [21, 200, 215, 216])
def test_a_long_table_holds_every_row_once_and_its_first_ones_in_order(
    client: PortalClient, table: str, count: int
) -> None:
    rows = rows_of(cells(count, "elm"))
    filling.fill(client, table, rows)
    found = ids_in(client, table)
    assert found[:15] == list(range(15))
    assert sorted(found) == list(range(count))
    state = datastore.look(client, table)
    assert state is not None and (state.count, state.mark) == (count, "a" * 64)
    answer = client.read("datastore_search", resource_id=table, q="elm", limit=0)
    assert answer["total"] == count == client.read("datastore_search", resource_id=table, limit=0)["total"]


def test_a_new_short_table_stands_in_the_files_order(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    result = press(shelf.keep(catalogue(name), "v1", rows=20))
    assert ids_in(client, next(one.id for one in result.resources if one.datastore)) == list(range(20))


def test_after_one_call_has_failed_none_is_begun_and_the_table_has_no_mark(
    client: PortalClient, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    lock = threading.Lock()
    write = datastore.write

    def failing(client: PortalClient, resource: str, records: list[dict[str, Any]], method: str) -> None:
        with lock:
            made.append(len(records))
            number = len(made)
        if number == 3:
            raise PortalRefused("the portal refuses")
        write(client, resource, records, method)

    monkeypatch.setattr(datastore, "write", failing)
    with pytest.raises(PortalRefused, match="the portal refuses"):
        filling.fill(client, table, rows_of(cells(200, "elm")))
    assert len(made) < 7
    state = datastore.look(client, table)
    assert state is not None and state.mark is None


def test_a_call_that_ends_late_and_doubles_rows_leaves_the_table_without_a_mark(
    client: PortalClient, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = datastore.write
    late: list[int] = []

    def doubled(client: PortalClient, resource: str, records: list[dict[str, Any]], method: str) -> None:
        write(client, resource, records, method)
        if not late:
            late.append(len(records))
            write(client, resource, records, method)

    monkeypatch.setattr(datastore, "write", doubled)
    with pytest.raises(PortalUnreachable, match="holds 210 rows where 200 were sent"):
        filling.fill(client, table, rows_of(cells(200, "elm")))
    state = datastore.look(client, table)
    assert state is not None and state.mark is None


def test_what_changed_came_and_went_is_written_and_found_by_its_words(client: PortalClient, table: str) -> None:
    first = cells(200, "elm")
    filling.fill(client, table, rows_of(first))
    second = pd.concat([first.iloc[12:], cells(215, "oak").iloc[200:]], ignore_index=True)
    second.loc[[4, 40], ["version", "note"]] = "oak"
    rows = rows_of(second)
    found = difference(client, table, rows)
    assert found is not None and filling.refillable(found, rows)
    # Twelve went and fifteen came: twelve of these take their numbers.
    assert (len(found.changed), len(found.added), len(found.gone)) == (14, 3, 0)
    filling.refill(client, table, rows, found)
    assert differing_as_editor(client, table, rows) == 0
    for word, count in (("elm", 186), ("oak", 17)):
        assert client.read("datastore_search", resource_id=table, q=word, limit=0)["total"] == count
    shorter = rows_of(second.iloc[20:].reset_index(drop=True))
    found = difference(client, table, shorter)
    assert found is not None and len(found.gone) == 20
    filling.refill(client, table, shorter, found)
    assert differing_as_editor(client, table, shorter) == 0
    assert client.read("datastore_search", resource_id=table, limit=0)["total"] == 183


def differing_as_editor(client: PortalClient, table: str, rows: Rows) -> int:
    found = difference(client, table, rows)
    return -1 if found is None or found.state.mark != rows.sha256 else len(found)


def test_a_hidden_half_that_differs_little_is_written_row_by_row_and_one_that_differs_much_anew(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name, publish_mode="ab")
    frame = cells(100, "v0")
    press(shelf.keep(city, "v0", frame=frame))
    expected = ["loading 100 rows of works", "writing 2 of 101 rows of works", "writing 5 of 95 rows of works",
                "loading 95 rows of works"]  # fmt: skip
    nexts = [
        frame.assign(version=["v1", *frame["version"][1:]]),
        pd.concat([frame, cells(101, "v2").iloc[100:]], ignore_index=True).assign(
            page=["https://x.ua", *frame["page"][1:], None]
        ),
        frame.assign(version=["v1", *frame["version"][1:]]).iloc[:95],
        cells(95, "v4"),
    ]
    for number, (each, words) in enumerate(zip(nexts, expected, strict=True), 1):
        told: list[str] = []
        result = press(shelf.keep(city, f"v{number}", frame=each.reset_index(drop=True)), say=told.append)
        assert words in told, told
        table = next(one.id for one in result.resources if one.datastore)
        assert differing(client, table, rows_of(each)) == 0


@pytest.mark.parametrize("what", ["changed", "came", "went"])
def test_a_hidden_half_killed_while_its_rows_are_written_is_loaded_anew_by_the_next_run(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, what: str
) -> None:
    city = catalogue(name, publish_mode="ab")
    frame = cells(100, "elm")
    press(shelf.keep(city, "v0", frame=frame))
    press(shelf.keep(city, "v1", rows=90))
    wanted = {
        "changed": frame.assign(version=[*["oak"] * 15, *frame["version"][15:]]),
        "came": pd.concat([frame, cells(115, "oak").iloc[100:]], ignore_index=True),
        "went": frame.iloc[15:].reset_index(drop=True),
    }[what]
    pair = shelf.keep(city, "v2", frame=wanted)
    apart.killed_at("table-half-filled", tmp_path, pair, long=True)
    told: list[str] = []
    result = press(pair, say=told.append)
    assert f"loading {len(wanted)} rows of works" in told
    table = next(one.id for one in result.resources if one.datastore)
    assert differing(client, table, rows_of(wanted)) == 0
    oaks = client.read("datastore_search", anonymous=True, resource_id=table, q="oak", limit=0)["total"]
    assert oaks == (0 if what == "went" else 15)


def test_where_the_portal_refuses_to_write_into_a_hidden_half_it_is_loaded_anew(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name, publish_mode="ab")
    frame = cells(100, "elm")
    parked = next(one.id for one in press(shelf.keep(city, "v0", frame=frame)).resources if one.datastore)
    press(shelf.keep(city, "v1", rows=90))
    # A key of somebody's: two records that change places collide while they are written one by one.
    state = datastore.look(client, parked)
    assert state is not None
    fields = [{"id": each, "type": kind} for each, kind in state.fields]
    client.call("datastore_create", resource_id=parked, force=True, fields=fields, primary_key=["page"])
    turned = frame.assign(page=[*frame["page"][[1, 0]], *frame["page"][2:]])
    told: list[str] = []
    result = press(shelf.keep(city, "v2", frame=turned), say=told.append)
    assert "writing 2 of 100 rows of works" in told and any("making the table anew" in text for text in told)
    table = next(one.id for one in result.resources if one.datastore)
    assert differing(client, table, rows_of(turned)) == 0


def test_a_new_dataset_of_a_long_table_is_shown_whole(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1", rows=200)
    result = press(pair)
    assert result.receipt is not None and result.receipt.tables == {"works": 200}
    table = next(one.id for one in result.resources if one.datastore)
    assert sorted(ids_in(client, table)) == list(range(200))
    assert press(pair).unchanged
