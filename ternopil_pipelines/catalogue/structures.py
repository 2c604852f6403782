"""The official structures of Resolution 835's annexes: Table Schema files in `structures/`, read as columns.

A structure is named `annex/table` (`27/stops`). The files hold the standard's own words; what only the law says (the
official type, the `null` word) stands beside them. What a column means for a cell is the cleaning's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Table

_ROOT = files("ternopil_pipelines.catalogue").joinpath("structures")


@dataclass(frozen=True, slots=True)
class Reference:
    """Each value of `column` stands in `target` of the structure `structure` too. Several references of one column are
    alternatives: a service of the timetable is a row of the calendar or of its exceptions."""

    column: str
    structure: str
    target: str


@dataclass(frozen=True, slots=True)
class Structure:
    """`title`: Ukrainian. `columns`: in the official order and spelling. `references`: to tables of any structure; they
    bind only where both tables stand in one dataset."""

    name: str
    title: str
    columns: tuple[Column, ...]
    references: tuple[Reference, ...] = ()


@cache
def structure_names() -> tuple[str, ...]:
    found = [
        f"{annex.name}/{table.name.removesuffix('.json')}"
        for annex in _ROOT.iterdir()
        if annex.is_dir()
        for table in annex.iterdir()
        if table.name.endswith(".json")
    ]
    return tuple(sorted(found, key=lambda name: (int(name.split("/")[0]), name)))


@cache
def structure(name: str) -> Structure:
    """The structure `annex/table`. Raises KeyError where the law has none of that name."""
    annex, _, table = name.partition("/")
    try:
        content = json.loads(_ROOT.joinpath(annex, f"{table}.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise KeyError(name) from None
    key = content.get("primaryKey") or []
    keys = {key} if isinstance(key, str) else set(key)
    columns = tuple(_column(field, keys) for field in content["fields"])
    return Structure(
        name, content["title"], columns, tuple(_reference(each) for each in content.get("foreignKeys", ()))
    )


def columns_of(table: Table) -> tuple[Column, ...]:
    """The declared columns of a table, whichever way sources.yaml declares them."""
    return structure(table.structure).columns if table.structure else table.columns


def _reference(key: dict[str, Any]) -> Reference:
    """Of one column each: no table of the law refers by two at once."""
    (column,), (target,) = key["fields"], key["reference"]["fields"]
    return Reference(column, key["reference"]["resource"], target)


def _column(field: dict[str, Any], keys: set[str]) -> Column:
    constraints = field.get("constraints", {})
    return Column(
        name=field["name"],
        type=field["officialType"],
        label=field.get("title"),
        description=field.get("description"),
        key=field["name"] in keys,
        required=constraints.get("required", False),
        unique=constraints.get("unique", False),
        allowed=tuple(str(value) for value in constraints.get("enum", ())),
        pattern=constraints.get("pattern"),
        minimum=constraints.get("minimum"),
        maximum=constraints.get("maximum"),
        aliases=tuple(field.get("aliases", ())),
        official=True,
        null_word=field.get("nullWord", False),
        rule=field.get("rule"),
    )
