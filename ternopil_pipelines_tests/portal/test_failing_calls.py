"""Each call of a publication fails once, in one way or another: nothing is doubled, lost or told to the world, and the
next run finishes."""

from __future__ import annotations

from itertools import product

import pytest

from ternopil_pipelines.faults import Fault
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.publication import Publication
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.failing_proxy import WAYS, FailingProxy
from ternopil_pipelines_tests.portal.making import Shelf, catalogue

MODES = ("in_place", "ab", "direct")


def run_with_one_failure(
    portal: LocalPortal, shelf: Shelf, press: Press, name: str, *, mode: str, call: int, way: str
) -> bool:
    """A first and a second edition; the `call`-th call of the second fails. False where there are fewer calls."""
    state = portal.status()
    city = catalogue(name, publish_mode=mode)
    press(shelf.keep(city, "v1", rows=12))
    pair = shelf.keep(city, "v2", rows=9)
    with FailingProxy(str(state.url), {call: way}) as proxy, PortalClient(proxy.url, state.editor_token) as client:
        try:
            press(pair, client=client)
        except Fault as fault:
            told = f"{fault} {fault!r}"
            assert "<html" not in told and "secret" not in told and str(state.editor_token) not in told
            assert len(told) < 600
        reached = len(proxy.calls) >= call
    result = press(pair)
    assert press(pair).unchanged
    require_whole(press.client, result)
    return reached


def require_whole(client: PortalClient, result: Publication) -> None:
    package = client.read("package_show", anonymous=True, id=result.package)
    assert [each["id"] for each in package["resources"]] == [each.id for each in result.resources]
    for each in result.resources:
        assert client.sha256_of(each.url)[0] == each.sha256
        if each.datastore:
            answer = client.read("datastore_search", anonymous=True, resource_id=each.id)
            assert answer["total"] == len(answer["records"]) == each.rows
            assert {record["version"] for record in answer["records"]} == {"v2"}


@pytest.mark.parametrize("mode", MODES)
def test_each_call_failing_once_leaves_nothing_doubled_or_lost(
    portal: LocalPortal, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    call = 0
    reached = True
    while reached:
        call += 1
        way = WAYS[(call + MODES.index(mode)) % len(WAYS)]
        reached = run_with_one_failure(portal, shelf, press, f"{name}-{call}", mode=mode, call=call, way=way)
    assert call > 10


@pytest.mark.bars
@pytest.mark.parametrize("mode", MODES)
def test_each_call_failing_in_each_way(portal: LocalPortal, shelf: Shelf, press: Press, name: str, mode: str) -> None:
    for call, way in product(range(1, 40), WAYS):
        run_with_one_failure(portal, shelf, press, f"{name}-{call}-{way}", mode=mode, call=call, way=way)


def test_every_second_answer_lost_still_ends_whole(portal: LocalPortal, shelf: Shelf, press: Press, name: str) -> None:
    state = portal.status()
    pair = shelf.keep(catalogue(name), "v2", rows=9)
    attempts = 0
    with FailingProxy(str(state.url), dict.fromkeys(range(6, 400, 6), "after")) as proxy:
        for _ in range(6):
            attempts += 1
            try:
                with PortalClient(proxy.url, state.editor_token) as client:
                    press(pair, client=client)
                break
            except Fault:
                continue
    assert attempts < 6
    require_whole(press.client, press(pair))
