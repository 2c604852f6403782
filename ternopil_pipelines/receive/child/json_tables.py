"""Tables that JSON holds without a list of objects: rows as bare lists, columns as lists, objects by their keys.

Portals answer so (`fields` beside `records`), and so do spreadsheets and data frames saved as JSON. The names of bare
rows stand in the first of them or in another list of the same length; which one, the declared columns tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ternopil_pipelines.receive.naming import fold

DEPTH = 6
Path = tuple[str, ...]
Table = tuple[Path, list[dict[str, Any]]]


def other_tables(content: Any, known: frozenset[str]) -> Iterator[Table]:
    inside = list(_walk(content))
    headers = [names for _, value in inside if (names := _names(value)) is not None]
    for path, value in inside:
        if isinstance(value, list) and len(value) > 1 and all(isinstance(row, list) for row in value):
            yield from _bare_rows(path, value, headers, known)
        elif isinstance(value, dict) and len(value) > 1:
            yield from _keyed(path, value, known)


def _walk(content: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, content
    if isinstance(content, dict) and len(path) < DEPTH:
        for key, value in content.items():
            yield from _walk(value, (*path, str(key)))


def _names(value: Any) -> list[str] | None:
    """A list of names, or of objects that have one each."""
    if not isinstance(value, list) or len(value) < 2:
        return None
    if all(isinstance(each, str) for each in value):
        return value
    for key in ("fieldName", "id", "name", "title", "label", "code"):
        if all(isinstance(each, dict) and isinstance(each.get(key), str) for each in value):
            return [each[key] for each in value]
    return None


def _bare_rows(path: Path, rows: list[list[Any]], headers: list[list[str]], known: frozenset[str]) -> Iterator[Table]:
    width = len(rows[0])
    own = rows[0] if all(isinstance(cell, str) for cell in rows[0]) and _known(rows[0], known) else None
    names = own or max(
        (each for each in headers if len(each) == width), key=lambda each: _known(each, known), default=None
    )
    if names is None or not _known(names, known):
        return
    yield path, [dict(zip(names, row, strict=False)) for row in (rows[1:] if own else rows)]


def _keyed(path: Path, value: dict[str, Any], known: frozenset[str]) -> Iterator[Table]:
    values = list(value.values())
    if _known(list(value), known):
        if all(isinstance(each, list) and len(each) == len(values[0]) for each in values):
            yield path, [dict(zip(value, row, strict=True)) for row in zip(*values, strict=True)]
        elif all(isinstance(each, dict) and each.keys() == values[0].keys() for each in values):
            yield path, [{name: each[row] for name, each in value.items()} for row in values[0]]
    elif all(isinstance(each, dict) for each in values):
        yield path, [{"key": key, **each} if "key" in known else each for key, each in value.items()]


def _known(names: list[str], known: frozenset[str]) -> int:
    return len({name for each in names if (name := fold(each)) in known})
