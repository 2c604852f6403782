"""One column as received becomes canonical text of its declared type, and what was noticed on the way.

Knows no other column and writes nothing down, so that columns are read side by side: Arrow lets go of Python's lock
while it works.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean import leftovers
from ternopil_pipelines.clean.arrow import BLANKS, blanked, trimmed, without_words
from ternopil_pipelines.clean.cells import Cells
from ternopil_pipelines.clean.codes_mended import without_tails
from ternopil_pipelines.clean.dates import date, date_or_year, date_time, order_in_doubt
from ternopil_pipelines.clean.numbers import decimal, integer
from ternopil_pipelines.clean.reading import Noticed, Reading
from ternopil_pipelines.clean.rules import rule_of
from ternopil_pipelines.clean.times import time
from ternopil_pipelines.clean.words import boolean, url


@dataclass(frozen=True, slots=True, eq=False)
class Canonical:
    """`noticed` looks at cells, not at values; `tails`: how many codes lost the `.0` of a spreadsheet's number."""

    cells: Cells
    noticed: tuple[Noticed, ...]
    tails: int = 0


def canonical(cells: Cells, column: Column, *, nulls: tuple[str, ...], zone: str, typed: bool) -> Canonical:
    """`typed`: numbers are written as people typed them, not as a program holds them."""
    noticed: list[Noticed] = []
    wiped = without_words(trimmed(cells.values) if cells.may_hold(BLANKS) else cells.values, nulls)
    if cells.may_hold("#") and (failed := leftovers.formula_errors(wiped)).any():
        noticed.append(Noticed("formula-error", cells.every(failed)))
        wiped = blanked(wiped, failed)
    if column.type in {"date", "dateTime"} and order_in_doubt(wiped):
        # How often an order of day and month is met decides, so every cell has its say.
        cells = Cells.written_out(cells.holding(wiped).array)
        wiped = cells.values
    reading = read(wiped, column, zone=zone, typed=typed)
    noticed += [Noticed(each.code, cells.every(each.cells), each.words) for each in reading.noticed]
    if column.type != "string" or not cells.may_hold("."):
        return Canonical(cells.holding(reading.text), tuple(noticed))
    text, tails = without_tails(reading.text, column)
    return Canonical(cells.holding(text), tuple(noticed), int(cells.every(tails).sum()))


def read(text: pa.Array, column: Column, *, zone: str = "Europe/Kyiv", typed: bool = False) -> Reading:
    """One column's trimmed text as canonical text of its type."""
    match column.type:
        case "decimal":
            return decimal(text, coordinate=rule_of(column) in {"latitude", "longitude"}, typed=typed)
        case "integer":
            return integer(text, typed=typed)
        case "date":
            return date_or_year(text) if rule_of(column) == "year" else date(text, zone=zone)
        case "dateTime":
            return date_time(text, zone=zone)
        case "time":
            return time(text)
        case "boolean":
            return boolean(text)
        case "anyURL":
            return url(text)
        case _:
            return Reading(text)
