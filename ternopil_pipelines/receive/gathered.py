"""Pieces gathered into whole columns of text, each in one piece of memory.

Pieces joined afterwards stand in memory twice, and a fresh page is what costs: of 2.2 processor seconds that a million
rows took this way 1.7 went to the system for pages. Here a batch's memory serves the next batch, and numpy asks for
its own in large pages.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from ternopil_pipelines.receive.grid import absent_if_blank

# The bytes that white space begins with, in ASCII and beyond it; Cyrillic letters begin with others.
_MAY_BE_BLANK = np.isin(np.arange(256), list(b" \t\n\v\f\r\x1c\x1d\x1e\x1f\xc2\xe1\xe2\xe3"))
# Texts may grow longer further down: so much more is asked for, and costs nothing until it is used.
_SPARE = 1.1


def gathered(batches: Iterable[pa.RecordBatch], *, width: int, most: int) -> list[pa.ChunkedArray] | None:
    """Columns of large strings; cells of white space are absent, as the empty ones are already. None where there are
    more than `most` records."""
    columns = [Growing(most) for _ in range(width)]
    room = most
    for batch in batches:
        room -= batch.num_rows
        if room < 0:
            return None
        for column, texts in zip(columns, batch.columns, strict=True):
            column.append(_without_blank_cells(texts))
    return [pa.chunked_array([column.array()]) for column in columns]


class Growing:
    """One column of at most so many cells, which grows by pieces."""

    def __init__(self, most: int) -> None:
        self._ends = np.empty(most + 1, np.int64)
        self._ends[0] = 0
        self._known = np.empty(most, bool)
        self._content = np.empty(0, np.uint8)
        self._cells = 0

    def append(self, texts: pa.Array) -> None:
        rims, content = _inside(texts)
        start, cells = int(self._ends[self._cells]), self._cells + len(texts)
        end = start + int(rims[-1] - rims[0])
        if end > len(self._content):
            more = end if not cells else int(end / cells * len(self._known) * _SPARE)
            grown = np.empty(max(end, more), np.uint8)
            grown[:start] = self._content[:start]
            self._content = grown
        self._content[start:end] = content[rims[0] : rims[-1]]
        self._ends[self._cells + 1 : cells + 1] = rims[1:] + (start - rims[0])
        self._known[self._cells : cells] = texts.is_valid()
        self._cells = cells

    def array(self) -> pa.Array:
        known = self._known[: self._cells]
        mask = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
        content = self._content[: int(self._ends[self._cells])]
        ends = self._ends[: self._cells + 1]
        buffers = [mask, pa.py_buffer(ends), pa.py_buffer(content)]
        return pa.Array.from_buffers(pa.large_string(), self._cells, buffers)


def _without_blank_cells(texts: pa.Array) -> pa.Array:
    rims, content = _inside(texts)
    # An absent cell begins where the next one does, which is no harm.
    if _MAY_BE_BLANK[content[rims[:-1][rims[:-1] < len(content)]]].any():
        return absent_if_blank(pa.chunked_array([texts])).chunk(0)
    return texts


def _inside(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Where each text begins, and where the last one ends, in the bytes of them all."""
    _, rims, content = texts.buffers()
    content = np.zeros(0, np.uint8) if content is None else np.frombuffer(content, np.uint8)
    return np.frombuffer(rims, np.int64)[texts.offset : texts.offset + len(texts) + 1], content
