"""Yes and no, and links: the two types whose values are words.

A link without `http://` or `https://` is named together with the address to try; it is not mended, because which of
the two answers cannot be known from here.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.clean.arrow import blanked, matches, present
from ternopil_pipelines.clean.reading import Noticed, Reading

_TRUE = ("true", "так", "yes", "1", "1.0", "+", "істина", "y", "т")
_FALSE = ("false", "ні", "no", "0", "0.0", "-", "–", "−", "хибність", "n", "н")
_URL = r"^https?://[^\s/?#:]+\.[^\s/?#:]{2,}(?::\d+)?(?:[/?#]\S*)?$"
_SEVERAL = r"(?i)^\S+[,;]?\s+(?:https?://|www\.)"
_NO_SCHEME = r"(?i)^(?:www\.|[\p{L}\d_-]+(?:\.[\p{L}\d_-]+)*\.(?:ua|com|org|net|info|eu|gov|укр)(?:[/?#:]|$))\S*$"


def boolean(array: pa.Array) -> Reading:
    lower = pc.utf8_lower(array)
    true = pc.is_in(lower, value_set=pa.array(_TRUE, pa.large_string()))
    false = pc.is_in(lower, value_set=pa.array(_FALSE, pa.large_string()))
    text = pc.case_when(pc.make_struct(true, false), pa.scalar("true"), pa.scalar("false"))
    failed = present(array) & ~present(text)
    return Reading(text.cast(pa.large_string()), (Noticed("boolean-expected", failed),) if failed.any() else ())


def url(array: pa.Array) -> Reading:
    good = matches(array, _URL)
    failed = present(array) & ~good
    if not failed.any():
        return Reading(array)
    found = (
        Noticed("url-several", failed & matches(array, _SEVERAL)),
        Noticed(
            "url-without-scheme", failed & matches(array, _NO_SCHEME), lambda text: {"proposal": f"https://{text}"}
        ),
        Noticed("url-malformed", failed),
    )
    return Reading(blanked(array, failed), found)
