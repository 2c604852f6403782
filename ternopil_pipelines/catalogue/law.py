"""The list of the law: which datasets Resolution 835 makes a city publish, as versioned data in `law/`.

A new edition of the law is a new file there and needs no code: the newest file whose `valid_from` has come is in force.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

_ROOT = files("ternopil_pipelines.catalogue").joinpath("law")


@dataclass(frozen=True, slots=True)
class Requirement:
    """`id`: `all/N` or `local/N` as `required` in sources.yaml names it; None where the list has no number yet.
    `valid_from`, `valid_until`: where an entry came later or ends earlier than its edition."""

    list: str
    number: int | None
    annex: int
    title: str
    tables: tuple[str, ...]
    frequency: str | None
    status: str
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def id(self) -> str | None:
        return None if self.number is None else f"{self.list}/{self.number}"


@dataclass(frozen=True, slots=True)
class Edition:
    """The list as one data file gives it, in force from `valid_from` until a later one is."""

    valid_from: date
    entries: tuple[Requirement, ...]


def requirements(day: date | None = None) -> tuple[Requirement, ...]:
    """The entries in force on `day` (today), in the order of the law."""
    return in_force(editions(), day or date.today())


def in_force(known: Sequence[Edition], day: date) -> tuple[Requirement, ...]:
    """By the newest edition whose day has come; before the first one, by the first."""
    come = [each for each in known if each.valid_from <= day] or list(known[:1])
    return tuple(
        each
        for each in come[-1].entries
        if (each.valid_from or day) <= day and (each.valid_until is None or day <= each.valid_until)
    )


@cache
def editions() -> tuple[Edition, ...]:
    """Every edition in `law/`, the oldest first."""
    contents = [json.loads(each.read_text(encoding="utf-8")) for each in _ROOT.iterdir() if each.name.endswith(".json")]
    made = (Edition(date.fromisoformat(each["valid_from"]), _entries(each)) for each in contents)
    return tuple(sorted(made, key=lambda each: each.valid_from))


def required_ids() -> frozenset[str]:
    return _ids_on(date.today())


@cache
def _ids_on(day: date) -> frozenset[str]:
    return frozenset(each.id for each in requirements(day) if each.id)


def _entries(content: dict[str, Any]) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(
            list=each["list"],
            number=each["number"],
            annex=each["annex"],
            title=each["title"],
            tables=tuple(each["tables"]),
            frequency=each.get("frequency"),
            status=each["status"],
            valid_from=_day(each.get("valid_from")),
            valid_until=_day(each.get("valid_until")),
        )
        for each in content["entries"]
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
