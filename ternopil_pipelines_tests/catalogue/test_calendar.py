"""Every scheduled cadence, fifteen years, both clock changes: one due moment a period, in the slot of the id."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternopil_pipelines.catalogue.cadence import CADENCES, Frequency
from ternopil_pipelines.catalogue.calendar import FIRST_SLOT, SLOTS, due_day, last_due, next_due, slot

KYIV = ZoneInfo("Europe/Kyiv")
ONCE_A_PERIOD = [f for f, c in CADENCES.items() if c.scheduled and f is not Frequency.SEVERAL_A_DAY]
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(KYIV), allow_imaginary=False)


@pytest.mark.parametrize("frequency", ONCE_A_PERIOD)
def test_each_period_has_exactly_one_due_moment(frequency: Frequency) -> None:
    seen: dict[date, datetime] = {}
    day = date(2020, 1, 1)
    while day < date(2036, 1, 1):
        evening = datetime(day.year, day.month, day.day, 23, 55, tzinfo=KYIV)
        moment = last_due("transport-stops", frequency, evening)
        assert moment is not None
        assert seen.setdefault(due_day(frequency, day), moment) == moment
        day += timedelta(days=1)
    assert len(set(seen.values())) == len(seen)
    assert {each.date() for each in seen.values()} == set(seen)


@given(moments, st.sampled_from(ONCE_A_PERIOD), st.text("abcdefgh-", min_size=1))
def test_the_last_due_moment_is_past_and_the_next_is_to_come(now: datetime, frequency: Frequency, name: str) -> None:
    last, coming = last_due(name, frequency, now), next_due(name, frequency, now)
    assert last is not None and coming is not None
    assert last <= now < coming
    assert last_due(name, frequency, coming) == coming
    assert last.time() >= FIRST_SLOT


@given(moments)
def test_several_times_a_day_is_due_again_after_four_hours(now: datetime) -> None:
    last, coming = last_due("x", Frequency.SEVERAL_A_DAY, now), next_due("x", Frequency.SEVERAL_A_DAY, now)
    assert last is not None and coming is not None
    assert last <= now < coming
    assert last_due("x", Frequency.SEVERAL_A_DAY, coming) == coming


def test_what_is_not_scheduled_is_never_due() -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=KYIV)
    assert last_due("x", Frequency.ON_CHANGE, now) is None
    assert next_due("x", Frequency.NEVER, now) is None


def test_a_hundred_and_fifty_datasets_spread_over_the_morning() -> None:
    filled = [slot(f"dataset-{number}") for number in range(150)]
    assert min(filled) >= 0 and max(filled) < SLOTS
    assert max(filled.count(each) for each in set(filled)) <= 10
