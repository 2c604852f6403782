"""What every way of receiving returns: the table as text, and where it came from.

`text` is a pandas frame of Arrow-backed `str` columns (pandas 3's own string type; a missing cell is NaN), with the
columns named as received and a RangeIndex. `rows[i]` is the number that a person sees beside row i: the
spreadsheet's row, or the physical line where the record begins; `letters` are the spreadsheet's column letters, None
for everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath

import numpy as np
import pandas as pd

from ternopil_pipelines.findings.finding import Finding


@dataclass(frozen=True, slots=True)
class Origin:
    """`kind`: folder, database or api. `name`: the file's name, the database's id, or host and path of the API
    without query. `detail`: sheet, encoding and delimiter, pages … for people; never a secret."""

    kind: str
    name: str
    detail: dict[str, str] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        return PurePath(self.name).suffix.lower() if self.kind == "folder" else ""


@dataclass(frozen=True, slots=True, eq=False)
class Receipt:
    """`sha256` is of the bytes received (the file; the API's bodies; a database's rows as canonical text);
    `received_at` is UTC; `findings` are what reading noticed; `content` the received bytes where they are worth
    keeping (None for a database); `changed` the source's own change mark."""

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

    def cell(self, column: int, row: int) -> str | None:
        """The spreadsheet's name of a cell (`D17`), None for what is no spreadsheet."""
        return None if self.letters is None else f"{self.letters[column]}{int(self.rows[row])}"
