"""Beginnings and ends: pairs of date columns known by their names, and rows in which the end comes first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import array_of
from ternopil_pipelines.clean.notebook import Notebook

# The pairs of the official structures; a prefix before them is kept: periodStartDate with periodEndDate.
_PAIRS = (
    ("startdate", "enddate"),
    ("validfrom", "validthrough"),
    ("datefrom", "dateuntil"),
    ("datestart", "dateend"),
    ("start", "end"),
)


def pairs(columns: tuple[Column, ...]) -> list[tuple[Column, Column]]:
    kept = {column.name.lower().replace("_", ""): column for column in columns if column.type in {"date", "dateTime"}}
    found = []
    for name, start in kept.items():
        for first, last in _PAIRS:
            end = kept.get(name.removesuffix(first) + last) if name.endswith(first) else None
            if end is not None and end.type == start.type:
                found.append((start, end))
                break
    return found


def examine(table: pd.DataFrame, text: pd.DataFrame, columns: tuple[Column, ...], book: Notebook) -> None:
    for start, end in pairs(columns):
        reversed_ = (table[end.name] < table[start.name]).to_numpy(dtype=bool, na_value=False)
        if reversed_.any():
            starts = {int(row): {"start": text[start.name].iloc[row]} for row in np.flatnonzero(reversed_)[:1_000]}
            book.cells(
                "dates-reversed", end, reversed_, given=array_of(text[end.name]), by_row=starts,
                start="", start_column=f"«{start.name}»",
            )  # fmt: skip
