"""Columns of text as the frame of a receipt: pandas 3's own string type over Arrow, a missing cell NaN."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from ternopil_pipelines.receive.grid import absent_if_blank, whole

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def frame_of(columns: Sequence[pa.ChunkedArray], names: Sequence[str], height: int) -> pd.DataFrame:
    """A receipt's frame: `str` columns named as received, blank cells absent."""
    return text_frame([absent_if_blank(column) for column in columns], names, height)


def text_frame(columns: Sequence[pa.ChunkedArray], names: Sequence[str], height: int) -> pd.DataFrame:
    """The same of columns whose blank cells are absent already. Built by place: names may repeat."""
    arrays = {
        place: pd.arrays.ArrowStringArray(whole(column.cast(pa.large_string())), dtype=TEXT)  # type: ignore[call-arg]
        for place, column in enumerate(columns)
    }
    frame = pd.DataFrame(arrays, index=pd.RangeIndex(height))
    frame.columns = pd.Index(list(names), dtype=TEXT)
    return frame
