"""When a dataset is due: its frequency gives the day, its id the slot of the morning.

A due day is the first of its period (Monday, the 1st of a month, quarter, half year, year). The slots begin at 04:00
local time, after either clock change of Europe/Kyiv (03:00 → 04:00 in March, 04:00 → 03:00 in October would make
03:30 run never or twice), and spread a hundred monthly datasets over four hours. Asking for the runs is the
orchestration's.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta

from ternopil_pipelines.catalogue.cadence import Frequency, cadence

FIRST_SLOT = time(4, 0)
SLOT = timedelta(minutes=5)
SLOTS = 48
# "More than once a day": the hours after which such a dataset is looked at again.
SEVERAL_EVERY_HOURS = 4
_PERIOD_MONTHS = {
    Frequency.MONTHLY: 1,
    Frequency.QUARTERLY: 3,
    Frequency.HALF_YEARLY: 6,
    Frequency.YEARLY: 12,
}


def slot(dataset_id: str) -> int:
    """0 … 47, the same on every machine: the id's sha256, not Python's salted hash."""
    return int.from_bytes(hashlib.sha256(dataset_id.encode()).digest()[:4], "big") % SLOTS


def due_day(frequency: Frequency, today: date) -> date:
    """The latest due day not after `today`."""
    if frequency is Frequency.WEEKLY:
        return today - timedelta(days=today.weekday())
    months = _PERIOD_MONTHS.get(frequency)
    if months is None:
        return today
    return today.replace(month=(today.month - 1) // months * months + 1, day=1)


def last_due(dataset_id: str, frequency: Frequency, now: datetime) -> datetime | None:
    """The latest moment not after `now` (aware, city's zone) at which the dataset was due; None: not scheduled."""
    if not cadence(frequency).scheduled:
        return None
    moment = _slot_on(dataset_id, due_day(frequency, now.date()), now)
    if moment > now:
        moment = _slot_on(dataset_id, due_day(frequency, due_day(frequency, now.date()) - timedelta(days=1)), now)
    elif frequency is Frequency.SEVERAL_A_DAY:
        step = timedelta(hours=SEVERAL_EVERY_HOURS)
        # Wall-clock arithmetic: after 04:00 no clock of the zone changes before midnight.
        while moment + step <= now and (moment + step).date() == moment.date():
            moment += step
    return moment


def next_due(dataset_id: str, frequency: Frequency, now: datetime) -> datetime | None:
    """The first moment after `now` at which the dataset is due; None where it is not scheduled."""
    if last_due(dataset_id, frequency, now) is None:
        return None
    day = now.date()
    for _ in range(370):
        moment = last_due(dataset_id, frequency, datetime.combine(day, time(23, 59), now.tzinfo))
        if moment is not None and moment > now:
            return _first_after(dataset_id, frequency, now, moment)
        day += timedelta(days=1)
    raise AssertionError(f"no due moment within a year for {frequency}")


def _first_after(dataset_id: str, frequency: Frequency, now: datetime, latest: datetime) -> datetime:
    if frequency is not Frequency.SEVERAL_A_DAY:
        return latest
    step = timedelta(hours=SEVERAL_EVERY_HOURS)
    while latest - step > now and (latest - step).date() == latest.date() and (latest - step).time() >= FIRST_SLOT:
        latest -= step
    return latest


def _slot_on(dataset_id: str, day: date, now: datetime) -> datetime:
    return datetime.combine(day, FIRST_SLOT, now.tzinfo) + slot(dataset_id) * SLOT
