"""Working days of a city council: a promise of "three working days after a change" as a date.

Public holidays come from the `holidays` package by the law in force that year; under martial law they are working days
(the package gives none for 2022-2026), so that only Saturdays and Sundays count as days off then.
"""

from __future__ import annotations

from datetime import date, timedelta

from holidays import country_holidays

COUNTRY = "UA"
# What the city promises for datasets "immediately after making changes"; the law names no number.
AFTER_A_CHANGE = 3
_SATURDAY = 5


def is_working(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in country_holidays(COUNTRY, years=day.year)


def working_days_after(day: date, count: int) -> date:
    """The last of `count` working days that follow `day`."""
    while count:
        day += timedelta(days=1)
        count -= is_working(day)
    return day
