"""2020-2035, every cadence, both clock changes: the schedule's own ticks ask once for each dataset and due moment."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator
from hypothesis import given, settings
from hypothesis import strategies as st

from ternopil_pipelines.catalogue.cadence import CADENCES, Frequency
from ternopil_pipelines.catalogue.calendar import SEVERAL_EVERY_HOURS, due_day, slot
from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.schedules import MOST_PER_TICK, cadence_schedule, due_now
from ternopil_pipelines_tests.orchestration.town import SOURCES

KYIV = ZoneInfo("Europe/Kyiv")
FIRST, LAST = date(2020, 1, 1), date(2035, 12, 31)
SCHEDULED = [each for each, cadence in CADENCES.items() if cadence.scheduled]
CATALOGUE = parse_catalogue(SOURCES.replace("PREFIX", "t"))


@cache
def many(count: int, frequency: Frequency) -> tuple[Dataset, ...]:
    first = CATALOGUE.datasets[0].model_dump(mode="json")
    kinds = [{**first, "id": f"dataset-{number}", "frequency": frequency} for number in range(count)]
    return tuple(Dataset.model_validate_json(json.dumps(each)) for each in kinds)


@cache
def cron() -> str:
    return str(cadence_schedule(CATALOGUE, Frequency.DAILY, many(1, Frequency.DAILY)).cron_schedule)


def ticks(day: date) -> Iterator[datetime]:
    """As Dagster's daemon reckons them."""
    begun = datetime.combine(day, time(), KYIV)
    for tick in schedule_execution_time_iterator(begun.timestamp(), cron(), "Europe/Kyiv"):
        moment = tick.astimezone(KYIV)
        if moment.date() > day:
            return
        yield moment


def asked(datasets: Sequence[Dataset], day: date) -> tuple[Counter[tuple[str, datetime]], int]:
    """What a day's ticks ask for, after an evening on which all was looked at; and the most of one tick."""
    evening = datetime.combine(day - timedelta(days=1), time(23, 59), KYIV)
    looked: dict[str, datetime | None] = {each.id: evening for each in datasets}
    found: Counter[tuple[str, datetime]] = Counter()
    most = 0
    for now in ticks(day):
        chosen = due_now(datasets, now, looked)[:MOST_PER_TICK]
        most = max(most, len(chosen))
        for each in chosen:
            found[(each.dataset.id, each.at)] += 1
            looked[each.dataset.id] = now
    return found, most


def wanted(datasets: Sequence[Dataset], frequency: Frequency, day: date) -> Counter[tuple[str, datetime]]:
    """Reckoned on the wall clock alone."""
    if due_day(frequency, day) != day:
        return Counter()
    found: Counter[tuple[str, datetime]] = Counter()
    for each in datasets:
        moment = datetime.combine(day, time(4), KYIV) + timedelta(minutes=5 * slot(each.id))
        hours = SEVERAL_EVERY_HOURS if frequency is Frequency.SEVERAL_A_DAY else 24
        while moment.date() == day:
            found[(each.id, moment)] += 1
            moment += timedelta(hours=hours)
    return found


def clock_changes() -> list[date]:
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    offset = {day: datetime.combine(day, time(), KYIV).utcoffset() for day in [*days, LAST + timedelta(days=1)]}
    return [day for day in days if offset[day] != offset[day + timedelta(days=1)]]


def test_every_day_has_its_240_ticks_from_four_also_when_clocks_change() -> None:
    changes = clock_changes()
    assert len(changes) == 32
    for day in changes:
        found = [f"{each:%H:%M}" for each in ticks(day)]
        assert (len(found), found[0], found[-1]) == (240, "04:00", "23:55")


@pytest.mark.parametrize("frequency", SCHEDULED)
def test_around_every_clock_change_each_due_moment_is_asked_for_once(frequency: Frequency) -> None:
    few = many(4, frequency)
    for change in clock_changes():
        for day in (change - timedelta(days=1), change, change + timedelta(days=1)):
            assert asked(few, day)[0] == wanted(few, frequency, day), day


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(SCHEDULED),
    # The first of a month and a Monday come up as often as the other days together.
    st.dates(FIRST, LAST).flatmap(
        lambda day: st.sampled_from(
            [day, day.replace(day=1), day.replace(month=1, day=1), due_day(Frequency.WEEKLY, day)]
        )
    ),
)
def test_any_day_asks_150_datasets_once_for_each_due_moment_and_ten_a_tick(frequency: Frequency, day: date) -> None:
    datasets = many(150, frequency)
    found, most = asked(datasets, day)
    assert found == wanted(datasets, frequency, day)
    assert most <= MOST_PER_TICK == 10


def test_the_schedule_itself_asks_for_ten_of_150_that_wait_and_then_for_the_next(tmp_path: Path) -> None:
    variables = {"TERNOPIL_HOME": str(tmp_path), "LANDING_DIR": str(tmp_path), "CALLS_URL": "sqlite://"}
    catalogue = CATALOGUE.model_copy(update={"datasets": many(150, Frequency.MONTHLY)})
    installation = Installation(catalogue, Environment(variables))
    schedule = build_definitions(installation).resolve_schedule_def("due_once_a_month")
    folder = tmp_path / "dagster"
    folder.mkdir()
    names: list[str] = []
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        for minute in (0, 5):
            at = datetime(2026, 5, 1, 12, minute, tzinfo=KYIV)
            with dg.build_schedule_context(
                instance=instance, scheduled_execution_time=at, resources={"installation": installation}
            ) as context:
                requests = list(schedule.evaluate_tick(context).run_requests or [])
            assert len(requests) == 10
            for each in requests:
                instance.create_run_for_job(dg.job(name="any")(lambda: None), tags=dict(each.tags))
            names += [each.tags["ternopil/dataset"] for each in requests]
    assert len(set(names)) == 20
