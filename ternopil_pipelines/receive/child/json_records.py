"""JSON as departments export it: a list of objects, wherever in the document it stands, GeoJSON, one object a line.

The list is the one whose objects name the most declared columns. Rows as bare lists, columns as lists and objects by
their keys are other ways to say the same (`json_tables`). Inner objects are spread into `outer.inner` unless
the outer name itself is declared; lists stay JSON text. Letters were settled by the step: the text is UTF-8.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ternopil_pipelines.receive.child.answer import Records, Refused
from ternopil_pipelines.receive.child.json_tables import other_tables
from ternopil_pipelines.receive.child.places import Names, put
from ternopil_pipelines.receive.naming import fold

DEPTH = 6
_BLANK = re.compile(r"[ \t\r\n]*")
_WGS84 = re.compile(r"(?i)CRS84|EPSG:{1,2}(?:[\d.]*:)?4326$|WGS ?84$")


def read(order: Mapping[str, Any]) -> Records:
    text = Path(order["path"]).read_text(encoding="utf-8")
    known = frozenset(order["known"])
    try:
        content = _loads(text)
    except ValueError as error:
        lines = _each_line(text)
        if lines is None:
            raise Refused("json-broken", row=text.count("\n", 0, getattr(error, "pos", 0)) + 1) from None
        return _records([record for _, record in lines], [number for number, _ in lines], order, known, {})
    except RecursionError:
        raise Refused("file-suspicious", what="вкладеність JSON глибша, ніж буває в даних") from None
    _own_coordinates(content)
    found = max(_lists(content), key=lambda each: (_named(each[1], known), len(each[1]), -len(each[0])), default=None)
    other = max(other_tables(content, known), key=lambda each: (_named(each[1], known), len(each[1])), default=None)
    if other is not None and _named(other[1], known) > (_named(found[1], known) if found else 0):
        path, items = other
        return _records(items, [], order, known, {"path": ".".join(path)} if path else {})
    if found is None:
        if isinstance(content, dict) and _named([content], known):
            return _records([content], [1], order, known, {})
        raise Refused("records-not-found", what="списку об’єктів", names=order["names"])
    path, items = found
    numbers = _lines(text, path, len(items))
    return _records(items, numbers, order, known, {"path": ".".join(path)} if path else {})


def _records(
    items: list[Any], numbers: list[int], order: Mapping[str, Any], known: frozenset[str], detail: dict[str, str]
) -> Records:
    names = Names.of(order)
    return Records([_flat(item, known, names) for item in items], numbers, detail=detail)


def _flat(item: Any, known: frozenset[str], names: Names) -> dict[str, Any]:
    if not isinstance(item, dict):
        return {"value": item}
    if item.get("type") == "Feature":
        properties = item.get("properties")
        flat = {"id": item["id"]} if "id" in item else {}
        flat |= _spread(properties, known) if isinstance(properties, dict) else {}
        put(flat, item.get("geometry"), names)
        return flat
    return _spread(item, known)


def _spread(item: dict[str, Any], known: frozenset[str], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in item.items():
        name = above + str(key)
        if isinstance(value, dict) and value and fold(name) not in known and above.count(".") < DEPTH:
            flat |= _spread(value, known, f"{name}.")
        else:
            flat[name] = value if value != {} else None
    return flat


def _lists(content: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Every list of objects, with the keys that lead to it."""
    if isinstance(content, list):
        if content and all(isinstance(item, dict) for item in content):
            yield path, content
    elif isinstance(content, dict) and len(path) < DEPTH:
        for key, value in content.items():
            yield from _lists(value, (*path, str(key)))


def _named(items: list[Any], known: frozenset[str]) -> int:
    keys = {key for item in items[:50] if isinstance(item, dict) for key in _flat(item, known, Names())}
    return sum(1 for key in {fold(key) for key in keys} if key in known)


def _lines(text: str, path: tuple[str, ...], count: int) -> list[int]:
    """The line where each object of the list begins; empty where the list cannot be walked to."""
    at = _BLANK.match(text).end()  # type: ignore[union-attr]
    decoder = json.JSONDecoder()
    for key in path:
        inside = _value_of(text, at, key, decoder)
        if inside is None:
            return []
        at = inside
    numbers, line, counted = [], 1, 0
    at = _next(text, at + 1)
    for _ in range(count):
        line += text.count("\n", counted, at)
        counted = at
        numbers.append(line)
        _, at = decoder.raw_decode(text, at)
        at = _next(text, at)
        at = _next(text, at + 1) if text[at : at + 1] == "," else at
    return numbers


def _value_of(text: str, at: int, key: str, decoder: json.JSONDecoder) -> int | None:
    """Where the value of `key` begins in the object that begins at `at`."""
    at = _next(text, at + 1)
    while text[at : at + 1] == '"':
        name, at = decoder.raw_decode(text, at)
        at = _next(text, _next(text, at) + 1)
        if name == key:
            return at
        _, at = decoder.raw_decode(text, at)
        at = _next(text, at)
        at = _next(text, at + 1) if text[at : at + 1] == "," else at
    return None


def _next(text: str, at: int) -> int:
    return _BLANK.match(text, at).end()  # type: ignore[union-attr]


def _each_line(text: str) -> list[tuple[int, Any]] | None:
    """One object a line (JSON Lines); None where it is nothing of the kind."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                record = _loads(line)
            except (ValueError, RecursionError):
                return None
            if not isinstance(record, dict):
                return None
            found.append((number, record))
    return found if len(found) > 1 else None


def _own_coordinates(content: Any) -> None:
    """GeoJSON of 2008 may name another coordinate system; degrees are then no degrees."""
    crs = content.get("crs") if isinstance(content, dict) else None
    if not isinstance(crs, dict) or not str(content.get("type", "")).startswith("Feature"):
        return
    properties = crs.get("properties")
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and not _WGS84.search(name):
        raise Refused("coordinates-foreign", system=name[:60])


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=_decimal, parse_constant=lambda _: None)


def _decimal(digits: str) -> Decimal | None:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None
