"""How old the data themselves are: the newest date inside them against the frequency the dataset promises.

A file that lies in its folder for a year is looked at every month and found unchanged, and by that alone would be
called fresh; its newest date says otherwise. Dates still to come are plans and say nothing. A dataset whose dates are
not about its freshness (years of construction) sets `thresholds.content_age` to null.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pyarrow.compute as pc

from ternopil_pipelines.catalogue.cadence import cadence
from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.gates.comparing import Side
from ternopil_pipelines.gates.limits import beyond, crossed

# Friday's data on Monday are not late.
_WEEKEND = 3


def examine(dataset: Dataset, tables: Sequence[tuple[str, Side]], today: date) -> Iterator[Finding]:
    """`tables`: titles and contents."""
    limits, promised = dataset.thresholds.content_age, cadence(dataset.frequency)
    if limits is None or promised.max_age_days is None:
        return
    found = [
        (newest, column.name, title)
        for title, side in tables
        for column in side.columns
        if column.type in {"date", "dateTime"} and (newest := newest_of(side, column.name, today)) is not None
    ]
    if not found:
        return
    newest, column_name, title = max(found)
    age = (today - newest).days
    severity = beyond(limits, age / promised.max_age_days)
    if severity is None or age <= _WEEKEND:
        return
    yield finding(
        "content-late",
        severity=severity,
        column=column_name,
        newest=newest.isoformat(),
        age=age,
        table=title,
        frequency=promised.label.lower(),
        most=max(round(crossed(limits, severity) * promised.max_age_days), _WEEKEND),
    )


def newest_of(side: Side, column: str, today: date) -> date | None:
    """The newest day of a column that is not still to come. ISO text sorts as time does."""
    days = pc.utf8_slice_codeunits(side.array(column), 0, 10)
    newest = pc.max(days.filter(pc.less_equal(days, today.isoformat()))).as_py()
    try:
        return None if newest is None else date.fromisoformat(newest)
    except ValueError:
        return None
