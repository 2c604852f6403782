"""Dates and moments as people and spreadsheets write them -> the official ISO form, or a reason why not.

Accepted without a word: ISO, `dd.mm.yyyy`, Ukrainian month names. `dd/mm/yyyy` only where the cell or the rest of its
column leaves one reading. Everything else that looks like a date is named with what it may have meant; nothing is
guessed. Moments with a zone become local time of the city's zone, as the official form has none.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
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
from ternopil_pipelines.clean.times import HALF, clock_of

_CLOCK = (
    r"(?:[TТ ,]\s*(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?" + HALF + r")?\s*(?P<Z>Z|[+-]\d{2}:?\d{2})?"
)
_ISO = r"^(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})" + _CLOCK + "$"
_DOTTED = r"^(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?:\s*(?:р\.?|року|г\.?))?" + _CLOCK + "$"
_SLASHED = r"^(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<y>\d{4})" + _CLOCK + "$"
_WORDED = r"(?i)^«?(?P<d>\d{1,2})»?\s+(?P<m>[а-яіїєґ]+)\.?\s+(?P<y>\d{4})(?:\s*(?:р\.?|року))?" + _CLOCK + "$"
_CANONICAL_DATE = r"^\d{4}-\d{2}-\d{2}$"
_ANY_DATE = r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
_TWO_DATES = rf"(?:{_ANY_DATE})\D+(?:{_ANY_DATE})"
_SHORT_YEAR = r"^\d{1,2}[./-]\d{1,2}[./-]\d{2}(?:\s*р\.?|[ ,T]+\d{1,2}:\d{2}.*)?$"
_INCOMPLETE = r"^\d{4}(?:\s*(?:р\.?|рік|року))?$|^\d{4}[-./]\d{1,2}$|^\d{1,2}[./-]\d{4}$|(?i)^[а-яіїєґ]+\s+\d{4}"
# A spreadsheet's own day count: 20000 is 1954, 80000 is 2119.
_SERIAL = r"^[2-7]\d{4}(?:[.,]\d+)?$"
_YEAR = r"^((?:1[5-9]|20)\d{2})(?:[.,]0+)?(?:\s*(?:р\.?|рік|року))?$"
# 1950 … 2040 as counts of days.
_YEAR_AS_DAYS = r"^1905-0(?:5-(?:0[3-9]|[12]\d|3[01])|6-\d\d|7-\d\d|8-01)$"
_MONTH_BEGINNINGS = ("січ", "лют", "бер", "кві", "тра", "чер", "лип", "сер", "вер", "жов", "лис", "гру")
_MONTHS = {word: number for number, word in enumerate(_MONTH_BEGINNINGS, start=1)}
# How many cells of a column must show the order of day and month before it is believed for the rest.
_PROOF = 3


def date(array: pa.Array, *, zone: str = "Europe/Kyiv") -> Reading:
    """A moment that names its zone is the day of the city's clock: 2024-05-31T21:00Z is 1 June in Kyiv."""
    return _read(array, moments=False, zone=zone)


def order_in_doubt(array: pa.Array) -> bool:
    """Are there dates whose order of day and month the rest of the column may decide?"""
    return bool(matches(array, _SLASHED).any())


def date_or_year(array: pa.Array) -> Reading:
    """Of a column whose label asks a year while its official type is a date: the year alone is its first day. A day of
    mid-1905 is what a spreadsheet makes of a year typed into a cell of dates, and is told."""
    alone = matches(array, _YEAR)
    array = replaced(
        array, alone, pc.replace_substring_regex(under(array, alone), pattern=_YEAR, replacement=r"\1-01-01")
    )
    reading = date(array)
    counted = matches(reading.text, _YEAR_AS_DAYS)
    if not counted.any():
        return reading
    return Reading(reading.text, (Noticed("year-counted-as-days", counted, _year_meant), *reading.noticed))


def date_time(array: pa.Array, *, zone: str = "Europe/Kyiv") -> Reading:
    return _read(array, moments=True, zone=zone)


def _read(array: pa.Array, *, moments: bool, zone: str) -> Reading:
    whole = present(array) & (matches(array, _CANONICAL_DATE) & _real(array) if not moments else False)
    rest = present(array) & ~whole
    if not rest.any():
        return Reading(array, _unlikely(array))
    given = under(array, rest)
    size = len(given)
    text, late, timeless = pa.nulls(size, pa.large_string()), np.zeros(size, bool), np.zeros(size, bool)
    ambiguous = np.zeros(size, bool)
    for pattern in (_ISO, _DOTTED, _WORDED, _SLASHED):
        fits = matches(given, pattern) & ~present(text)
        if not fits.any():
            continue
        parts = pc.extract_regex(under(given, fits), pattern=pattern)
        if pattern is _SLASHED:
            days, months, unclear = _order(parts)
            ambiguous[fits] |= unclear
        else:
            days, months = pc.struct_field(parts, "d"), pc.struct_field(parts, "m")
            if pattern is _WORDED:
                months = each_distinct(months, lambda word: str(_MONTHS.get(word.lower()[:3], 99)))
            unclear = np.zeros(len(parts), bool)
        built = _iso(pc.struct_field(parts, "y"), months, days)
        good = _real(built) & ~unclear
        clock, clock_good = clock_of(parts)
        has_clock = mask_of(pc.not_equal(pc.struct_field(parts, "H"), ""))
        good &= clock_good | ~has_clock
        zoned = mask_of(pc.not_equal(pc.struct_field(parts, "Z"), "")) & has_clock & good
        if moments:
            midnight = pa.scalar("00:00", pa.large_string())
            built = joined(built, pc.if_else(pa.array(has_clock), clock, midnight), by="T")
            if zoned.any():
                marks = pc.struct_field(parts, "Z")
                full = under(joined(built, marks, by=""), zoned)
                built = replaced(built, zoned, each_distinct(full, lambda it: _local(it, zone)))
            timeless[fits] |= good & ~has_clock
        else:
            if zoned.any():
                full = under(joined(joined(built, clock, by="T"), pc.struct_field(parts, "Z"), by=""), zoned)
                moved = each_distinct(full, lambda it: _local(it, zone))
                built = replaced(built, zoned, pc.utf8_slice_codeunits(moved, 0, 10))
                clock = replaced(clock, zoned, pc.utf8_slice_codeunits(moved, 11, 16))
            late[fits] |= good & has_clock & mask_of(pc.not_equal(clock, "00:00"))
        text = replaced(text, fits, blanked(built, ~good))
    serial = matches(given, _SERIAL) & ~present(text)
    text = replaced(text, serial, each_distinct(under(given, serial), lambda it: _from_serial(it, moments=moments)))
    read = replaced(array, rest, text)
    return Reading(read, _noticed(array, rest, present(text), ambiguous, late, timeless, serial) + _unlikely(read))


def _order(parts: pa.Array) -> tuple[pa.Array, pa.Array, Mask]:
    """Days and months of `a/b/yyyy`. One reading is left where a part is above 12 or both are equal; the rest of the
    column decides only if at least three cells show the same order and none the other."""
    first, second = pc.struct_field(parts, "a"), pc.struct_field(parts, "b")
    a, b = (np.asarray(pc.cast(part, pa.int32())) for part in (first, second))
    day_first, month_first = (a > 12) & (b <= 12), (b > 12) & (a <= 12)
    unclear = (a <= 12) & (b <= 12) & (a != b)
    swap = month_first.copy()
    if day_first.sum() >= _PROOF and not month_first.any():
        unclear[:] = False
    elif month_first.sum() >= _PROOF and not day_first.any():
        swap |= unclear
        unclear = np.zeros_like(unclear)
    chosen = pa.array(swap)
    return pc.if_else(chosen, second, first), pc.if_else(chosen, first, second), unclear


def _iso(year: pa.Array, month: pa.Array, day: pa.Array) -> pa.Array:
    return joined(year, *(pc.utf8_lpad(part, width=2, padding="0") for part in (month, day)), by="-")


def _real(text: pa.Array) -> Mask:
    """Is there such a day? Where Arrow cannot take the whole column for dates, each is read by a reader that takes
    30 February for 2 March, so the day is written back and compared: six times slower."""
    try:
        pc.cast(text, pa.date32())
        in_history: Mask = present(text) & ~mask_of(pc.starts_with(text, "0000"))
        return in_history
    except pa.ArrowInvalid:
        pass
    day = pc.strptime(text, format="%Y-%m-%d", unit="s", error_is_null=True)
    back = pc.cast(pc.cast(day, pa.date32()), pa.large_string())
    real: Mask = mask_of(pc.equal(back, text)) & ~matches(text, "^0000")
    return real


def _local(text: str, zone: str) -> str | None:
    """None beyond the years there are, and for a zone there is none."""
    try:
        moment = datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def _from_serial(text: str, *, moments: bool) -> str:
    minutes = round(float(text.replace(",", ".")) * 1440)
    moment = np.datetime64("1899-12-30T00:00", "m") + np.timedelta64(minutes, "m")
    return str(moment) if moments else str(moment)[:10]


def _noticed(
    array: pa.Array, rest: Mask, read: Mask, ambiguous: Mask, late: Mask, timeless: Mask, serial: Mask
) -> tuple[Noticed, ...]:
    def wide(narrow: Mask) -> Mask:
        mask = rest.copy()
        mask[rest] = narrow
        return mask

    failed = wide(~read)
    found = [
        Noticed("date-ambiguous", wide(ambiguous & ~read), _both_dates),
        Noticed("date-two", failed & matches(array, _TWO_DATES)),
        Noticed("date-short-year", failed & matches(array, _SHORT_YEAR)),
        Noticed("date-incomplete", failed & matches(array, _INCOMPLETE)),
        Noticed(
            "date-impossible",
            failed & (matches(array, _ISO) | matches(array, _DOTTED) | failed & matches(array, _SLASHED)),
        ),
        Noticed("date-expected", failed),
        Noticed("time-dropped", wide(late)),
        Noticed("time-absent", wide(timeless)),
        Noticed("date-from-number", wide(serial & read)),
    ]
    return tuple(each for each in found if each.cells.any())


def _year_meant(text: str) -> dict[str, str]:
    day = datetime.fromisoformat(date(pa.array([text], pa.large_string())).text[0].as_py())
    return {"year": str((day - datetime(1899, 12, 30)).days)}


def _unlikely(text: pa.Array) -> tuple[Noticed, ...]:
    odd = present(text) & ~matches(text, "^(?:1[5-9]|20|2100)")
    return (Noticed("date-unlikely", odd),) if odd.any() else ()


def _both_dates(text: str) -> dict[str, str]:
    first, second, year = text.replace("-", "/").split(" ")[0].split("/")[:3]
    a, b, year = first.zfill(2), second.zfill(2), year[:4]
    return {"first": f"{year}-{b}-{a}", "second": f"{year}-{a}-{b}"}
