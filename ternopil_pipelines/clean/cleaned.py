"""A cleaned table: canonical text in the declared columns, and everything noticed on the way.

The canonical text is what is published: ISO dates and times, decimals with a dot and the digits the department gave,
`true`/`false`, codes with their zeros, a missing value where a cell was blank, absent or could not be typed. Keeping
text and not floats is what keeps `1250.10` from turning into `1250.1` or `1.2501e3`. `typed` gives the same values as
numbers and dates for whoever computes with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.findings.finding import Finding, has_errors


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """`text`: pandas `str` columns in declared order, missing = NaN; its rows stand in received order. `broken`:
    positions of the rows in which some cell has an error, all of them, however many findings name them. `places`: where
    a declared column stood in the received frame."""

    table: str
    columns: tuple[Column, ...]
    text: pd.DataFrame
    findings: tuple[Finding, ...]
    broken: tuple[int, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        return has_errors(self.findings)
