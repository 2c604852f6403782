"""What is coming: each dataset's update days within a span, and until when a change must have gone out.

The days are the calendar's, the ladder after them is `status`'s: late by the grace it is overdue and the holder is
told, late by twice the grace it is delinquent and the managers are. Writing it down for people is `ics` and the
command.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ternopil_pipelines.catalogue.cadence import Frequency, cadence
from ternopil_pipelines.catalogue.calendar import next_due
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.oversight.status import changed_on, grace
from ternopil_pipelines.oversight.working_days import AFTER_A_CHANGE, working_days_after

DAYS = 90


@dataclass(frozen=True, slots=True)
class Coming:
    """`what`: `update` is a planned one (the first of the day), `change` one a change of the source asks for by that
    day. `overdue`, `delinquent`: the first days on which it would be so if nothing happened."""

    day: date
    dataset: str
    title: str
    holder: str
    frequency: str
    what: str
    at: str | None
    overdue: date
    delinquent: date

    def as_json(self) -> dict[str, Any]:
        shown = asdict(self)
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in shown.items()}


def upcoming(catalogue: Catalogue, ledger: Ledger, now: datetime, *, days: int = DAYS) -> tuple[Coming, ...]:
    """From now to `days` ahead, by day; a deadline that has passed already stands first."""
    now = now.astimezone(ZoneInfo(catalogue.city.timezone))
    found: list[Coming] = []
    for dataset in catalogue.active:
        found += _planned(dataset, now, days)
        if dataset.frequency is Frequency.ON_CHANGE:
            found += _asked_by_change(dataset, ledger, now)
    return tuple(sorted(found, key=lambda each: (each.day, each.at or "", each.dataset)))


def _planned(dataset: Dataset, now: datetime, days: int) -> Iterator[Coming]:
    last = now.date() + timedelta(days=days)
    moment = next_due(dataset.id, dataset.frequency, now)
    age = cadence(dataset.frequency).max_age_days
    seen: date | None = None
    while moment is not None and moment.date() <= last:
        if moment.date() != seen and age is not None:
            seen = moment.date()
            yield _coming(dataset, seen, "update", moment.strftime("%H:%M"), grace(age))
        moment = next_due(dataset.id, dataset.frequency, moment)


def _asked_by_change(dataset: Dataset, ledger: Ledger, now: datetime) -> Iterator[Coming]:
    """A change that was received and has not come out: refused, failed or waiting for a person."""
    changed = changed_on(ledger.entries(dataset=dataset.id), now)
    if changed is not None:
        deadline, last = (working_days_after(changed, times * AFTER_A_CHANGE) for times in (1, 2))
        yield _coming(dataset, deadline, "change", None, timedelta(), last - deadline)


def _coming(
    dataset: Dataset, day: date, what: str, at: str | None, late: timedelta, very_late: timedelta | None = None
) -> Coming:
    """`late`, `very_late`: how long after the day it is not yet overdue, not yet delinquent (twice `late`)."""
    return Coming(
        day=day,
        dataset=dataset.id,
        title=dataset.title,
        holder=dataset.holder,
        frequency=str(dataset.frequency),
        what=what,
        at=at,
        overdue=day + late + timedelta(days=1),
        delinquent=day + (2 * late if very_late is None else very_late) + timedelta(days=1),
    )
