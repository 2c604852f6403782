"""Each call of a publication in mode `ab` fails once: see `test_failing_calls`."""

from __future__ import annotations

import pytest

from ternopil_pipelines_tests.portal.failing_proxy import WAYS
from ternopil_pipelines_tests.portal.trial import WHOLE_COURSES, Trial, courses_of


@pytest.mark.parametrize("course", courses_of("ab"))
def test_each_call_failing_once_is_seen_by_no_reader_and_finished_by_the_next_run(
    trial: Trial, name: str, course: str
) -> None:
    assert trial.once(name, course) > 1


@pytest.mark.bars
@pytest.mark.parametrize("course", courses_of("ab"))
@pytest.mark.parametrize("way", WAYS)
def test_each_call_failing_in_each_way(trial: Trial, name: str, course: str, way: str) -> None:
    assert trial.each(name, course, way) > (12 if course in WHOLE_COURSES else 10)
