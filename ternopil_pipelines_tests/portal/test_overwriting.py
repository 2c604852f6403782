"""New rows into a table that readers keep seeing."""

from __future__ import annotations

import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
import requests

from ternopil_pipelines.faults import PortalRefused, PublicationContested
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal import datastore, overwriting
from ternopil_pipelines.portal.answers import PortalMissing
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.datastore import Rows
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.overwriting import overwritable
from ternopil_pipelines.portal.publication import Publication
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.failing_proxy import FailingProxy
from ternopil_pipelines_tests.portal.making import COLUMNS, Shelf, catalogue, cells, make_long
from ternopil_pipelines_tests.portal.reader import Reader
from ternopil_pipelines_tests.portal.test_crashes import whole_again


def table_of(published: Publication) -> str:
    return next(each.id for each in published.resources if each.datastore)


def rows_of(count: int, version: str = "v9", columns: int = len(COLUMNS)) -> Rows:
    return Rows.of(cells(count, version, COLUMNS[:columns]), COLUMNS[:columns], sha256="a" * 64)


def test_each_next_edition_is_read_counted_and_found_by_its_own_words_without_a_moment_of_absence(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    sizes = {"v0": 40, "v1": 40, "v2": 65, "v3": 65, "v4": 66}
    table = table_of(press(shelf.keep(catalogue(name), "v0", rows=40)))
    with Reader(client.url, name, sizes) as reader:
        for before, version in zip(sizes, list(sizes)[1:], strict=False):
            press(shelf.keep(catalogue(name), version, rows=sizes[version]))
            answer = client.read("datastore_search", anonymous=True, resource_id=table, limit=100)
            assert answer["total"] == sizes[version]
            assert [record["_id"] for record in answer["records"]] == list(range(1, sizes[version] + 1))
            # CKAN's upsert leaves the old words in the full text of a row it changes.
            found = {
                word: client.read("datastore_search", anonymous=True, resource_id=table, q=word, limit=0)["total"]
                for word in (before, version)
            }
            assert found == {before: 0, version: sizes[version]}
    assert (reader.looks.mixed, reader.looks.absent) == ([], 0)
    assert reader.looks.whole > 4


def test_what_one_call_cannot_do_is_left_to_making_the_table_anew(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    table = table_of(press(shelf.keep(catalogue(name), "v1", rows=12)))
    found = [overwritable(client, table, rows_of(count)) for count in (12, 30, 11)]
    assert [each and (each.state.count, len(each)) for each in found] == [(12, 12), (12, 30), None]
    assert overwritable(client, table, rows_of(12, columns=5)) is None
    assert overwritable(client, "no-such-table", rows_of(12)) is None


def test_of_a_table_in_which_much_changed_every_row_is_written_so_that_two_publishers_leave_no_mix(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    first = changed(20, "v1", places=())
    table = table_of(press(shelf.keep(catalogue(name), "v1", frame=first)))
    for number, written in ((10, 10), (11, 20)):
        next_one = changed(20, "v2", places=tuple(range(number)), before=first)
        found = overwritable(client, table, Rows.of(next_one, COLUMNS, sha256="c" * 64))
        assert found is not None and len(found) == written


def test_a_table_that_lost_a_row_in_the_middle_is_made_whole_in_the_files_order(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    table = table_of(press(shelf.keep(catalogue(name), "v1", rows=12)))
    client.call(
        "datastore_records_delete", resource_id=table, force=True, filters={"_id": 5}, calculate_record_count=False
    )
    told: list[str] = []
    press(shelf.keep(catalogue(name), "v2", rows=12), say=told.append)
    assert "writing 12 of 12 rows of works" in told
    answer = client.read("datastore_search", anonymous=True, resource_id=table)
    assert [(record["id"], record["version"]) for record in answer["records"]] == [(n, "v2") for n in range(12)]


@pytest.mark.parametrize(("before", "after", "stays"), [(2**40, 7, True), (7, 2**40, False)])
def test_a_wider_type_that_stands_is_kept_and_a_narrower_one_makes_the_table_anew(
    client: PortalClient, shelf: Shelf, press: Press, name: str, before: int, after: int, stays: bool
) -> None:
    def edition(number: int, version: str) -> Publication:
        frame = cells(3, version).assign(id=[str(number + place) for place in range(3)])
        return press(shelf.keep(catalogue(name), version, frame=frame))

    table = table_of(edition(before, "v1"))
    with Reader(client.url, name, {"v1": 3, "v2": 3}) as reader:
        edition(after, "v2")
    answer = client.read("datastore_search", anonymous=True, resource_id=table)
    assert [record["id"] for record in answer["records"]] == [after, after + 1, after + 2]
    assert answer["fields"][1]["type"] == "int8"
    assert reader.looks.mixed == []
    assert not (stays and reader.looks.absent)


def test_where_the_portal_refuses_to_overwrite_the_table_is_made_anew(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    table = table_of(press(shelf.keep(catalogue(name), "v1", rows=12)))
    state = datastore.look(client, table)
    assert state is not None
    fields = [{"id": name, "type": kind} for name, kind in state.fields]
    # A key of somebody's: rows that change places collide while they are written one by one.
    client.call("datastore_create", resource_id=table, force=True, fields=fields, primary_key=["id"])
    turned = cells(12, "v2").iloc[::-1].reset_index(drop=True)
    told: list[str] = []
    press(shelf.keep(catalogue(name), "v2", frame=turned), say=told.append)
    assert any("making the table anew" in text for text in told)
    answer = client.read("datastore_search", anonymous=True, resource_id=table)
    assert [record["id"] for record in answer["records"]] == list(range(11, -1, -1))
    assert {record["version"] for record in answer["records"]} == {"v2"}


class NarrowProxy(FailingProxy):
    """A web server that takes no body larger than `room` bytes, as nginx with `client_max_body_size`."""

    room = 40_000

    def forward(self, handler: Any) -> requests.Response:
        size = int(handler.headers.get("Content-Length") or 0)
        if size <= self.room:
            return super().forward(handler)
        handler.rfile.read(size)
        refused = requests.Response()
        refused.status_code, refused._content = 413, b"<html>Request Entity Too Large</html>"
        return refused


@pytest.mark.parametrize("rows", [280, 300])
def test_a_table_whose_rows_no_call_can_bring_stands_as_it_was_and_the_fault_names_the_mode_that_can(
    portal: LocalPortal, client: PortalClient, shelf: Shelf, press: Press, name: str, rows: int
) -> None:
    """The file passes; rows as JSON are larger. Fewer rows would make the table anew, as many overwrite it."""
    state = portal.status()
    table = table_of(press(shelf.keep(catalogue(name, formats=["CSV"]), "v1", rows=300)))
    pair = shelf.keep(catalogue(name, formats=["CSV"]), "v2", rows=rows)
    for _ in range(2):
        with (
            NarrowProxy(str(state.url)) as proxy,
            PortalClient(proxy.url, state.editor_token) as narrow,
            pytest.raises(PortalRefused, match=r"stands as it was: set `publish_mode: ab`"),
        ):
            press(pair, client=narrow)
        answer = client.read("datastore_search", anonymous=True, resource_id=table, limit=1000)
        assert [record["version"] for record in answer["records"]] == ["v1"] * 300
    press(pair)
    assert client.read("datastore_search", anonymous=True, resource_id=table, limit=0)["total"] == rows


def changed(rows: int, version: str, *, places: tuple[int, ...], before: pd.DataFrame | None = None) -> pd.DataFrame:
    """The rows of `before`, those at `places` and the added ones of this version."""
    frame = cells(rows, version)
    if before is not None:
        kept = [place for place in range(len(before)) if place not in places]
        frame.loc[kept] = before.loc[kept]
    return frame


@pytest.mark.parametrize("rows", [60, 63])
def test_of_a_table_in_which_little_changed_only_those_rows_are_written_and_all_are_found_by_their_words(
    client: PortalClient, shelf: Shelf, press: Press, name: str, rows: int
) -> None:
    first = changed(60, "elm", places=())
    table = table_of(press(shelf.keep(catalogue(name), "v1", frame=first)))
    before = client.read("datastore_search", anonymous=True, resource_id=table, limit=100)["records"]
    second = changed(rows, "oak", places=(4, 59), before=first)
    told: list[str] = []
    press(shelf.keep(catalogue(name), "v2", frame=second), say=told.append)
    assert f"writing {rows - 58} of {rows} rows of works" in told
    answer = client.read("datastore_search", anonymous=True, resource_id=table, limit=100)
    assert answer["total"] == rows
    assert [record["_id"] for record in answer["records"]] == list(range(1, rows + 1))
    assert [record["version"] for record in answer["records"]] == second["version"].tolist()
    untouched = [record for record in answer["records"] if record["_id"] not in {5, 60} and record["_id"] <= 60]
    assert untouched == [record for record in before if record["_id"] not in {5, 60}]
    for word, count in (("elm", 58), ("oak", rows - 58)):
        assert client.read("datastore_search", anonymous=True, resource_id=table, q=word, limit=0)["total"] == count


def test_a_table_that_says_it_is_nobodys_is_written_whole(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    first = changed(20, "v1", places=())
    table = table_of(press(shelf.keep(catalogue(name), "v1", frame=first)))
    second = shelf.keep(catalogue(name), "v2", frame=changed(20, "v2", places=(3,), before=first))
    # Somebody wrote the table anew: it is nobody's, and nothing of it is taken as known.
    fields = [{"id": "id", "type": "int4", "info": {"label": "Номер"}}]
    client.call("datastore_create", resource_id=table, force=True, fields=fields, records=[])
    client.call(
        "datastore_upsert", resource_id=table, force=True, method="update", records=[{"_id": 8, "version": "stranger"}]
    )
    told: list[str] = []
    press(second, say=told.append)
    assert "writing 20 of 20 rows of works" in told
    answer = client.read("datastore_search", anonymous=True, resource_id=table, q="stranger")
    assert answer["total"] == 0


def test_a_row_somebody_changed_through_the_api_is_written_again_with_the_next_edition(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    first = changed(20, "v1", places=())
    old = shelf.keep(catalogue(name), "v1", frame=first)
    table = table_of(press(old))
    pair = shelf.keep(catalogue(name), "v2", frame=changed(20, "v2", places=(3,), before=first))
    # What stands is read, so that the old edition may be gone.
    shelf.archive.erase(name, old[1].address, reason="test", who="test")
    client.call(
        "datastore_upsert", resource_id=table, force=True, method="update", records=[{"_id": 8, "version": "stranger"}]
    )
    told: list[str] = []
    press(pair, say=told.append)
    assert "writing 2 of 20 rows of works" in told
    assert client.read("datastore_search", anonymous=True, resource_id=table, q="stranger")["total"] == 0


def test_in_a_long_table_new_first_rows_are_added_at_its_end_and_the_others_keep_their_numbers(
    client: PortalClient, shelf: Shelf, press: Press, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datastore, "IN_ORDER", 10)
    first = changed(60, "elm", places=())
    table = table_of(press(shelf.keep(catalogue(name), "v1", frame=first)))
    coming = cells(64, "oak").iloc[60:]
    second = pd.concat([coming, first], ignore_index=True)
    second.loc[9, "version"] = "oak"  # the record 5
    told: list[str] = []
    with Reader(client.url, name, {"elm": 60}) as reader:
        press(shelf.keep(catalogue(name), "v2", frame=second), say=told.append)
    assert "writing 5 of 64 rows of works" in told
    assert reader.looks.absent == 0
    records = client.read("datastore_search", anonymous=True, resource_id=table, limit=100)["records"]
    assert [record["id"] for record in records] == list(range(64))
    assert [record["_id"] for record in records if record["version"] == "oak"] == [6, 61, 62, 63, 64]
    assert client.read("datastore_search", anonymous=True, resource_id=table, q="oak", limit=0)["total"] == 5


@pytest.mark.parametrize(("limit", "rows"), [((overwriting, "ROWS_AT_ONCE"), 45), ((datastore, "CELLS_AT_ONCE"), 39)])
def test_what_no_single_call_can_write_is_refused_before_anything_is_changed_and_published_by_another_mode(
    client: PortalClient, shelf: Shelf, press: Press, name: str, monkeypatch: pytest.MonkeyPatch,
    limit: tuple[ModuleType, str], rows: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(*limit, 30)
    first = shelf.keep(catalogue(name), "v1")
    press(first)  # nobody has seen it yet: of any size
    with Reader(client.url, name, {"v1": 40, "v2": rows}) as reader:
        with pytest.raises(PortalRefused, match=f"{rows} rows are more than one call can write.*`publish_mode: ab`"):
            press(shelf.keep(catalogue(name), "v2", rows=rows))
        assert press(first).unchanged
        assert not press(shelf.keep(catalogue(name, publish_mode="ab"), "v2", rows=rows)).unchanged
    assert (reader.looks.mixed, reader.looks.torn, reader.looks.absent, reader.looks.apart) == ([], [], 0, 0)


def test_who_loses_the_revision_has_written_none_of_a_few_rows(
    client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    first = changed(20, "v1", places=())
    press(shelf.keep(catalogue(name), "v1", frame=first))
    late = shelf.keep(catalogue(name), "v2", frame=changed(20, "late", places=(3,), before=first))
    early = shelf.keep(catalogue(name), "v3", frame=changed(20, "early", places=(5,), before=first))
    elsewhere = Journal(tmp_path / "elsewhere")

    def overtaken(text: str) -> None:
        if text.startswith("sending"):
            press(early, journal=elsewhere)

    with pytest.raises(PublicationContested):
        press(late, say=overtaken)
    # Nothing is left to be mended.
    assert press(early, journal=elsewhere).unchanged


def test_a_table_somebody_touched_between_the_look_and_the_writing_is_written_whole(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    first = changed(20, "v1", places=())
    table = table_of(press(shelf.keep(catalogue(name), "v1", frame=first)))
    pair = shelf.keep(catalogue(name), "v2", frame=changed(20, "v2", places=(3,), before=first))
    told: list[str] = []

    def touch(text: str) -> None:
        told.append(text)
        if text.startswith("sending 2"):
            state = datastore.look(client, table)
            assert state is not None
            datastore.describe(client, table, rows_of(20), marked=False)

    press(pair, say=touch)
    assert [text for text in told if text.startswith("writing")] == ["writing 20 of 20 rows of works"]
    assert press(pair).unchanged


class Watcher(threading.Thread):
    """A citizen who reads the table all the time; `seen` are the versions of its rows, in order."""

    def __init__(self, client: PortalClient, table: str) -> None:
        super().__init__(daemon=True)
        self.seen: set[tuple[str, ...] | None] = set()
        self._url, self._table = client.url, table
        self._over = threading.Event()

    def __enter__(self) -> Watcher:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(timeout=30)

    def run(self) -> None:
        with PortalClient(self._url, None) as client:
            while not self._over.wait(0.02):
                try:
                    answer = client.read("datastore_search", anonymous=True, resource_id=self._table, limit=1000)
                    self.seen.add(tuple(record["version"] for record in answer["records"]))
                except PortalMissing:
                    self.seen.add(None)


@pytest.mark.parametrize("rounds", [1, pytest.param(60, marks=pytest.mark.bars)])
@pytest.mark.parametrize("long", [False, True])
def test_killed_while_a_few_rows_are_written_the_table_is_seen_whole_and_finished_by_the_next_run(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, rounds: int, long: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """In a long table the new rows come first in the file, and their order in the table is not asked for."""
    if long:
        make_long(monkeypatch)
    city = catalogue(name)
    frame = changed(200, "v0", places=())
    table = table_of(press(shelf.keep(city, "v0", frame=frame)))
    whole: list[tuple[str, ...]] = [tuple(frame["version"])]
    points = ("intent-written", "files-sent", "table-unmarked", "table-overwritten", "table-searchable", "verified")
    with Watcher(client, table) as citizen:
        for number, point in enumerate(points * rounds, 1):
            before = frame
            frame = changed(len(before) + 2, f"v{number}", places=(number % 7, 190), before=before)
            if long:
                frame = pd.concat([frame.iloc[-2:], frame.iloc[:-2]], ignore_index=True)
            whole.append(tuple(frame["version"]))
            pair = shelf.keep(city, f"v{number}", frame=frame)
            apart.killed_at(point, tmp_path, pair, long=long)
            whole_again(client, press, city)
            assert press(pair).unchanged, point
            records = client.read("datastore_search", anonymous=True, resource_id=table, limit=1000)["records"]
            shown = [record["version"] for record in records]
            assert shown == [*whole[-1]] or long and sorted(shown) == sorted(whole[-1])
            found = client.read("datastore_search", anonymous=True, resource_id=table, q=f"v{number}", limit=0)["total"]
            assert found == sum(f"v{number}" in row for row in frame[["version", "note"]].to_numpy())
    seen = {tuple(sorted(each)) if each and long else each for each in citizen.seen}
    assert seen <= {tuple(sorted(each)) if long else each for each in whole}
    assert len(seen) > 2
