"""Columns of text as the frame of a receipt: pandas 3's own string type over Arrow, a missing cell NaN."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from ternopil_pipelines.receive.grid import absent_if_blank

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def frame_of(columns: Sequence[pa.ChunkedArray], names: Sequence[str], height: int) -> pd.DataFrame:
    """A receipt's frame: `str` columns named as received, blank cells absent."""
    return text_frame([absent_if_blank(column) for column in columns], names, height)


def text_frame(columns: Sequence[pa.ChunkedArray], names: Sequence[str], height: int) -> pd.DataFrame:
    """The same of columns whose blank cells are absent already. Built by place: names may repeat. One chunk a column:
    whoever works on whole columns then copies nothing."""
    arrays = {
        place: pd.arrays.ArrowStringArray(_whole(column), dtype=TEXT)  # type: ignore[call-arg]
        for place, column in enumerate(columns)
    }
    frame = pd.DataFrame(arrays, index=pd.RangeIndex(height))
    frame.columns = pd.Index(list(names), dtype=TEXT)
    return frame


def _whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    column = column.cast(pa.large_string())
    return column if column.num_chunks == 1 else pa.chunked_array([column.combine_chunks()])
