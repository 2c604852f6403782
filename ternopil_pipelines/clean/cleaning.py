"""A receipt becomes a cleaned table: header, blanks, types, structure, rules, suspicions, in this order.

The order is the precedence of findings: a cell is named once, by the first step that found fault with it. Nothing
here raises for bad data, drops a row or repairs a value that could mean two things.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.clean import coordinates, demands, leftovers, periods, suspicions
from ternopil_pipelines.clean.arrow import blanked, column_of, nothing, present, series_of, trimmed, without_words
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.codes_mended import without_tails
from ternopil_pipelines.clean.dates import date, date_time, time
from ternopil_pipelines.clean.header import resolve
from ternopil_pipelines.clean.notebook import Notebook
from ternopil_pipelines.clean.numbers import decimal, integer
from ternopil_pipelines.clean.quarantine import set_aside
from ternopil_pipelines.clean.reading import Reading
from ternopil_pipelines.clean.rules import broken_rules, rule_of
from ternopil_pipelines.clean.typed import typed
from ternopil_pipelines.clean.words import boolean, url
from ternopil_pipelines.receive.receipt import Receipt


def clean(
    receipt: Receipt,
    table: Table,
    columns: tuple[Column, ...],
    *,
    bounds: coordinates.Bounds | None = None,
    zone: str = "Europe/Kyiv",
    quarantine: float = 0.05,
) -> Cleaned:
    """The receipt's own findings come first. `bounds`: west, south, east, north of the community. `quarantine`: the
    largest share of broken rows that a table with `on_error: quarantine` may set aside."""
    raw = {place: column_of(receipt.text, place) for place in range(receipt.text.shape[1])}
    header = resolve(
        [str(name) for name in receipt.text.columns],
        columns,
        table.aliases,
        sheet=receipt.sheet,
        filled=lambda place: bool(present(without_words(trimmed(raw[place]), table.nulls)).any()),
    )
    size = len(receipt.text)
    book = Notebook(receipt, columns, header.found)
    texts: dict[str, pa.Array] = {}
    given: dict[str, pa.Array] = {}
    for column in columns:
        place = header.found.get(column.name)
        if place is None:
            texts[column.name] = given[column.name] = nothing(size)
            book.skip(column)
            continue
        given[column.name] = raw[place]
        wiped = without_words(trimmed(raw[place]), table.nulls)
        if (failed := leftovers.formula_errors(wiped)).any():
            book.cells("formula-error", column, failed, given=raw[place])
            wiped = blanked(wiped, failed)
        reading = read(wiped, column, zone=zone)
        for noticed in reading.noticed:
            book.cells(noticed.code, column, noticed.cells, given=raw[place], words=noticed.words)
        texts[column.name] = reading.text
        if column.type == "string":
            texts[column.name], tails = without_tails(reading.text, column)
            if tails.any():
                book.column("code-from-number", column, int(tails.sum()))
    if not size:
        book.column("table-empty", None, 1)
    text = pd.DataFrame({name: series_of(array) for name, array in texts.items()}, index=receipt.text.index)
    numbers = typed(text, columns)
    demands.examine(numbers, texts, given, columns, book)
    coordinates.examine(numbers, text, columns, bounds, book)
    periods.examine(numbers, text, columns, book)
    for column in columns:
        if column.name in header.found:
            _rules_and_suspicions(given[column.name], texts[column.name], column, book)
    if size and not any(column.key for column in columns):
        _whole_rows(text, book)
    cleaned = Cleaned(
        table.id,
        columns,
        text,
        (*receipt.findings, *header.findings, *book.findings()),
        tuple(np.flatnonzero(book.broken).tolist()),
        header.found,
    )
    return set_aside(cleaned, most=quarantine) if table.on_error == "quarantine" else cleaned


def read(text: pa.Array, column: Column, *, zone: str = "Europe/Kyiv") -> Reading:
    """One column's trimmed text as canonical text of its type."""
    match column.type:
        case "decimal":
            return decimal(text, coordinate=rule_of(column) in {"latitude", "longitude"})
        case "integer":
            return integer(text)
        case "date":
            return date(text)
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


def _rules_and_suspicions(raw: pa.Array, text: pa.Array, column: Column, book: Notebook) -> None:
    rule = rule_of(column)
    for noticed in broken_rules(rule, text) if rule else ():
        book.cells(noticed.code, column, noticed.cells, given=text, words=noticed.words)
    if column.type == "string":
        if rule is None:
            suspicions.hidden_codes(text, column, book)
        distinct = text.unique()
        suspicions.examine_text(raw, text, distinct, column, book)
        leftovers.examine(text, distinct, column, book)
    elif column.type == "integer":
        leftovers.years(text, column, book)
    if column.type in {"string", "decimal", "integer"}:
        suspicions.amounts(text, column, book)
    if rule not in {"latitude", "longitude"} or column.type != "decimal":
        suspicions.gaps(text, column, book)


def _whole_rows(text: pd.DataFrame, book: Notebook) -> None:
    repeated = text.duplicated().to_numpy()
    if repeated.any():
        book.column("rows-repeated", None, int(repeated.sum()), rows=book.rows(repeated))
