"""The scheduled path: one run per dataset a due day, in its slot, ten a tick, made up for after a night asleep."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from ckanapi import RemoteCKAN

from ternopil_pipelines.catalogue.calendar import next_due
from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.names import publication_key
from ternopil_pipelines.orchestration.schedules import DUE_TAG, MOST_PER_TICK, due_now
from ternopil_pipelines_tests.orchestration.town import SOURCES, Town

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    variables = {"TERNOPIL_HOME": str(tmp_path), "LANDING_DIR": str(tmp_path), "CALLS_URL": "sqlite://"}
    return Installation(parse_catalogue(SOURCES.replace("PREFIX", "t")), Environment(variables))


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    # On disk: a schedule's context finds its instance by reference only.
    folder = tmp_path / "dagster"
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as made:
        yield made


def _many(installation: Installation, count: int, frequency: str) -> list[Dataset]:
    first = installation.catalogue.datasets[0].model_dump(mode="json")
    kinds = [{**first, "id": f"dataset-{number}", "frequency": frequency} for number in range(count)]
    return [Dataset.model_validate_json(json.dumps(each)) for each in kinds]


def _tick(
    installation: Installation, instance: dg.DagsterInstance, at: datetime, name: str = "due_once_a_month"
) -> list[dg.RunRequest]:
    definitions = build_definitions(installation)
    schedule = definitions.resolve_schedule_def(name)
    with dg.build_schedule_context(
        instance=instance, scheduled_execution_time=at, resources={"installation": installation}
    ) as context:
        return list(schedule.evaluate_tick(context).run_requests or [])


def test_a_dataset_is_asked_for_in_its_slot_and_not_before(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    dataset = installation.catalogue.datasets[0]
    installation.ledger.append("unchanged", who="test", dataset=dataset.id)
    due = next_due(dataset.id, dataset.frequency, datetime.now(KYIV))
    assert due is not None
    assert _tick(installation, instance, due - timedelta(minutes=5)) == []
    (request,) = _tick(installation, instance, due)
    assert request.tags["ternopil/dataset"] == dataset.id
    assert publication_key(dataset) in (request.asset_selection or [])


def test_what_was_asked_for_is_not_asked_for_again_and_a_late_morning_is_made_up(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    noon = datetime(2026, 5, 3, 12, tzinfo=KYIV)
    (request,) = _tick(installation, instance, noon)
    job = dg.job(name="any")(lambda: None)
    instance.create_run_for_job(job, tags={DUE_TAG: request.tags[DUE_TAG]})
    assert _tick(installation, instance, noon + timedelta(minutes=5)) == []
    (next_month,) = _tick(installation, instance, noon + timedelta(days=31))
    assert next_month.run_key != request.run_key


@pytest.mark.parametrize("frequency", ["once a day", "once a week", "once a month", "once a quarter", "once a year"])
def test_every_due_day_asks_exactly_once_for_each_of_150_datasets_ten_a_tick(
    installation: Installation, frequency: str
) -> None:
    datasets = _many(installation, 150, frequency)
    looked: dict[str, datetime | None] = {}
    asked: Counter[tuple[str, str]] = Counter()
    days = _due_days(frequency)
    for day in days:
        if day - timedelta(days=1) not in days:
            looked = {each.id: day for each in datasets}  # all was done before this day began
        for minute in range(4 * 60, 9 * 60, 5):
            now = day + timedelta(minutes=minute)
            for each in due_now(datasets, now, looked)[:MOST_PER_TICK]:
                asked[(each.dataset.id, f"{each.at:%Y-%m-%d}")] += 1
                looked[each.dataset.id] = now
    assert set(asked.values()) == {1}
    assert len(asked) == 150 * len(days)


def _due_days(frequency: str) -> list[datetime]:
    """Due days of 2026; for the daily cadence those around both clock changes stand for the rest of the year."""
    days = [datetime(2026, 1, 1, tzinfo=KYIV) + timedelta(days=number) for number in range(365)]
    if frequency == "once a day":
        return [each for each in days if each.month in {3, 10} and each.day >= 22]
    if frequency == "once a week":
        return [each for each in days if each.weekday() == 0]
    months = {"once a month": range(1, 13), "once a quarter": (1, 4, 7, 10), "once a year": (1,)}[frequency]
    return [each for each in days if each.day == 1 and each.month in months]


def test_a_schedule_s_own_request_publishes_the_dataset_on_the_portal(
    town: Town, instance: dg.DagsterInstance, anonymous: RemoteCKAN
) -> None:
    (request,) = _tick(town.installation, instance, datetime.now(KYIV).replace(hour=12))
    job = build_definitions(town.installation).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        instance=instance, asset_selection=list(request.asset_selection or []), tags=dict(request.tags)
    )
    assert result.success
    assert anonymous.action.package_show(id=f"{town.prefix}-repairs")["title"] == "Ремонти"
    assert anonymous.action.package_search(q=f"name:{town.prefix}-calls")["count"] == 0
    assert _tick(town.installation, instance, datetime.now(KYIV).replace(hour=23)) == []


@pytest.mark.parametrize(("fault", "again"), [("PortalUnreachable", 1), ("SourceUnreachable", 1), ("DataRefused", 0)])
def test_what_was_out_of_reach_at_the_due_hour_is_tried_again_an_hour_later(
    installation: Installation, instance: dg.DagsterInstance, fault: str, again: int
) -> None:
    now = datetime.now(KYIV)
    ticks = [now + timedelta(minutes=30), now + timedelta(hours=2)]
    (request,) = _tick(installation, instance, now)
    instance.create_run_for_job(dg.job(name="any")(lambda: None), tags={DUE_TAG: request.tags[DUE_TAG]})
    installation.ledger.append("failed", who="test", dataset=installation.catalogue.datasets[0].id, fault=fault, why="")
    asked = [_tick(installation, instance, each) for each in ticks]
    assert [len(each) for each in asked] == [0, again]
    assert all(each.run_key != request.run_key for each in asked[1])
