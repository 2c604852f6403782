"""A portal whose workers are killed, whose disk takes no more, or that is gone: the publication heals or says so."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from ternopil_pipelines.faults import Fault, PortalUnreachable
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import Shelf, catalogue
from ternopil_pipelines_tests.portal.trial import require_whole
from ternopil_pipelines_tests.portal.workers import web_server, without_room

# Larger than any log of the portal, smaller than the CSV of 2,000 rows.
FILE_LIMIT = 100_000


def kill_workers(portal: LocalPortal) -> None:
    for worker in web_server(portal).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.kill()


@contextlib.contextmanager
def run_later(portal: LocalPortal) -> Iterator[PortalClient]:
    """The next run's client: its connections are new, and it comes when workers answer again. A late kill breaks the
    connections that stood, which is a transient fault of the run they belonged to."""
    for _ in range(300):
        state = portal.status()
        if state.running:
            break
        time.sleep(0.1)
    with PortalClient(str(state.url), state.editor_token) as client:
        yield client


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.bars)])
@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_workers_killed_while_files_are_sent_are_healed_by_one_more_run(
    portal: LocalPortal, shelf: Shelf, press: Press, name: str, mode: str, kills: int
) -> None:
    city = catalogue(name, publish_mode=mode)
    press(shelf.keep(city, "v0", rows=300))
    moments = random.Random(mode)
    killed = 0
    for number in range(1, kills + 1):
        pair = shelf.keep(city, f"v{number}", rows=300 + number % 7)
        timers: list[threading.Timer] = []

        def at_the_first_file(text: str, timers: list[threading.Timer] = timers) -> None:
            if not timers and text.startswith(("sending", "staging")):
                timers.append(threading.Timer(moments.uniform(0, 0.25), kill_workers, (portal,)))
                timers[0].start()

        with contextlib.suppress(PortalUnreachable):
            press(pair, say=at_the_first_file)
        for timer in timers:
            timer.join()
            killed += 1
        with run_later(portal) as later:
            require_whole(later, press(pair, client=later), f"v{number}")
            assert press(pair, client=later).unchanged
    assert killed == kills


@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_a_portal_without_room_keeps_the_old_file_and_the_next_run_finishes(
    portal: LocalPortal, client: PortalClient, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    city = catalogue(name, publish_mode=mode)
    old = press(shelf.keep(city, "v1", rows=30))
    csv = next(each for each in old.resources if each.datastore)
    pair = shelf.keep(city, "v2", rows=2000)
    assert pair[1].data_file("works").size > FILE_LIMIT
    with without_room(portal, FILE_LIMIT):
        with pytest.raises(PortalUnreachable, match="500"):
            press(pair)
        assert client.sha256_of(csv.url)[0] == csv.sha256
        if mode != "in_place":
            assert client.read("datastore_search", anonymous=True, resource_id=csv.id, q="v1", limit=0)["total"] == 30
    require_whole(client, press(pair), "v2")


@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_a_portal_that_is_killed_and_comes_back_is_finished_by_the_next_run(
    portal: LocalPortal, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    city = catalogue(name, publish_mode=mode)
    press(shelf.keep(city, "v1"))
    pair = shelf.keep(city, "v2", rows=30)
    port = int(str(portal.status().url).rsplit(":", 1)[1])

    def kill(text: str) -> None:
        if text.startswith(("loading", "filling")):
            server = web_server(portal)
            family = [server, *server.children()]
            for each in family:
                each.kill()
            psutil.wait_procs(family, timeout=10)

    with pytest.raises(Fault):
        press(pair, say=kill)
    state = portal.up(port=port)
    assert state.url is not None
    with PortalClient(state.url, state.editor_token) as client:
        require_whole(client, press(pair, client=client), "v2")
