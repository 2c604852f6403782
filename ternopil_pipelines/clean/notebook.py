"""Where cleaning writes down what it noticed: one finding per cell, a bounded number of them.

A cell is named once, by the first code that noticed it (types speak before rules). Past a thousand cells of one code
in one column the rest are counted in one finding about the column: a file wrong in a million cells is reported in
seconds and read by nobody line by line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import Mask
from ternopil_pipelines.clean.reading import Words
from ternopil_pipelines.findings.clean_codes import the_rest
from ternopil_pipelines.findings.codes import CODES, finding
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines.findings.masking import mask
from ternopil_pipelines.receive.receipt import Receipt

NAMED_CELLS = 1_000
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


class Notebook:
    """`places`: position of a declared column in the receipt, None for one that was not received."""

    def __init__(self, receipt: Receipt, columns: tuple[Column, ...], places: Mapping[str, int]) -> None:
        self._receipt = receipt
        self._order = {column.name: number for number, column in enumerate(columns)}
        self._places = places
        self._spoken = {column.name: np.zeros(len(receipt.text), bool) for column in columns}
        self._broken = np.zeros(len(receipt.text), bool)
        self._findings: list[Finding] = []

    @property
    def broken(self) -> Mask:
        """Rows in which some cell has an error."""
        return self._broken

    def named(self, column: Column) -> Mask:
        """Cells of a column that some finding names already."""
        return self._spoken[column.name]

    def skip(self, column: Column) -> None:
        """Say nothing about the cells of a column that was not received: one finding told of it."""
        self._spoken[column.name][:] = True

    def row(self, position: int) -> int:
        return int(self._receipt.rows[position])

    def spoken_row(self, position: int) -> str:
        return self._receipt.spoken_row(position)

    def cells(
        self,
        code: str,
        column: Column,
        cells: Mask,
        *,
        given: pa.Array | None = None,
        words: Words | None = None,
        by_row: Mapping[int, Mapping[str, Any]] | None = None,
        severity: Severity | None = None,
        **shared: Any,
    ) -> None:
        """One finding for each cell under the mask that nobody has named yet. `words` makes a cell's own words from
        its text, `by_row` gives them by row; texts among them are masked like the value itself."""
        fresh = cells & ~self._spoken[column.name]
        positions = np.flatnonzero(fresh)
        if not len(positions):
            return
        self._spoken[column.name] |= fresh
        if (severity or CODES[code].severity) is Severity.ERROR:
            self._broken |= fresh
        personal = column.personal is not None
        place = self._places.get(column.name)
        named = positions[:NAMED_CELLS]
        for position in named.tolist():
            text = given[position].as_py() if given is not None else None
            own: dict[str, Any] = dict(words(text)) if words and text is not None else {}
            own = {name: mask(word, personal=personal) for name, word in own.items()}
            self._findings.append(
                finding(
                    code,
                    sheet=self._receipt.sheet_of(position),
                    cell=None if place is None else self._receipt.cell(place, position),
                    row=self.row(position),
                    column=column.name,
                    value=text,
                    severity=severity,
                    personal=personal,
                    **{**shared, "title": column.title, **own, **(by_row or {}).get(position, {})},
                )
            )
        if rest := len(positions) - len(named):
            last = self._findings[-1]
            message = the_rest(rest, self.row(int(positions[-1])))
            self._findings.append(replace(last, cell=None, row=None, value=None, count=rest, message=message))

    def column(
        self, code: str, column: Column | None, count: int, *, severity: Severity | None = None, **words: Any
    ) -> None:
        """A finding about a whole column, or about the table."""
        name = column.name if column else None
        words = {"title": column.title if column else "", **words}
        self._findings.append(
            finding(code, sheet=self._receipt.sheet, column=name, count=count, severity=severity, **words)
        )

    def rows(self, cells: Mask, most: int = 10) -> str:
        """The rows under a mask as a person would list them."""
        positions = np.flatnonzero(cells)
        shown = ", ".join(self.spoken_row(position) for position in positions[:most])
        return shown if len(positions) <= most else f"{shown} та ще {len(positions) - most}"

    def findings(self) -> tuple[Finding, ...]:
        """Errors first, then by column in declared order; within a column as noticed."""
        return tuple(
            sorted(
                self._findings,
                key=lambda each: (_WEIGHT[each.severity], self._order.get(each.column or "", -1)),
            )
        )
