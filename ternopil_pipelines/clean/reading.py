"""What turning one column's text into canonical text gave: the text, and the cells somebody should hear about.

`Noticed.code` is a code of findings, `cells` a mask over the column, `proposal` the words of the finding made from one
cell's text (asked for named cells only). Order is precedence: a cell is named once, by the first that noticed it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from ternopil_pipelines.clean.arrow import Mask

Words = Callable[[str], dict[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Noticed:
    code: str
    cells: Mask
    words: Words | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    text: pa.Array
    noticed: tuple[Noticed, ...] = ()
