"""Do the tables of one dataset fit together: every trip's route is among the routes, every stop time's stop among the
stops.

Which column refers to which table the official structures say (`foreignKeys` of their Table Schema files); a reference
binds only where both tables stand in the dataset. One finding a column: how many rows, which first, and where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.catalogue.structures import structure
from ternopil_pipelines.clean.arrow import mask_of
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.gates.comparing import Side
from ternopil_pipelines.gates.limits import beyond, percent
from ternopil_pipelines.gates.personal import Place

_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A table of the edition: what stands in it, where it came from, which columns are masked."""

    title: str
    side: Side
    place: Place
    people: frozenset[str]


def bound(dataset: Dataset) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Table and column that refer, and the alternatives of table and column they refer to, within the dataset."""
    tables = {each.structure: each.id for each in dataset.tables if each.structure}
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, table in tables.items():
        for each in structure(name).references:
            if each.structure in tables:
                found.setdefault((table, each.column), []).append((tables[each.structure], each.target))
    return found


def examine(dataset: Dataset, members: Mapping[str, Member]) -> Iterator[Finding]:
    """`members`: by the table's id."""
    for (table, column), targets in bound(dataset).items():
        there = [each for each in targets if each[0] in members and each[1] in members[each[0]].side.names]
        if there and table in members and column in members[table].side.names:
            known = [(members[name], target) for name, target in there]
            yield from _orphans(dataset, members[table], column, known)


def _orphans(dataset: Dataset, member: Member, column: str, known: list[tuple[Member, str]]) -> Iterator[Finding]:
    values = member.side.array(column)
    there = np.zeros(len(values), bool)
    for other, target in known:
        there |= mask_of(pc.is_in(values, value_set=other.side.array(target).drop_null()))
    filled = mask_of(values.is_valid())
    orphans = np.flatnonzero(filled & ~there)
    severity = beyond(dataset.thresholds.references, len(orphans) / max(int(filled.sum()), 1))
    if severity is None or not len(orphans):
        return
    first, size = int(orphans[0]), len(values)
    rows = ", ".join(str(member.place.row(int(each), size)) for each in orphans[:_SHOWN])
    yield finding(
        "reference-broken",
        severity=severity,
        column=column,
        value=values[first].as_py(),
        personal=column in member.people,
        count=len(orphans),
        sheet=member.place.sheet(first, size),
        row=member.place.row(first, size),
        cell=member.place.cell(column, first, size),
        table=member.title,
        other=" / ".join(dict.fromkeys(other.title for other, _ in known)),
        target=" / ".join(dict.fromkeys(target for _, target in known)),
        share=percent(len(orphans) / max(int(filled.sum()), 1)),
        rows=rows + ("" if len(orphans) <= _SHOWN else f" та ще {len(orphans) - _SHOWN}"),
    )
