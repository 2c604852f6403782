"""Numbers as people type them -> canonical decimals and integers, digit for digit.

A dot for the fraction, no thousands separator, no exponent, no unit. The digits given stay (`1250.10` is not
`1250.1`): nothing passes through a float. What cannot be read without guessing is left out and noticed.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.clean.arrow import Mask, blanked, each_distinct, mask_of, matches, present, replaced, under
from ternopil_pipelines.clean.reading import Noticed, Reading

_CANONICAL = r"^(?:(?:0|[1-9]\d*)(?:\.\d+)?|-[1-9]\d*(?:\.\d+)?|-0\.\d*[1-9]\d*)$"
# Space, NBSP, thin, figure and narrow NBSP, apostrophes: thousands separators of spreadsheets and of hand-typed money.
_GROUP = "[ \u00a0\u2007\u2009\u202f'’ʼ]"
_BY_BLANKS = rf"^-?\d{{1,3}}(?:{_GROUP}\d{{3}})+(?:[.,]\d+)?$"
_BY_COMMAS = r"^-?\d{1,3}(?:,\d{3})+\.\d+$|^-?\d{1,3}(?:,\d{3}){2,}$"
_BY_DOTS = r"^-?\d{1,3}(?:\.\d{3})+,\d+$|^-?\d{1,3}(?:\.\d{3}){2,}$"
_ONE_COMMA = r"^-?\d*,\d+$|^-?\d+,$"
DOUBTFUL_COMMA = r"^-?[1-9]\d{0,2},\d{3}$"
_DOUBTFUL_DOT = r"^-?[1-9]\d{0,2}\.\d{3}$"
_EXPONENT = r"^-?\d+(?:[.,]\d+)?[eEеЕ][+-]?\d{1,3}$"
_PLAIN = r"^-?(?:\d+\.?\d*|\.\d+)$"
# 25.602711425.61749935150147: two coordinates run into one cell; or two numbers side by side.
GLUED = r"^-?\d+[.,]\d+[.,]\d+$|^-?\d+[.,]?\d*\s*[;/|]\s*-?\d+[.,]?\d*$|^-?\d+[.,]\d+[,\s]+-?\d+[.,]\d+$"
_UNIT = r"^-?[\d\s\x{a0}.,']*\d[\s\x{a0}]*(?:%|‰|₴|€|\$|°|[мгтлmgtl][23²³]?|\p{L}{2,}[\p{L}\d .²³/]*)$"
_MONEY = r"^-?[$€£₴]\s*-?\d[\d\s.,]*$"
# 10^60 grivnas or metres do not exist; 1e999999 would be a cell of a million zeros.
_LARGEST_EXPONENT = 60


def decimal(array: pa.Array, *, coordinate: bool = False, typed: bool = False) -> Reading:
    """`coordinate`: dots in threes are never thousands there (49.556.603 is a slip, not 49 million). `typed`: the dots
    are people's, not a program's; beside 1.234,50 a 2.472 may then be two thousand."""
    rest = present(array) & ~matches(array, _CANONICAL)
    if not rest.any():
        return Reading(array)
    given = under(array, rest)
    text = _signed(given)
    text = _cut(text, matches(text, _BY_BLANKS), _GROUP)
    comma_groups = matches(text, _BY_COMMAS)
    doubtful = matches(text, DOUBTFUL_COMMA) if comma_groups.any() else matches(text, "$^")
    dots = _dots_in_doubt(array, text) if typed and not coordinate else None
    text = _cut(text, comma_groups, ",")
    if not coordinate:
        text = _cut(text, matches(text, _BY_DOTS), r"\.")
    one_comma = matches(text, _ONE_COMMA) & ~doubtful
    text = replaced(text, one_comma, pc.replace_substring(under(text, one_comma), pattern=",", replacement="."))
    exponent = matches(text, _EXPONENT)
    if exponent.any():
        text = replaced(text, exponent, each_distinct(under(text, exponent), _expanded))
    read = matches(text, _PLAIN)
    text = replaced(text, read, _bare(under(text, read)))
    whole = replaced(array, rest, blanked(text, ~read))
    unclear = rest.copy()
    unclear[rest] = doubtful & ~read
    if dots is not None:
        whole, unclear = blanked(whole, dots), unclear | dots
    return Reading(whole, _failures(array, rest, read, unclear))


def _dots_in_doubt(array: pa.Array, text: pa.Array) -> Mask | None:
    """`text`: the numbers that are not canonical. Where one of them shows that dots part thousands or commas fractions
    and no dot parts anything but threes, a dot before three digits may be either."""
    if not (matches(text, _BY_DOTS) | matches(text, r"^-?\d+,\d+$")).any():
        return None
    plain = _signed(array)
    doubtful = matches(plain, _DOUBTFUL_DOT)
    dotted = mask_of(pc.match_substring(plain, ".")) & ~matches(plain, _BY_DOTS)
    return doubtful if doubtful.any() and not (dotted & ~doubtful).any() else None


def integer(array: pa.Array, *, typed: bool = False) -> Reading:
    """`12.0` and `12,00` are 12; 12.5 is no integer; beyond 18 digits no system downstream keeps it."""
    reading = decimal(array)
    text = reading.text
    if (fraction := mask_of(pc.match_substring(text, "."))).any():
        text = pc.replace_substring_regex(text, pattern=r"\.0+$", replacement="")
        fraction = mask_of(pc.match_substring(text, "."))
    long = mask_of(pc.greater(pc.utf8_length(text), 18)) & ~fraction
    threes = matches(array, DOUBTFUL_COMMA) if fraction.any() else fraction
    if typed and fraction.any():
        threes = threes | matches(array, _DOUBTFUL_DOT)
    # 12,000 is twelve as programs of accountants print it, unless beside 19,582, which is no integer.
    unclear = threes if (threes & fraction).any() else np.zeros(len(array), bool)
    text = _no_minus_zero(blanked(text, fraction | long | unclear))
    about = (
        Noticed("integer-ambiguous", unclear, _both_numbers),
        Noticed("integer-expected", fraction & ~unclear),
        Noticed("number-too-long", long),
    )
    return Reading(text, (*reading.noticed, *about))


def _signed(text: pa.Array) -> pa.Array:
    text = pc.replace_substring_regex(text, pattern=r"^[-−–—‒]\s*", replacement="-")
    return pc.replace_substring_regex(text, pattern=r"^\+", replacement="")


def _cut(text: pa.Array, mask: Mask, pattern: str) -> pa.Array:
    if not mask.any():
        return text
    cut = pc.replace_substring_regex(under(text, mask), pattern=pattern, replacement="")
    return replaced(text, mask, cut)


def _bare(text: pa.Array) -> pa.Array:
    """`007.5` -> `7.5`, `.5` -> `0.5`, `5.` -> `5`, `-0` -> `0`: the same digits, written one way."""
    text = pc.replace_substring_regex(text, pattern=r"^(-?)0+(\d)", replacement=r"\1\2")
    text = pc.replace_substring_regex(text, pattern=r"^(-?)\.", replacement=r"\10.")
    return _no_minus_zero(pc.replace_substring_regex(text, pattern=r"\.$", replacement=""))


def _no_minus_zero(text: pa.Array) -> pa.Array:
    if not pc.any(pc.starts_with(text, "-")).as_py():
        return text
    return pc.replace_substring_regex(text, pattern=r"^-(0(?:\.0*)?)$", replacement=r"\1")


def _expanded(text: str) -> str:
    try:
        number = Decimal(text.replace(",", ".").replace("е", "e").replace("Е", "e"))
    except InvalidOperation:
        return text
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        return text
    return format(number, "f")


def _failures(array: pa.Array, rest: Mask, read: Mask, unclear: Mask) -> tuple[Noticed, ...]:
    failed = rest.copy()
    failed[rest] = ~read
    if not (failed | unclear).any():
        return ()
    return (
        Noticed("number-ambiguous", unclear, _both_numbers),
        Noticed("number-glued", failed & matches(array, GLUED)),
        Noticed("number-with-unit", failed & (matches(array, _UNIT) | matches(array, _MONEY))),
        Noticed("number-expected", failed),
    )


def _both_numbers(text: str) -> dict[str, str]:
    return {"first": text.translate(_NO_POINTS), "second": text.replace(",", ".")}


_NO_POINTS = {ord(","): None, ord("."): None}
