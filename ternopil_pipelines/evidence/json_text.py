"""JSON and GeoJSON of an edition: one object or feature a line, numbers with the very digits of the canonical text.

No number passes through a float: `1250.10` stays `1250.10`. An absent value is a real null, a text in a column of
numbers (which the cleaning lets nowhere through) stays a text rather than breaking the file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.rules import rule_of
from ternopil_pipelines.evidence.composing import (
    NUMBER,
    TEXT,
    any_true,
    content,
    is_one_of,
    joined,
    matches,
    slices,
    where,
)

_NAMED = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def write_json(table: Cleaned, out: BinaryIO) -> None:
    out.write(b"[")
    for start, arrays in slices(table.text):
        rows = joined(_objects(table.columns, arrays), ",\n")
        out.write((b"\n" if start == 0 else b",\n") + content(rows)[:-2])
    out.write(b"\n]\n" if len(table.text) else b"]\n")


def coordinates(columns: Sequence[Column]) -> tuple[int, int] | None:
    """Places of the latitude's and the longitude's columns, None where the table has no such pair."""
    latitude, longitude = _place(columns, "latitude"), _place(columns, "longitude")
    return None if latitude is None or longitude is None else (latitude, longitude)


def write_geojson(table: Cleaned, out: BinaryIO) -> None:
    """A FeatureCollection by RFC 7946; a row without a whole pair of coordinates has no geometry."""
    found = coordinates(table.columns)
    if found is None:
        raise ValueError(f"table {table.table} has no coordinates")
    out.write(b'{"type":"FeatureCollection","features":[')
    for start, arrays in slices(table.text):
        latitude, longitude = arrays[found[0]], arrays[found[1]]
        placed = pc.and_(_degrees(latitude, 90), _degrees(longitude, 180))
        point = joined(
            '{"type":"Point","coordinates":[', pc.fill_null(longitude, ""), ",", pc.fill_null(latitude, ""), "]}"
        )
        rows = joined(
            '{"type":"Feature","geometry":',
            where(placed, point, "null"),
            ',"properties":',
            _objects(table.columns, arrays),
            "},\n",
        )
        out.write((b"\n" if start == 0 else b",\n") + content(rows)[:-2])
    out.write(b"\n]}\n" if len(table.text) else b"]}\n")


def _place(columns: Sequence[Column], rule: str) -> int | None:
    return next((place for place, column in enumerate(columns) if rule_of(column) == rule), None)


def _degrees(array: Any, limit: int) -> Any:
    number = matches(array, NUMBER)
    value = where(number, array, pa.scalar(None, TEXT)).cast(pa.float64())
    return pc.fill_null(pc.less_equal(pc.abs(value), float(limit)), False)


def _objects(columns: Sequence[Column], arrays: Sequence[Any]) -> Any:
    parts: list[Any] = []
    for column, array in zip(columns, arrays, strict=True):
        key = json.dumps(column.name, ensure_ascii=False)
        parts += [f"{',' if parts else '{'}{key}:", _values(column, array)]
    return joined(*parts, "}")


def _values(column: Column, array: Any) -> Any:
    if column.type in {"integer", "decimal"}:
        bare = matches(array, NUMBER)
    elif column.type == "boolean":
        bare = is_one_of(array, ("true", "false"))
    else:
        return pc.fill_null(_string(array), "null")
    value = array if not any_true(pc.invert(bare)) else where(bare, array, _string(array))
    return pc.fill_null(value, "null")


def _string(array: Any) -> Any:
    if any_true(matches(array, r'["\\]')):
        array = pc.replace_substring(pc.replace_substring(array, "\\", "\\\\"), '"', '\\"')
    if any_true(matches(array, r"[\x00-\x1f]")):
        for code in range(0x20):
            array = pc.replace_substring(array, chr(code), _NAMED.get(chr(code), f"\\u{code:04x}"))
    return joined('"', array, '"')
