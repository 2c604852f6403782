"""Values of databases and APIs as the one canonical text, exactly: no exponent, no lost digit, ISO dates.

A float is written with the shortest digits that give it back, a decimal with the digits it came with. Knows no pandas:
the guarded child uses it too.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa


def text_of(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return written_out(Decimal(repr(value))) if value == value and abs(value) != float("inf") else None
    if isinstance(value, Decimal):
        return written_out(value) if value.is_finite() else None
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        hours, rest = divmod(int(value.total_seconds()), 3600)
        return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=_inner)
    return str(value)


def _inner(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else float(value)
    return text_of(value)


def written_out(value: Decimal) -> str:
    text = format(value, "f")
    return text.removesuffix(".0") if text.endswith(".0") else text


def column_of(values: Sequence[Any]) -> pa.ChunkedArray:
    """One column as text; a column of nothing but text is handed to Arrow as it is."""
    kinds = set(map(type, values))
    if kinds <= {str, type(None)}:
        return pa.chunked_array([pa.array(values, pa.string())])
    if kinds <= {int, type(None)}:
        try:
            return pa.chunked_array([pa.array(values, pa.int64()).cast(pa.string())])
        except (pa.ArrowInvalid, OverflowError):
            pass  # beyond 64 bits: as Python writes it
    return pa.chunked_array([pa.array([text_of(value) for value in values], pa.string())])
