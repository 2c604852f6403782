"""The list of the law: which datasets Resolution 835 makes a city publish, as versioned data in `law/`.

A new edition of the law is a new file there and needs no code: the newest file whose `valid_from` has come is in force.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_ROOT = files("ternopil_pipelines.catalogue").joinpath("law")


@dataclass(frozen=True, slots=True)
class Requirement:
    """`id`: `all/N` or `local/N` as `required` in sources.yaml names it; None where the list has no number yet."""

    list: str
    number: int | None
    annex: int
    title: str
    tables: tuple[str, ...]
    frequency: str | None
    status: str

    @property
    def id(self) -> str | None:
        return None if self.number is None else f"{self.list}/{self.number}"


@cache
def requirements() -> tuple[Requirement, ...]:
    """All entries of the newest edition, in the order of the law."""
    newest = max((each for each in _ROOT.iterdir() if each.name.endswith(".json")), key=lambda each: each.name)
    content = json.loads(newest.read_text(encoding="utf-8"))
    return tuple(
        Requirement(
            list=each["list"],
            number=each["number"],
            annex=each["annex"],
            title=each["title"],
            tables=tuple(each["tables"]),
            frequency=each.get("frequency"),
            status=each["status"],
        )
        for each in content["entries"]
    )


def required_ids() -> frozenset[str]:
    return frozenset(each.id for each in requirements() if each.id)
