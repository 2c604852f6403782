"""JSON as departments export it: a list of objects, wherever in the document it stands, GeoJSON, one object a line.

The list is the one whose objects name the most declared columns, with those that go on from it (`choice`); any
other that might be the table is named. Rows as bare lists, columns as lists and objects by their keys are other ways to
say the same (`json_tables`), lists inside the objects another (`json_flat`). The text is UTF-8, settled by the step.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ternopil_pipelines.receive.child.answer import Records, Refused
from ternopil_pipelines.receive.child.choice import chosen
from ternopil_pipelines.receive.child.groups import (
    Note,
    joined,
    left_out,
    listed,
    meanings,
    of_document,
    told_apart,
    unfolded,
)
from ternopil_pipelines.receive.child.json_choice import Listed, Table, around, tables_of
from ternopil_pipelines.receive.child.json_flat import Flat, flat
from ternopil_pipelines.receive.child.json_lines import Chain, lines
from ternopil_pipelines.receive.child.places import Names

_WGS84 = re.compile(r"(?i)CRS84|EPSG:{1,2}(?:[\d.]*:)?4326$|WGS ?84$")


def read(order: Mapping[str, Any]) -> Records:
    text = Path(order["path"]).read_text(encoding="utf-8")
    names = Names.of(order)
    numbers: list[int] = []
    try:
        content = _loads(text)
    except ValueError as error:
        each_line = _each_line(text)
        if each_line is None:
            raise Refused("json-broken", row=text.count("\n", 0, getattr(error, "pos", 0)) + 1) from None
        numbers, content = each_line
    except RecursionError:
        raise Refused("file-suspicious", what="вкладеність JSON глибша, ніж буває в даних") from None
    _own_coordinates(content)
    tables = tables_of(content, names)
    ranked = sorted(tables, key=Table.order, reverse=True)
    if not ranked or not ranked[0].named:
        if isinstance(content, dict) and meanings(flat([content], names)[0], names.known):
            ranked = tables = [Table(Listed((), [content], names, plain=False), 0, 1)]
        elif not ranked:
            raise Refused("records-not-found", what="списку об’єктів", names=order["names"])
    taken, others = (
        [table for table in tables if table in some] for some in map(frozenset, chosen(ranked, names.known))
    )
    return _records(content, taken, others, names, text, numbers)


def _records(
    content: Any, taken: Sequence[Table], others: Sequence[Table], names: Names, text: str, numbers: Sequence[int]
) -> Records:
    """`numbers`: the lines of the records where each has its own."""
    known = names.known
    places = [(*table.path, *table.way) for table in taken]
    labels = told_apart(places)
    lists: dict[Listed, dict[Chain, str]] = {}
    for table, label in zip(taken, labels, strict=True):
        lists.setdefault(table.of, {})[table.way] = label if len(taken) > 1 and "key" in known else ""
    found = {} if numbers else lines(text, {each.path: ways for each, ways in lists.items() if each.plain})
    begin: list[int] = []
    notes: list[Note] = []
    parts: list[tuple[tuple[str, ...], list[Flat]]] = []
    for each, ways in lists.items():
        rows, repeated, left, kept, count = each.rows(ways)
        starts = found.get(each.path, []) if () not in ways or not numbers else numbers
        begin += [starts[at] for at in kept] if len(starts) == count else []
        parts.append((each.path, rows))
        if () not in ways:
            notes.append(unfolded([".".join(way) for way in ways], repeated, left))
    outer = around(content, [path for path, _ in parts], known)
    if any(outer.values()):
        named = meanings({name for _, rows in parts for row in rows for name in row}, known)
        added = [name for path, rows in parts for name in of_document(rows, outer[path], named, known)]
        notes += [unfolded(["документ"], dict.fromkeys(added), ())] if added else []
    if len(places) > 1:
        notes.append(joined(labels))
    if others:
        told = told_apart([*places, *((*other.path, *other.way) for other in others)])
        counts = [other.count for other in others]
        notes.append(left_out(told[: len(places)], list(zip(told[len(places) :], counts, strict=True))))
    where = listed([".".join(place) for place in places if place], "{}")
    return Records(
        [row for _, rows in parts for row in rows], begin, notes=notes, detail={"path": where} if where else {}
    )


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=_decimal, parse_constant=lambda _: None)


def _each_line(text: str) -> tuple[list[int], list[Any]] | None:
    """One object a line (JSON Lines), with the numbers of the lines; None where it is nothing of the kind."""
    numbers, found = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                record = _loads(line)
            except (ValueError, RecursionError):
                return None
            if not isinstance(record, dict):
                return None
            numbers.append(number)
            found.append(record)
    return (numbers, found) if len(found) > 1 else None


def _own_coordinates(content: Any) -> None:
    """GeoJSON of 2008 may name another coordinate system; degrees are then no degrees."""
    crs = content.get("crs") if isinstance(content, dict) else None
    if not isinstance(crs, dict) or not str(content.get("type", "")).startswith("Feature"):
        return
    properties = crs.get("properties")
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and not _WGS84.search(name):
        raise Refused("coordinates-foreign", system=name[:60])


def _decimal(digits: str) -> Decimal | None:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None
