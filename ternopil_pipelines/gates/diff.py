"""What differs between two editions, as data: counts, columns, the biggest differences, sampled rows.

Every value that may be shown is masked when it is put in here, so a page, a report or metadata made of a Diff leaks
nothing. Finding the differences is `comparing`'s, judging them `change_guard`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that is not what it was; `size` is how much it weighs among the differences (relative, for numbers)."""

    key: str
    column: str
    before: str | None
    after: str | None
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class ColumnDiff:
    """`changed`: rows present in both editions whose cell differs; `filled_*`: cells that hold a value; `total_*`: sum
    of a numeric column, None for others."""

    name: str
    title: str
    changed: int
    filled_before: int
    filled_after: int
    total_before: float | None = None
    total_after: float | None = None


@dataclass(frozen=True, slots=True)
class TableDiff:
    """`key`: the columns rows were matched by; empty where whole rows were compared, and then nothing is `changed`.
    The samples are rows as column → masked text."""

    table: str
    title: str
    key: tuple[str, ...]
    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    columns_new: tuple[str, ...] = ()
    columns_gone: tuple[str, ...] = ()
    columns: tuple[ColumnDiff, ...] = ()
    biggest: tuple[CellChange, ...] = ()
    added_rows: tuple[Mapping[str, str], ...] = field(default=(), hash=False)
    removed_rows: tuple[Mapping[str, str], ...] = field(default=(), hash=False)

    @property
    def equal(self) -> bool:
        return not (self.added or self.removed or self.changed or self.columns_new or self.columns_gone)


@dataclass(frozen=True, slots=True)
class Diff:
    """`before`, `after`: addresses of the editions."""

    dataset: str
    before: str
    after: str
    tables: tuple[TableDiff, ...]

    @property
    def equal(self) -> bool:
        return all(each.equal for each in self.tables)

    def counts(self) -> dict[str, dict[str, int]]:
        """Numbers alone, for the ledger and for metadata."""
        names = ("rows_before", "rows_after", "added", "removed", "changed")
        return {each.table: {name: getattr(each, name) for name in names} for each in self.tables}

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
