"""Each call of a publication fails once, in one way or another, on every course a publication may take: readers see
nothing mixed meanwhile, nothing is doubled, lost or told to the world, and the next run finishes.

Here in place; the other modes have files of their own, so that they run beside one another.
"""

from __future__ import annotations

import contextlib

import pytest

from ternopil_pipelines.faults import Fault, PortalUnreachable
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.failing_proxy import WAYS, FailingProxy
from ternopil_pipelines_tests.portal.making import Shelf, catalogue
from ternopil_pipelines_tests.portal.trial import WHOLE_COURSES, Trial, courses_of, require_whole


@pytest.mark.parametrize("course", courses_of("in_place"))
def test_each_call_failing_once_is_seen_by_no_reader_and_finished_by_the_next_run(
    trial: Trial, name: str, course: str
) -> None:
    assert trial.once(name, course) > 1


@pytest.mark.bars
@pytest.mark.parametrize("course", courses_of("in_place"))
@pytest.mark.parametrize("way", WAYS)
def test_each_call_failing_in_each_way(trial: Trial, name: str, course: str, way: str) -> None:
    assert trial.each(name, course, way) > (12 if course in WHOLE_COURSES else 10)


def test_every_seventeenth_answer_lost_still_ends_whole(
    portal: LocalPortal, shelf: Shelf, press: Press, name: str
) -> None:
    state = portal.status()
    pair = shelf.keep(catalogue(name), "v2", rows=9)
    finished = False
    with FailingProxy(str(state.url), dict.fromkeys(range(17, 700, 17), "lost")) as proxy:
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
