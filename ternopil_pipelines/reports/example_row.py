"""The made-up row of a template that a steward left in the file: it is no data, and the steward is told its row.

Looked for by what it says and not by its place, since rows are sorted and workbooks are saved by other programs. A row
is the example if it holds one of the texts that call themselves made-up and nothing that differs from the example; such
texts beside values of one's own are named cell by cell. A table of numbers alone has no such text and no such look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import City, Table
from ternopil_pipelines.clean.arrow import Mask, array_of, mask_of, present, trimmed, without_words
from ternopil_pipelines.clean.canonical import read
from ternopil_pipelines.clean.header import resolve
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines.reports.examples import example, made_up

# A template's rules reach 20,000 rows down; nobody types more.
_LOOKED_AT = 20_000
# One «зразок» alone may be a word of the department's.
_LEAST_MARKS = 2
_NAMED = 20


def without_example(receipt: Receipt, table: Table, columns: Sequence[Column], city: City) -> Receipt:
    """The receipt without the template's example rows, with a finding for each of them."""
    examples = {column.name: text for column in columns if (text := example(column, city)) is not None}
    names = [str(name) for name in receipt.text.columns]
    places = {name: place for name, place in resolve(names, columns, table.aliases).found.items() if name in examples}
    marks = _marks(receipt, {name: at for name, at in places.items() if made_up(examples[name])}, examples)
    rows = np.flatnonzero(np.sum(list(marks.values()), axis=0)) if marks else np.array([], dtype=int)
    if not len(rows):
        return receipt
    whole = _equal(receipt, table, columns, rows, places, examples)
    left = [
        finding("example-row-left-out", sheet=receipt.sheet_of(int(row)), row=int(receipt.rows[row]))
        for row in rows[whole][:_NAMED]
    ]
    values = _values(receipt, rows[~whole], marks, places, examples)
    keep = np.ones(len(receipt.text), bool)
    keep[rows[whole]] = False
    return replace(receipt.only(keep), findings=(*receipt.findings, *left, *values))


def _marks(receipt: Receipt, places: Mapping[str, int], examples: Mapping[str, str]) -> dict[str, Mask]:
    head = receipt.text.iloc[:_LOOKED_AT]
    return {
        name: mask_of(pc.equal(trimmed(array_of(head.iloc[:, place])), pa.scalar(examples[name], pa.large_string())))
        for name, place in places.items()
    }


def _equal(
    receipt: Receipt,
    table: Table,
    columns: Sequence[Column],
    rows: np.ndarray,
    places: Mapping[str, int],
    examples: Mapping[str, str],
) -> Mask:
    """Rows in which every filled cell is the example's, both read as the column's type."""
    same = np.ones(len(rows), bool)
    some = receipt.text.iloc[rows]
    for column in columns:
        if column.name in places:
            given = read(without_words(trimmed(array_of(some.iloc[:, places[column.name]])), table.nulls), column)
            wanted = read(pa.array([examples[column.name]], pa.large_string()), column).text[0]
            same &= ~present(given.text) | mask_of(pc.equal(given.text, wanted))
    return same


def _values(
    receipt: Receipt,
    rows: np.ndarray,
    marks: Mapping[str, Mask],
    places: Mapping[str, int],
    examples: Mapping[str, str],
) -> list[Finding]:
    mixed = [int(row) for row in rows if sum(bool(mask[row]) for mask in marks.values()) >= _LEAST_MARKS]
    return [
        finding(
            "example-value-left",
            sheet=receipt.sheet_of(row),
            cell=receipt.cell(places[name], row),
            row=int(receipt.rows[row]),
            column=name,
            value=examples[name],
        )
        for row in mixed[:_NAMED]
        for name, mask in marks.items()
        if mask[row]
    ]
