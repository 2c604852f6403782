"""Which checks a dataset has: only those that have something to look at there.

A check of coordinates on a table without any would be green for ever and say nothing; and each check costs a run two
events, about 15 ms on SQLite (18 more checks: 0.5 to 0.8 CPU-seconds a run).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Dataset, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.rules import rule_of
from ternopil_pipelines.findings.check import Check, Stage
from ternopil_pipelines.findings.checks import checks_of
from ternopil_pipelines.gates.references import bound

Columns = tuple[Column, ...]

_TABLE: Mapping[str, Callable[[Columns], bool]] = {
    "keys": lambda columns: any(each.key or each.unique for each in columns),
    "duplicates": lambda columns: not any(each.key for each in columns),
    "coordinates": lambda columns: any(rule_of(each) in {"latitude", "longitude"} for each in columns),
    "letters": lambda columns: any(each.type == "string" for each in columns),
}
_DATASET: Mapping[str, Callable[[Dataset], bool]] = {
    "references": lambda dataset: bool(bound(dataset)),
    "content_date": lambda dataset: any(
        each.type in {"date", "dateTime"} for table in dataset.tables for each in columns_of(table)
    ),
}


def checks_for(stage: Stage, dataset: Dataset, table: Table | None = None) -> tuple[Check, ...]:
    """`table`: for the stages `raw` and `table`."""
    columns = columns_of(table) if table is not None else ()
    return tuple(each for each in checks_of(stage) if _applies(each.name, dataset, columns))


def _applies(name: str, dataset: Dataset, columns: Columns) -> bool:
    if name in _TABLE:
        return _TABLE[name](columns)
    return name not in _DATASET or _DATASET[name](dataset)
