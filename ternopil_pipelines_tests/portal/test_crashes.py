"""Killed at every step, a publication is never seen mixed and is finished by the next run."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest

from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal import datastore, publication
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.crash_points import CrashPoint
from ternopil_pipelines.portal.datastore import Rows
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.publication import CALLS_END
from ternopil_pipelines.portal.resumption import resume
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import COLUMNS, Shelf, catalogue, cells, make_long
from ternopil_pipelines_tests.portal.reader import Reader

KILLS = 300
# Seconds. Two readers that hardly pause make a publication a sixth longer and look 40 times each for every kill; so
# they look some ten times.
UNHURRIED = 0.3
# In place a table that grows, in the other modes any next one. At `surplus-removed` the edition has one file less.
POINTS: dict[str, tuple[CrashPoint, ...]] = {
    "in_place": (
        "intent-written",
        "claimed",
        "table-unmarked",
        "table-overwritten",
        "files-sent",
        "table-searchable",
        "tables-loaded",
        "surplus-removed",
        "views-added",
        "verified",
    ),
    "direct": (
        "intent-written",
        "shadow-filled",
        "swap-held",
        "swap-committed",
        "tables-loaded",
        "surplus-removed",
        "verified",
    ),
    "ab": (
        "intent-written",
        "table-half-filled",
        "table-loaded",
        "staged",
        "detached",
        "switched",
        "parked",
        "tables-loaded",
        "surplus-removed",
        "verified",
    ),
}
# Where rows go, the table is made anew: absent meanwhile, and never new rows with a stale rest.
SHRINKING_POINTS: tuple[CrashPoint, ...] = ("claimed", "tables-hidden", "files-sent", "table-loaded")
# Of a dataset nobody has seen yet. `ab` begins as `in_place` does.
_FILLED: tuple[CrashPoint, ...] = (
    "dataset-created",
    "files-sent",
    "table-half-filled",
    "table-loaded",
    "tables-loaded",
    "made-public",
)
NEW_POINTS: dict[str, tuple[CrashPoint, ...]] = {
    "in_place": _FILLED,
    "direct": ("dataset-created", "shadow-filled", "swap-held", "files-sent", "swap-committed", "made-public"),
    "ab": _FILLED,
}


# A dataset under a new name is in test_rename.
ELSEWHERE: tuple[CrashPoint, ...] = ("renamed",)


def test_no_step_is_left_out() -> None:
    named = {
        *SHRINKING_POINTS,
        *ELSEWHERE,
        *(each for points in (*POINTS.values(), *NEW_POINTS.values()) for each in points),
    }
    assert named == set(get_args(CrashPoint))


def whole_again(client: PortalClient, press: Press, city: Catalogue) -> None:
    """What the service does at its start."""
    resume(
        client=client, archive=press.shelf.archive, ledger=press.shelf.ledger, datasets=city.datasets,
        journal=press.journal, datastore_url=press.datastore_url,
    )  # fmt: skip
    assert press.journal.unfinished() == ()


def judge(
    reader: Reader, mode: str, files: set[str], *, shrinking: bool = False,
    cut_off: Sequence[tuple[float, float]] = (),
) -> None:  # fmt: skip
    """`cut_off`: from when until when a killed publication was unfinished."""
    looks = reader.looks
    assert looks.mixed == []
    assert looks.whole > 0
    # In place, CKAN itself shows a new file some milliseconds before its metadata; never half of one.
    assert set(looks.torn) <= files
    if mode != "in_place":
        assert looks.miscounted == 0
    if not (mode == "in_place" and shrinking):
        assert looks.absent == 0
    if mode == "ab":
        assert (looks.torn, looks.apart) == ([], 0)
    if mode == "direct":
        # After a kill between files and table, until the restart that heals it.
        assert [each for each in looks.apart_between if not any(since <= each[1] and each[0] <= until
                for since, until in cut_off)] == []  # fmt: skip


class Issues:
    """Editions one after the other, and what a reader must know of them."""

    def __init__(self, shelf: Shelf, city: Catalogue) -> None:
        self.shelf, self.city = shelf, city
        self.sizes: dict[str, int] = {}
        self.files: set[str] = set()

    def next(self, rows: int, city: Catalogue | None = None) -> tuple[Dataset, Edition]:
        version = f"v{len(self.sizes)}"
        self.sizes[version] = rows
        pair = self.shelf.keep(city or self.city, version, rows=rows)
        self.files.add(pair[1].data_file("works").sha256)
        return pair


@pytest.mark.parametrize("mode", ["in_place", "direct", "ab"])
def test_killed_at_each_step_readers_see_nothing_mixed_and_the_next_run_finishes(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, mode: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if mode == "ab":
        make_long(monkeypatch)
    city, poorer = catalogue(name, publish_mode=mode), catalogue(name, publish_mode=mode, formats=["CSV"])
    issues = Issues(shelf, city)
    press(issues.next(30))
    with Reader(client.url, name, issues.sizes) as reader:
        for number, point in enumerate(POINTS[mode], 1):
            pair = issues.next(30 + number * 7, poorer if point == "surplus-removed" else city)
            killed_and_resumed(point, apart, client, press, city, pair, tmp_path, long=mode == "ab")
    judge(reader, mode, issues.files)


def test_killed_while_rows_go_readers_may_miss_the_table_but_see_nothing_mixed(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    city = catalogue(name)
    issues = Issues(shelf, city)
    press(issues.next(60))
    with Reader(client.url, name, issues.sizes) as reader:
        for number, point in enumerate(SHRINKING_POINTS, 1):
            killed_and_resumed(point, apart, client, press, city, issues.next(60 - number * 7), tmp_path)
    judge(reader, "in_place", issues.files, shrinking=True)


def test_a_call_that_outlives_its_publisher_doubles_no_row(
    apart: Apart, portal: LocalPortal, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    city = catalogue(name)
    table = next(each.id for each in press(shelf.keep(city, "v1", rows=60)).resources if each.datastore)
    pair = shelf.keep(city, "v2", rows=50)
    apart.killed_at("files-sent", tmp_path, pair)
    rows = Rows.of(cells(50, "v2"), COLUMNS, sha256=pair[1].data_file("works").sha256)

    def end_late() -> None:
        time.sleep(CALLS_END / 2)
        state = portal.status()
        datastore.create(PortalClient(str(state.url), state.editor_token), table, rows)

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(end_late)
        whole_again(client, press, city)
        late.result()
    assert client.read("datastore_search", anonymous=True, resource_id=table, limit=0)["total"] == 50
    assert press(pair).unchanged


def test_a_call_of_the_killed_publisher_that_takes_long_is_waited_for_by_the_same_restart(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(publication, "CALLS_END", 0.5)
    city = catalogue(name)
    table = next(each.id for each in press(shelf.keep(city, "v1", rows=60)).resources if each.datastore)
    pair = shelf.keep(city, "v2", rows=70)
    apart.killed_at("table-unmarked", tmp_path, pair)
    over = threading.Event()

    def write() -> None:
        with PortalClient(client.url, client.token) as late:
            for number in itertools.count(1000):
                rows = [{"_id": number, "version": "v2"}]
                late.call("datastore_upsert", resource_id=table, force=True, method="upsert", records=rows)
                if over.is_set():
                    return

    def told(text: str) -> None:
        if "waiting for a call" in text:
            over.set()

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(write)
        try:
            assert not press(pair, say=told).unchanged
        finally:
            over.set()
        late.result()
    assert press.journal.unfinished() == () and press(pair).unchanged


def killed_and_resumed(
    point: str,
    apart: Apart,
    client: PortalClient,
    press: Press,
    city: Catalogue,
    pair: tuple[Dataset, Edition],
    folder: Path,
    *,
    long: bool = False,
) -> None:
    apart.killed_at(point, folder, pair, long=long)
    entry = press.journal.read(pair[0].id)
    assert entry is not None and not entry.done
    whole_again(client, press, city)
    assert press(pair).unchanged


@pytest.mark.parametrize("kills", [3, pytest.param(KILLS, marks=pytest.mark.bars)])
@pytest.mark.parametrize(
    ("mode", "shrinking", "long"),
    [
        ("in_place", False, False),
        ("in_place", True, False),
        ("direct", True, False),
        ("ab", True, False),
        ("ab", True, True),
    ],
)
def test_killed_at_any_moment_readers_see_nothing_mixed_and_one_restart_is_enough(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, mode: str,
    shrinking: bool, long: bool, kills: int, record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if long:
        make_long(monkeypatch)
    city = catalogue(name, publish_mode=mode)
    issues = Issues(shelf, city)
    usual = press(issues.next(500)).seconds
    moments = random.Random(mode)
    cut_off = []
    readers = [Reader(client.url, name, issues.sizes, pause=UNHURRIED) for _ in range(2)]
    with readers[0], readers[1]:
        for number in range(1, kills + 1):
            pair = issues.next(500 + (number % 5 * 40 if shrinking else number * 3 // 2))
            publisher = apart.start(tmp_path, pair, long=long)
            time.sleep(moments.uniform(0, 1.3 * usual))
            since = time.monotonic()
            with contextlib.suppress(ProcessLookupError):
                os.kill(publisher, signal.SIGKILL)
            assert apart.ended() in {0, -signal.SIGKILL}
            begun = press.journal.unfinished()
            whole_again(client, press, city)
            cut_off.append((since, time.monotonic()))
            if not begun:
                # Killed before it wrote anything down, or not before its end.
                press(pair)
            assert press(pair).unchanged
    for each in readers:
        record_property("looks", str(each.looks))
        judge(each, mode, issues.files, shrinking=shrinking, cut_off=cut_off)


def test_killed_between_files_and_table_a_direct_publication_shows_the_old_table_whole_until_it_is_resumed(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    city = catalogue(name, publish_mode="direct")
    issues = Issues(shelf, city)
    press(issues.next(30))
    with Reader(client.url, name, issues.sizes) as reader:
        since = time.monotonic()
        apart.killed_at("files-sent", tmp_path, issues.next(50))
        seen = reader.looks.settled
        while reader.looks.settled < seen + 3:
            time.sleep(0.05)
        assert reader.looks.apart > 0
        whole_again(client, press, city)
        cut_off = [(since, time.monotonic())]
        seen = reader.looks.settled
        while reader.looks.settled < seen + 3:
            time.sleep(0.05)
    judge(reader, "direct", issues.files, cut_off=cut_off)


@pytest.mark.parametrize(("mode", "long"), [("in_place", False), ("in_place", True), ("direct", False), ("ab", True)])
def test_a_new_dataset_is_never_seen_half_made(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, mode: str, long: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if long:
        make_long(monkeypatch)
    pair = shelf.keep(catalogue(name, publish_mode=mode), "v1")
    with Reader(client.url, name) as reader:
        for point in NEW_POINTS[mode]:
            if long or point != "table-half-filled":
                apart.killed_at(point, tmp_path, pair, long=long)
        press(pair)
        assert press(pair).unchanged
    assert (reader.looks.mixed, reader.looks.torn, reader.looks.absent) == ([], [], 0)


def test_an_entry_another_publisher_has_overtaken_is_closed_and_not_replayed(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    city = catalogue(name)
    press(shelf.keep(city, "v1"))
    crashed, newer = shelf.keep(city, "v2"), shelf.keep(city, "v3")
    apart.killed_at("intent-written", tmp_path, crashed)
    press(newer, journal=Journal(tmp_path / "elsewhere"))
    whole_again(client, press, city)
    assert press(newer).unchanged
