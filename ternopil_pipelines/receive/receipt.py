"""What every way of receiving returns: the table as text, and where it came from.

`text` is a pandas frame of Arrow-backed `str` columns (pandas 3's own string type; a missing cell is NaN), with the
columns named as received and a RangeIndex. `rows[i]` is the number that a person sees beside row i: the
spreadsheet's row, or the physical line where the record begins; `letters` are the spreadsheet's column letters, None
for everything else.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath

import numpy as np
import pandas as pd

from ternopil_pipelines.findings.finding import Finding


@dataclass(frozen=True, slots=True)
class Origin:
    """`kind`: folder, database or api. `name`: the file's name, the database's id, or host and path of the API
    without query. `detail`: sheet, encoding and delimiter, pages … for people; never a secret. `typed`: numbers stand
    as people typed them, in a text file, and not as a program holds them."""

    kind: str
    name: str
    detail: dict[str, str] = field(default_factory=dict)
    typed: bool = False

    @property
    def suffix(self) -> str:
        return PurePath(self.name).suffix.lower() if self.kind == "folder" else ""


@dataclass(frozen=True, slots=True)
class Part:
    """One of several files appended: its rows begin at position `first`; `sheet` is what a finding calls the place, the
    file's name and its sheet; `letters` of the joint columns, None where the file has no such column."""

    first: int
    sheet: str
    letters: tuple[str | None, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Receipt:
    """`sha256` is of the bytes received (the file; the API's bodies; a database's rows as canonical text);
    `received_at` is UTC; `findings` are what reading noticed; `content` the received bytes where they are worth
    keeping (None for a database); `changed` the source's own change mark; `parts`, where several files were appended,
    tells which row stands in which."""

    text: pd.DataFrame
    rows: np.ndarray
    sha256: str
    received_at: datetime
    origin: Origin
    sheet: str | None = None
    letters: tuple[str, ...] | None = None
    findings: tuple[Finding, ...] = ()
    content: bytes | None = None
    changed: str | None = None
    parts: tuple[Part, ...] = ()

    def cell(self, column: int, row: int) -> str | None:
        """The spreadsheet's name of a cell (`D17`), None for what is no spreadsheet."""
        letters = self.letters if not self.parts else self._part(row).letters
        letter = letters[column] if letters is not None else None
        return None if letter is None else f"{letter}{int(self.rows[row])}"

    def sheet_of(self, row: int) -> str | None:
        """Where the row stands: the sheet, or the file where several were appended."""
        return self._part(row).sheet if self.parts else self.sheet

    def spoken_row(self, row: int) -> str:
        """The row's number in a sentence; with its file where several have one."""
        number = str(int(self.rows[row]))
        return f"{number} («{self._part(row).sheet}»)" if self.parts else number

    def only(self, kept: np.ndarray) -> Receipt:
        """The rows under the mask `kept`."""
        before = np.concatenate(([0], np.cumsum(kept)))
        return replace(
            self,
            text=self.text[kept].reset_index(drop=True),
            rows=self.rows[kept],
            parts=tuple(replace(part, first=int(before[part.first])) for part in self.parts),
        )

    def _part(self, row: int) -> Part:
        return self.parts[bisect_right(self.parts, row, key=lambda part: part.first) - 1]
