"""Canonical text as numbers and dates, for whoever computes with it: the schema, the gates, the plots.

string, anyURL and time stay text; integer is Int64, decimal Float64, boolean pandas' own, date and dateTime
datetime64[s]. What is published is the text, not these: a float has forgotten which zeros the department wrote.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import SIDE_BY_SIDE, array_of

DTYPES = {
    "integer": "Int64",
    "decimal": "Float64",
    "boolean": "boolean",
    "date": "datetime64[s]",
    "dateTime": "datetime64[s]",
}
_ARROW = {"integer": pa.int64(), "decimal": pa.float64()}


def typed(text: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        read = pool.map(lambda column: typed_column(text[column.name], column), columns)
        return pd.DataFrame(dict(zip((column.name for column in columns), read, strict=True)), copy=False)


def typed_column(text: pd.Series, column: Column) -> pd.Series:
    dtype = DTYPES.get(column.type)
    if dtype is None:
        return text
    array = array_of(text)
    if column.type in {"date", "dateTime"}:
        return _moments(array, text)
    values = pc.equal(array, "true") if column.type == "boolean" else pc.cast(array, _ARROW[column.type])
    kind: Any = pd.api.types.pandas_dtype(dtype)  # its own reader of Arrow is 100 times faster than pd.array
    return pd.Series(kind.__from_arrow__(values), index=text.index, name=text.name)


def _moments(array: pa.Array, text: pd.Series) -> pd.Series:
    """`YYYY-MM-DD`, `YYYY-MM-DDThh:mm` and with seconds."""
    moments = pc.cast(array, pa.timestamp("s"))
    return pd.Series(moments.to_numpy(zero_copy_only=False).astype("datetime64[s]"), index=text.index, name=text.name)
