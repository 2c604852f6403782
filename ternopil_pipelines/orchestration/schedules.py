"""One schedule per cadence; each tick asks for one run per dataset whose slot has come and that nobody looked at.

Ticking every five minutes and asking "who is due by now?" instead of "whose slot is this very minute?" is what makes
up for a machine that slept through the morning of the first of January. Exactly one run is asked for per dataset and
due day: the ledger tells who was looked at, the run's tag who was already asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from ternopil_pipelines.catalogue.cadence import Frequency, cadence
from ternopil_pipelines.catalogue.calendar import last_due
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.journal import PUBLISHED, UNCHANGED, last_looked
from ternopil_pipelines.faults import TransientFault
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.names import keys_of, run_tags, schedule_name

DUE_TAG = "ternopil/due"
# Two runs at a time take some ten seconds each on two cores: ten a tick drain within the five minutes of the tick.
MOST_PER_TICK = 10
TRY_AGAIN = timedelta(hours=1)
MOST_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Due:
    dataset: Dataset
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.dataset.id}:{self.at:%Y-%m-%dT%H:%M}"


def due_now(datasets: Iterable[Dataset], now: datetime, looked: dict[str, datetime | None]) -> list[Due]:
    """Datasets due by `now` that were not looked at since they were, the longest waiting first."""
    found = []
    for dataset in datasets:
        at = last_due(dataset.id, dataset.frequency, now)
        seen = looked.get(dataset.id)
        if at is not None and (seen is None or seen < at):
            found.append(Due(dataset, at))
    return sorted(found, key=lambda due: (due.at, due.dataset.id))


def cadence_schedule(catalogue: Catalogue, frequency: Frequency, datasets: Sequence[Dataset]) -> dg.ScheduleDefinition:
    zone = ZoneInfo(catalogue.city.timezone)

    @dg.schedule(
        name=schedule_name(frequency),
        cron_schedule="*/5 4-23 * * *",
        execution_timezone=catalogue.city.timezone,
        target=dg.AssetSelection.assets(*(key for dataset in datasets for key in keys_of(dataset))),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        required_resource_keys={"installation"},
        description=f"{cadence(frequency).label}: один запуск на набір у день, коли він належить до оновлення.",
    )
    def due(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        installation: Installation = context.resources.installation
        now = context.scheduled_execution_time.astimezone(zone)
        waiting = due_now(datasets, now, looked_at(installation, datasets))
        asked = _attempts(context.instance, [each.key for each in waiting])
        chosen = [each for each in waiting if _to_ask(installation, each, asked[each.key], now)][:MOST_PER_TICK]
        if not chosen:
            return dg.SkipReason("no dataset of this cadence is due")
        return [
            dg.RunRequest(
                run_key=f"{each.key}:{asked[each.key] + 1}" if asked[each.key] else each.key,
                asset_selection=keys_of(each.dataset),
                tags={**run_tags(each.dataset, cause="schedule"), DUE_TAG: each.key},
            )
            for each in chosen
        ]

    return due


def cadence_schedules(catalogue: Catalogue) -> list[dg.ScheduleDefinition]:
    by_frequency: dict[Frequency, list[Dataset]] = {}
    for dataset in catalogue.active:
        if cadence(dataset.frequency).scheduled:
            by_frequency.setdefault(dataset.frequency, []).append(dataset)
    return [cadence_schedule(catalogue, frequency, datasets) for frequency, datasets in by_frequency.items()]


def looked_at(installation: Installation, datasets: Iterable[Dataset]) -> dict[str, datetime | None]:
    """When each dataset was last published or found unchanged, by the ledger."""
    entries = {each.id: last_looked(installation.ledger, each.id) for each in datasets}
    return {name: datetime.fromisoformat(entry.at) if entry else None for name, entry in entries.items()}


def _to_ask(installation: Installation, due: Due, attempts: int, now: datetime) -> bool:
    """Once a due day; again only while the source or portal was out of reach, an hour apart: a portal that was down
    for ten minutes at 04:00 on the first must not cost a monthly dataset its month."""
    if attempts == 0:
        return True
    # What was reminded of or measured meanwhile says nothing of the attempt.
    last = installation.ledger.last(due.dataset.id, "failed", "refused", "received", PUBLISHED, UNCHANGED)
    if last is None or last.what != "failed" or attempts >= MOST_ATTEMPTS:
        return False
    unreachable = any(each.__name__ == last.body.get("fault") for each in TransientFault.__subclasses__())
    return unreachable and now - datetime.fromisoformat(last.at) >= TRY_AGAIN


def _attempts(instance: dg.DagsterInstance, keys: Sequence[str]) -> Counter[str]:
    """How many runs were asked for each due key."""
    if not keys:
        return Counter()
    runs = instance.get_runs(filters=dg.RunsFilter(tags={DUE_TAG: list(keys)}))
    return Counter(run.tags[DUE_TAG] for run in runs)
