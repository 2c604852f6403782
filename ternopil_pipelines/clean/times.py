"""The clock in a cell: a time of day by itself, or behind a date -> `hh:mm`, seconds only where they are not zero."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.clean.arrow import (
    Mask,
    blanked,
    each_distinct,
    joined,
    mask_of,
    matches,
    present,
    replaced,
    under,
)
from ternopil_pipelines.clean.reading import Noticed, Reading

# Halves of the day as spreadsheets of both languages write them: 6:30 PM, 6:30 p.m., 6:30 пп.
HALF = r"(?:\s*(?P<P>[AaPp]\.?\s?[Mm]\.?|[ДдПп][Пп]))?"
# A time cell of a spreadsheet is a moment of its first day, which readers number as one of these.
_DAY_ZERO = r"^(?:1899-12-3[01]|1900-01-0[01])[T ]"
_TIME = r"^(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?" + HALF + "$"
_DAY_FRACTION = r"^0?[.,]\d+$"


def time(array: pa.Array) -> Reading:
    array = pc.replace_substring_regex(array, pattern=_DAY_ZERO, replacement="")
    text = replaced(array, (day := matches(array, _DAY_FRACTION)), each_distinct(under(array, day), _fraction_to_clock))
    parts = pc.extract_regex(text, pattern=_TIME)
    written, good = clock_of(parts)
    failed = present(array) & ~good
    return Reading(blanked(written, ~good), (Noticed("time-expected", failed),) if failed.any() else ())


def clock_of(parts: pa.Array) -> tuple[pa.Array, Mask]:
    """`hh:mm`, with seconds only where they are not zero; and whether such a time exists."""
    hour, minute, second, half = (pc.struct_field(parts, name) for name in "HMSP")
    hour = pc.utf8_lpad(hour, width=2, padding="0")
    halved = mask_of(pc.not_equal(half, ""))
    if halved.any():
        hour = replaced(hour, halved, each_distinct(under(joined(hour, half, by=" "), halved), _of_the_day))
    text = joined(hour, minute, by=":")
    exact = mask_of(pc.and_(pc.not_equal(second, ""), pc.not_equal(second, "00")))
    if exact.any():
        text = pc.if_else(pa.array(exact), joined(text, second, by=":"), text)
    return text, matches(text, r"^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$")


def _of_the_day(hour_and_half: str) -> str:
    """Twelve is the first hour of each half: 12:30 AM is 00:30. An hour that a half does not have will be refused."""
    hour, half = int(hour_and_half[:2]), hour_and_half[3].lower()
    if not 1 <= hour <= 12:
        return "99"
    return f"{hour % 12 + (12 if half in 'pп' else 0):02d}"


def _fraction_to_clock(text: str) -> str:
    minutes = round(float(text.replace(",", ".")) * 1440)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
