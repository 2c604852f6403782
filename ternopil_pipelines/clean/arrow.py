"""Whole columns of text through Arrow: the few verbs the cleaning is written in.

A column is a `pa.Array` of large strings; a mask is a numpy array of booleans in which a missing cell is False.
Patterns run on RE2 in one pass over the column; a Python function is only ever called for the few cells that fail.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask = np.ndarray
# Columns worked on at once, Arrow letting go of Python's lock; more would have more memory under way.
SIDE_BY_SIDE = 2
# Space, tab, line ends, NBSP, the typographic blanks, zero-width ones and the byte order mark: what a cell may be
# wrapped in without anyone having typed a character that means something.
BLANKS = (
    " \t\r\n\v\f\u00a0\u1680"
    + "".join(chr(code) for code in range(0x2000, 0x200E))
    + ("\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\u00ad")
)


def column_of(frame: pd.DataFrame, position: int) -> pa.Array:
    return array_of(frame.iloc[:, position])


def array_of(series: pd.Series) -> pa.Array:
    """The column as one Arrow array; anything that is not text yet (a test's object column) becomes text."""
    array = pa.array(series, type=pa.large_string(), from_pandas=True)
    if not isinstance(array, pa.ChunkedArray):
        return array
    # `combine_chunks` copies even a single chunk.
    return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()


def series_of(array: pa.Array, name: str | None = None) -> pd.Series:
    return pd.Series(pd.array(array, dtype=pd.StringDtype("pyarrow", na_value=np.nan)), name=name)


def nothing(length: int) -> pa.Array:
    return pa.nulls(length, pa.large_string())


def mask_of(array: pa.Array) -> Mask:
    """A boolean Arrow array as a mask; null is False."""
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=bool)


def present(array: pa.Array) -> Mask:
    return mask_of(array.is_valid())


def matches(array: pa.Array, pattern: str) -> Mask:
    return mask_of(pc.match_substring_regex(array, pattern=pattern))


def sized(array: pa.Array, least: int, most: int) -> Mask:
    """Cells of so many bytes: tells at once where a pattern of plain digits cannot fit."""
    lengths = pc.binary_length(array)
    return mask_of(pc.and_(pc.greater_equal(lengths, least), pc.less_equal(lengths, most)))


def digits(array: pa.Array, pattern: str, least: int, most: int) -> Mask:
    """`matches` of a pattern that only `least` to `most` ASCII characters can fit."""
    fits = sized(array, least, most)
    if fits.any():
        fits[fits] = matches(under(array, fits), pattern)
    return fits


def replaced(array: pa.Array, mask: Mask, values: pa.Array) -> pa.Array:
    """`array` with the cells under `mask` exchanged for `values`, one value for each of them."""
    if not mask.any():
        return array
    return pc.replace_with_mask(array, pa.array(mask), values.cast(pa.large_string()))


def blanked(array: pa.Array, mask: Mask) -> pa.Array:
    return pc.if_else(pa.array(mask), pa.scalar(None, pa.large_string()), array) if mask.any() else array


def under(array: pa.Array, mask: Mask) -> pa.Array:
    return array.filter(pa.array(mask))


def each_distinct(array: pa.Array, function: Callable[[str], str | None]) -> pa.Array:
    """`function` of every distinct text, put back in place: a column of few values costs few calls."""
    coded = array.dictionary_encode()
    answers = [None if value is None else function(value) for value in coded.dictionary.to_pylist()]
    return pa.array(answers, pa.large_string()).take(coded.indices)


def joined(*parts: pa.Array | str, by: str) -> pa.Array:
    """The parts of each row with `by` between them; a row with a missing part is missing."""
    large = pa.large_string()
    texts = [pa.scalar(part, large) if isinstance(part, str) else part.cast(large) for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar(by, large))


def content_of(array: pa.Array) -> np.ndarray:
    """The bytes of all texts, one after the other."""
    _, rims, content = array.buffers()
    if not len(array) or content is None:
        return np.zeros(0, np.uint8)
    ends = np.frombuffer(rims, np.int64)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(content, np.uint8)[ends[0] : ends[-1]]


def trimmed(array: pa.Array) -> pa.Array:
    return pc.utf8_trim(array, characters=BLANKS)


def without_words(array: pa.Array, words: tuple[str, ...]) -> pa.Array:
    """Blank cells and the `words` that stand for an absent value become missing, whatever their case."""
    lengths = pc.binary_length(array)
    absent = mask_of(pc.equal(lengths, 0))
    if words:
        # Only cells as long as one of the words are put into lower case: a fifth of the time on sound columns.
        wanted = {word.lower() for word in words}
        sizes = {len(each.encode()) for word in wanted for each in (word, word.upper())}
        maybe = mask_of(pc.is_in(lengths, value_set=pa.array(sorted(sizes), lengths.type)))
        if maybe.any():
            known = pa.array(sorted(wanted), pa.large_string())
            absent[maybe] |= mask_of(pc.is_in(pc.utf8_lower(under(array, maybe)), value_set=known))
    return blanked(array, absent)
