"""Tables of one dataset refer to each other: who refers to nothing is named with its row."""

from __future__ import annotations

import pandas as pd
import pytest

from ternopil_pipelines.catalogue.loading import load_catalogue
from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.catalogue.structures import columns_of, structure, structure_names
from ternopil_pipelines.catalogue.thresholds import Share, Thresholds
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines.gates.comparing import Side
from ternopil_pipelines.gates.personal import Place
from ternopil_pipelines.gates.references import Member, bound, examine
from ternopil_pipelines_tests.gates.demo_city import ROOT

FEED = {
    "stops": ("27/stops", {"uid": ["S1", "S2"], "parentStation": [None, "S1"]}),
    "routes": ("55/routes", {"uid": ["R1"], "agencyId": [None]}),
    "trips": (
        "56/trips",
        {"uid": ["T1", "T2"], "routeuid": ["R1", "R1"], "serviceUid": ["W", "X"], "shapeuid": [None] * 2},
    ),
    "times": ("56/stopTimes", {"tripUid": ["T1", "T1", "T2"], "stopId": ["S1", "S2", "S1"]}),
    "calendar": ("56/calendar", {"serviceUid": ["W"]}),
    "exceptions": ("56/calendarDates", {"serviceUid": ["X"]}),
}


def _dataset(names: list[str], thresholds: Thresholds | None = None) -> Dataset:
    base = load_catalogue(ROOT / "sources.yaml").dataset("parking")
    tables = [
        base.tables[0].model_copy(update={"id": name, "structure": FEED[name][0], "columns": ()}) for name in names
    ]
    return base.model_copy(update={"tables": tuple(tables), "thresholds": thresholds or Thresholds()})


def _told(cells: dict[str, dict[str, list[str | None]]] | None = None, dataset: Dataset | None = None) -> list[Finding]:
    dataset = dataset or _dataset(list(FEED))
    members = {}
    for table in dataset.tables:
        values = {**FEED[table.id][1], **(cells or {}).get(table.id, {})}
        rows = max(len(each) for each in values.values())
        text = pd.DataFrame(
            {each.name: pd.Series(values.get(each.name, [None] * rows), dtype="str") for each in columns_of(table)}
        )
        members[table.id] = Member(table.id, Side(columns_of(table), text), Place(), frozenset())
    return list(examine(dataset, members))


def test_a_feed_that_fits_together_says_nothing() -> None:
    assert _told() == []


@pytest.mark.parametrize(
    ("table", "column", "values", "value", "row"),
    [
        ("times", "stopId", ["S1", "S9", "S1"], "S9", 3),
        ("times", "tripUid", ["T1", "T1", "T9"], "T9", 4),
        ("trips", "routeuid", ["R1", "R9"], "R9", 3),
        ("trips", "serviceUid", ["W", "Z"], "Z", 3),
        ("stops", "parentStation", [None, "S7"], "S7", 3),
    ],
)
def test_who_refers_to_nothing_is_named(
    table: str, column: str, values: list[str | None], value: str, row: int
) -> None:
    (told,) = _told({table: {column: values}})
    assert (told.code, told.column, told.value, told.row, told.count) == ("reference-broken", column, value, row, 1)
    assert told.message.startswith(f"У таблиці «{table}»")


def test_a_few_are_a_remark_and_most_are_held_by_the_dataset_s_own_limits() -> None:
    assert [each.severity for each in _told({"times": {"stopId": ["S1", "S9", "S1"]}})] == [Severity.WARNING]
    assert [each.severity for each in _told({"times": {"stopId": ["S8", "S9", "S1"]}})] == [Severity.ERROR]
    calm = _dataset(list(FEED), Thresholds(references=Share(warn=0.5)))
    assert _told({"times": {"stopId": ["S1", "S9", "S1"]}}, calm) == []


def test_what_stands_in_another_dataset_is_not_asked() -> None:
    alone = _dataset(["trips", "times"])
    assert set(bound(alone)) == {("times", "tripUid")}
    assert _told({"times": {"stopId": ["S8", "S9", "S9"]}}, alone) == []


def test_every_reference_of_the_structures_leads_to_a_column() -> None:
    found = 0
    for name in structure_names():
        own = {each.name for each in structure(name).columns}
        for each in structure(name).references:
            assert each.column in own
            assert each.target in {column.name for column in structure(each.structure).columns}
            found += 1
    assert found >= 20
