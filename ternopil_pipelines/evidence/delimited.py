"""CSV of an edition, written and read back: UTF-8 without a mark, comma, LF, quotes only where RFC 4180 asks.

pyarrow's own writer quotes every text or none; here a cell is quoted only where it must be, so that the file reads
like one made by hand. Cells are the canonical text; an absent value is `null` in official columns, nothing in others.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.composing import TEXT, any_true, content, flat, joined, matches, slices, where
from ternopil_pipelines.faults import EvidenceBroken

NULL_WORD = "null"


def write_csv(table: Cleaned, out: BinaryIO, *, null_word: bool = True) -> None:
    """`null_word=False` leaves every absent value empty, as `check` writes its tables."""
    out.write(content(_lines([pa.array([column.name], TEXT) for column in table.columns])))
    # A lone empty cell would be an empty line, which readers skip: the row would be lost.
    blank = '""' if len(table.columns) == 1 else ""
    for _, arrays in slices(table.text):
        cells = []
        for column, array in zip(table.columns, arrays, strict=True):
            missing = NULL_WORD if null_word and column.official else blank
            cells.append(pc.fill_null(_quoted(array), missing))
        out.write(content(_lines(cells, quoted=True)))


def read_csv(source: BinaryIO, columns: Sequence[Column], *, null_word: bool = True) -> pd.DataFrame:
    """The canonical text frame that was written, missing = NaN."""
    names = [column.name for column in columns]
    try:
        table = pyarrow.csv.read_csv(
            source,
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, TEXT),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise EvidenceBroken(f"a stored table cannot be read back: {error}") from error
    if table.column_names != names:
        raise EvidenceBroken("a stored table has other columns than its edition says")
    read: dict[str, Any] = {}
    for place, column in enumerate(columns):
        array = flat(table.column(place))
        if null_word and column.official:
            array = where(pc.equal(array, NULL_WORD), pa.scalar(None, TEXT), array)
        read[column.name] = array
    frame: pd.DataFrame = pa.table(read).to_pandas().astype("str")
    return frame


def plain_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """A small table given as rows of text, in the same dialect."""
    out = io.BytesIO()
    for row in rows:
        out.write(content(_lines([pa.array([cell], TEXT) for cell in row])))
    return out.getvalue()


def _lines(cells: Sequence[Any], *, quoted: bool = False) -> Any:
    parts: list[Any] = []
    for cell in cells:
        parts += [cell if quoted else _quoted(cell), ","]
    return joined(*parts[:-1], "\n")


def _quoted(array: Any) -> Any:
    special = matches(array, '[",\r\n]')
    if not any_true(special):
        return array
    return where(special, joined('"', pc.replace_substring(array, '"', '""'), '"'), array)
