"""One field, `frequency`, sets schedule, freshness window and label of a dataset.

The codes are the portal's (`update_frequency`), to be written exactly so; the labels and greatest ages are the law's.
Deciding when a dataset is due is `calendar`'s; asking Dagster to run is the orchestration's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Frequency(StrEnum):
    SEVERAL_A_DAY = "more than once a day"
    DAILY = "once a day"
    WEEKLY = "once a week"
    MONTHLY = "once a month"
    QUARTERLY = "once a quarter"
    HALF_YEARLY = "once a half year"
    YEARLY = "once a year"
    ON_CHANGE = "immediately after making changes"
    NEVER = "no longer updated"

    @property
    def slug(self) -> str:
        """For Dagster's schedule names and definition tags, which take no blanks."""
        return self.value.replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Cadence:
    """`label`: Ukrainian. `max_age_days`: older is overdue, None where nothing is rated. `scheduled`: has a cron."""

    label: str
    max_age_days: int | None
    scheduled: bool


CADENCES: dict[Frequency, Cadence] = {
    Frequency.SEVERAL_A_DAY: Cadence("Більш як один раз на день", 1, scheduled=True),
    Frequency.DAILY: Cadence("Щодня", 1, scheduled=True),
    Frequency.WEEKLY: Cadence("Щотижня", 7, scheduled=True),
    Frequency.MONTHLY: Cadence("Щомісяця", 31, scheduled=True),
    Frequency.QUARTERLY: Cadence("Щокварталу", 91, scheduled=True),
    Frequency.HALF_YEARLY: Cadence("Кожного півріччя", 182, scheduled=True),
    Frequency.YEARLY: Cadence("Щороку", 364, scheduled=True),
    # Not rated by the law; three working days after a change is the city's own promise.
    Frequency.ON_CHANGE: Cadence("Відразу після внесення змін", None, scheduled=False),
    Frequency.NEVER: Cadence("Більше не оновлюється", None, scheduled=False),
}


def cadence(frequency: Frequency) -> Cadence:
    return CADENCES[frequency]
