r"""The shortest plain text that a `pattern` of sources.yaml accepts: `\d{8}` → `00000001`-like digits.

Only for the example row of a template. Where the pattern uses what is not walked here, there is no example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_CATEGORIES = {"CATEGORY_DIGIT": "1", "CATEGORY_WORD": "а", "CATEGORY_SPACE": " ", "CATEGORY_NOT_SPACE": "а"}
_CANDIDATES = "1аАaA0 .-_/:,"


def example_of(pattern: str) -> str | None:
    """A text the whole of which matches, or None."""
    try:
        made = _sequence(re._parser.parse(pattern))  # type: ignore[attr-defined]
    except (LookupError, TypeError, ValueError):
        return None
    return made if re.fullmatch(pattern, made) else None


def _sequence(parts: Iterable[tuple[Any, Any]]) -> str:
    return "".join(_part(str(kind), value) for kind, value in parts)


def _part(kind: str, value: Any) -> str:
    match kind:
        case "LITERAL":
            return chr(value)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, _, inside = value
            return _sequence(inside) * int(least)
        case "SUBPATTERN":
            return _sequence(value[3])
        case "BRANCH":
            return _sequence(value[1][0])
        case "IN":
            return _one_of(value)
        case "ANY":
            return "а"
        case "NOT_LITERAL":
            return "а" if value != ord("а") else "1"
        case "AT":
            return ""
        case _:
            raise LookupError(kind)


def _one_of(options: Iterable[tuple[Any, Any]]) -> str:
    listed = list(options)
    if str(listed[0][0]) == "NEGATE":
        excluded = {chr(value) for kind, value in listed[1:] if str(kind) == "LITERAL"}
        return next(each for each in _CANDIDATES if each not in excluded)
    kind, value = listed[0]
    match str(kind):
        case "LITERAL":
            return chr(value)
        case "RANGE":
            return chr(value[0])
        case _:
            return _CATEGORIES[str(value)]
