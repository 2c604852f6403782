"""A receipt becomes a cleaned table: header, blanks, types, structure, rules, suspicions, in this order.

The order is the precedence of findings: a cell is named once, by the first step that found fault with it. Nothing
here raises for bad data, drops a row or repairs a value that could mean two things.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.clean import coordinates, demands, leftovers, periods, suspicions
from ternopil_pipelines.clean.arrow import SIDE_BY_SIDE, column_of, nothing, present, series_of, trimmed, without_words
from ternopil_pipelines.clean.canonical import canonical
from ternopil_pipelines.clean.cells import Cells
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.header import resolve
from ternopil_pipelines.clean.notebook import Notebook
from ternopil_pipelines.clean.quarantine import set_aside
from ternopil_pipelines.clean.rules import broken_rules, rule_of
from ternopil_pipelines.clean.typed import typed
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
    given = {column.name: raw[header.found[column.name]] for column in columns if column.name in header.found}
    cells = _read(given, columns, table.nulls, zone, book, typed=receipt.origin.typed)
    for column in columns:
        if column.name not in given:
            book.skip(column)
            given[column.name] = nothing(size)
    texts = {column.name: cells[column.name].array if column.name in cells else nothing(size) for column in columns}
    if not size:
        book.column("table-empty", None, 1)
    text = pd.DataFrame({name: series_of(array) for name, array in texts.items()}, index=receipt.text.index)
    numbers = typed(text, columns)
    demands.examine(numbers, texts, given, columns, book)
    coordinates.examine(numbers, text, columns, bounds, book)
    periods.examine(numbers, text, columns, book)
    for column in columns:
        if column.name in cells:
            _rules_and_suspicions(given[column.name], cells[column.name], column, book)
            if receipt.origin.typed and column.type == "decimal" and rule_of(column) not in {"latitude", "longitude"}:
                suspicions.commas_before_threes(given[column.name], column, book)
    if size and not any(column.key for column in columns):
        _whole_rows(text, given, texts, book)
    cleaned = Cleaned(
        table.id,
        columns,
        text,
        (*receipt.findings, *header.findings, *book.findings()),
        tuple(np.flatnonzero(book.broken).tolist()),
        header.found,
    )
    return set_aside(cleaned, most=quarantine) if table.on_error == "quarantine" else cleaned


def _read(
    given: Mapping[str, pa.Array],
    columns: tuple[Column, ...],
    nulls: tuple[str, ...],
    zone: str,
    book: Notebook,
    *,
    typed: bool,
) -> dict[str, Cells]:
    """The received columns as canonical text; told of in declared order, whichever was read first."""
    received = [column for column in columns if column.name in given]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        read = list(
            pool.map(
                lambda each: canonical(Cells.of(given[each.name]), each, nulls=nulls, zone=zone, typed=typed), received
            )
        )
    for column, found in zip(received, read, strict=True):
        for noticed in found.noticed:
            book.cells(noticed.code, column, noticed.cells, given=given[column.name], words=noticed.words)
        if found.tails:
            book.column("code-from-number", column, found.tails)
    return {column.name: found.cells for column, found in zip(received, read, strict=True)}


def _rules_and_suspicions(raw: pa.Array, cells: Cells, column: Column, book: Notebook) -> None:
    rule = rule_of(column)
    for noticed in broken_rules(rule, cells.values) if rule else ():
        book.cells(noticed.code, column, cells.every(noticed.cells), given=cells.array, words=noticed.words)
    if column.type == "string":
        if rule is None:
            suspicions.hidden_codes(cells, column, book)
        suspicions.examine_text(raw, cells, column, book)
        leftovers.examine(cells, column, book)
    elif column.type == "integer":
        leftovers.years(cells, column, book)
    if column.type in {"string", "decimal", "integer"}:
        suspicions.amounts(cells, column, book)
    if rule not in {"latitude", "longitude"} or column.type != "decimal":
        suspicions.gaps(cells, column, book)


def _whole_rows(
    text: pd.DataFrame, given: Mapping[str, pa.Array], texts: Mapping[str, pa.Array], book: Notebook
) -> None:
    repeated = np.array(text.duplicated())
    if repeated.any() and book.broken.any():
        # What stood in cells that could not be read is gone: it makes no rows equal.
        unread = book.broken & np.any([present(given[name]) & ~present(texts[name]) for name in texts], axis=0)
        repeated[unread] = False
        repeated[~unread] = text[~unread].duplicated()
    if repeated.any():
        book.column("rows-repeated", None, int(repeated.sum()), rows=book.rows(repeated))
