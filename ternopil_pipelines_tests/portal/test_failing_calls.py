"""Each call of a publication fails once, in one way or another: nothing is doubled, lost or told to the world, and the
next run finishes."""

from __future__ import annotations

import contextlib
import os
import signal
from queue import Queue

import pytest

from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.faults import Fault, PortalUnreachable
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.publication import Publication
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.failing_proxy import WAYS, FailingProxy
from ternopil_pipelines_tests.portal.making import Shelf, catalogue


def run_with_one_failure(
    portal: LocalPortal, apart: Apart, shelf: Shelf, press: Press, city: Catalogue, *, number: int, call: int, way: str
) -> bool:
    """The next edition of a published dataset, whose `call`-th call fails. False where there are fewer calls."""
    state = portal.status()
    version = f"v{number}"
    pair = shelf.keep(city, version, rows=9 + number % 5)
    if way == "killed":
        reached = _killed_at_call(portal, apart, shelf, pair, call)
        require_whole(press.client, press(pair), version)
        return reached
    with FailingProxy(str(state.url), {call: way}) as proxy, PortalClient(proxy.url, state.editor_token) as client:
        try:
            press(pair, client=client)
        except Fault as fault:
            told = f"{fault} {fault!r}"
            assert "<html" not in told and "secret" not in told and str(state.editor_token) not in told
            assert len(told) < 600
        reached = len(proxy.calls) >= call
    require_whole(press.client, press(pair), version)
    return reached


def _killed_at_call(portal: LocalPortal, apart: Apart, shelf: Shelf, pair: tuple[Dataset, Edition], call: int) -> bool:
    begun = Queue[int]()
    with FailingProxy(
        str(portal.status().url), {call: "killed"}, kill=lambda: os.kill(begun.get(timeout=30), signal.SIGKILL)
    ) as proxy:
        begun.put(apart.start(shelf.folder, pair, url=proxy.url))
        ended = apart.ended()
    assert ended == (-signal.SIGKILL if len(proxy.calls) >= call else 0)
    return ended != 0


def require_whole(client: PortalClient, result: Publication, version: str) -> None:
    package = client.read("package_show", anonymous=True, id=result.package)
    assert [each["id"] for each in package["resources"]] == [each.id for each in result.resources]
    for each in result.resources:
        assert client.sha256_of(each.url)[0] == each.sha256
        if each.datastore:
            answer = client.read("datastore_search", anonymous=True, resource_id=each.id, limit=32_000)
            assert answer["total"] == len(answer["records"]) == each.rows
            assert {record["version"] for record in answer["records"]} == {version}


# Every call is tried in place; the other modes share most of theirs with it.
STEPS = {"in_place": 1, "ab": 4, "direct": 3}


@pytest.mark.parametrize("mode", STEPS)
def test_each_call_failing_once_leaves_nothing_doubled_or_lost(
    portal: LocalPortal, apart: Apart, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    city = catalogue(name, publish_mode=mode)
    press(shelf.keep(city, "v0", rows=12))
    number = 0
    reached = True
    while reached:
        number += 1
        call = number * STEPS[mode]
        way = WAYS[number % len(WAYS)]
        reached = run_with_one_failure(portal, apart, shelf, press, city, number=number, call=call, way=way)
    assert number * STEPS[mode] > 10


@pytest.mark.bars
@pytest.mark.parametrize("mode", STEPS)
@pytest.mark.parametrize("way", WAYS)
def test_each_call_failing_in_each_way(
    portal: LocalPortal, apart: Apart, shelf: Shelf, press: Press, name: str, mode: str, way: str
) -> None:
    city = catalogue(name, publish_mode=mode)
    press(shelf.keep(city, "v0", rows=12))
    call = 1
    while run_with_one_failure(portal, apart, shelf, press, city, number=call, call=call, way=way):
        call += 1
    assert call > 15


def test_every_seventeenth_answer_lost_still_ends_whole(
    portal: LocalPortal, shelf: Shelf, press: Press, name: str
) -> None:
    state = portal.status()
    pair = shelf.keep(catalogue(name), "v2", rows=9)
    finished = False
    with FailingProxy(str(state.url), dict.fromkeys(range(17, 700, 17), "after")) as proxy:
        for _ in range(6):
            with contextlib.suppress(Fault), PortalClient(proxy.url, state.editor_token) as client:
                press(pair, client=client)
                finished = True
                break
    assert finished
    require_whole(press.client, press(pair), "v2")


class LateProxy(FailingProxy):
    """Answers every call of one action when the publisher has given up."""

    def __init__(self, portal: str, action: str) -> None:
        super().__init__(portal)
        self._action = action

    def way(self, asked: str) -> str | None:
        super().way(asked)
        return "late" if asked.endswith(self._action) else None


@pytest.mark.parametrize("action", ["package_revise", "datastore_upsert", "datastore_create"])
def test_a_portal_that_answers_after_the_publisher_gave_up_is_looked_at_and_nothing_is_doubled(
    portal: LocalPortal, shelf: Shelf, press: Press, name: str, action: str
) -> None:
    state = portal.status()
    press(shelf.keep(catalogue(name), "v0", rows=12))
    pair = shelf.keep(catalogue(name), "v1", rows=12)
    with (
        LateProxy(str(state.url), action) as proxy,
        PortalClient(proxy.url, state.editor_token, timeout=5) as client,
    ):
        with contextlib.suppress(PortalUnreachable):
            press(pair, client=client)
        assert any(each.endswith(action) for each in proxy.calls)
        proxy.gave_up.set()
    require_whole(press.client, press(pair), "v1")
    assert press(pair).unchanged
