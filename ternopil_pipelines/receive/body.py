"""What stands beneath a header, as the rules that tell rows of the table from everything else look at it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.receive.naming import fold

_NUMBER = re.compile(r"[-+−–]?\s*\d[\d\s\u00a0'’]*(?:[.,]\d+)?\s*%?")
_TYPED = frozenset({"integer", "decimal", "date", "dateTime", "time"})
# Words for a value that is not there: where one stands, a row is a row, however few its numbers.
ABSENT = re.compile(r"не\b|не\w|н/д|відсутн|уточн|без\b|б/н|закрит|так\b|ні\b|null|nan\b|n/?a\b|[-–—]+$", re.I)
# How many values of a column are looked at to learn what it holds.
_SAMPLED = 300
_MOSTLY = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """`cells`: which cells are filled, by row and column; `declared`: the declared column of each, None for others."""

    columns: Sequence[pa.ChunkedArray]
    names: Sequence[str | None]
    declared: Sequence[Column | None]
    cells: np.ndarray
    counts: np.ndarray
    usual: int

    @classmethod
    def of(
        cls,
        body: Sequence[pa.ChunkedArray],
        present: Sequence[pa.ChunkedArray],
        names: Sequence[str | None],
        columns: Sequence[Column],
        known: Mapping[str, str],
    ) -> Body:
        by_name = {column.name: column for column in columns}
        cells = np.column_stack([np.asarray(column) for column in present])
        counts = cells.sum(axis=1)
        # Not the median: notes and headings of sections may outnumber the rows of a short table.
        usual = int(np.percentile(counts[counts > 0], 80, method="lower")) if (counts > 0).any() else 0
        declared = [by_name.get(known.get(fold(name), "")) if name else None for name in names]
        return cls(body, names, declared, cells, counts, usual)

    @property
    def height(self) -> int:
        return len(self.counts)

    @property
    def few(self) -> int:
        """A row with no more filled cells than this is far from a whole one."""
        return 1 if self.usual <= 3 else 2 if self.usual <= 5 else 3

    def row(self, index: int) -> list[str]:
        return [(column[index].as_py() or "").strip() for column in self.columns]

    def typed(self, position: int) -> bool:
        """Is the column declared to hold numbers, dates or times?"""
        column = self.declared[position]
        return column is not None and keeps_numbers(column)

    def holds_numbers(self, position: int) -> bool:
        """Declared so, or seen in what its whole rows hold."""
        if self.typed(position):
            return True
        whole = np.flatnonzero(self.cells[:, position] & (self.counts > max(1, self.usual // 2)))[:_SAMPLED]
        values = [self.columns[position][int(index)].as_py().strip() for index in whole]
        return bool(values) and sum(map(is_number, values)) >= _MOSTLY * len(values)


def keeps_numbers(column: Column) -> bool:
    """Numbers, dates or times."""
    return column.type in _TYPED


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def value_of(text: str | None) -> float | None:
    """The number in a cell, None for anything else; good enough to see whether a column adds up."""
    if not text or not is_number(text.strip()):
        return None
    plain = re.sub(r"[\s\u00a0'’%]", "", text).replace(",", ".").replace("−", "-").replace("–", "-")
    try:
        return float(plain)
    except ValueError:
        return None
