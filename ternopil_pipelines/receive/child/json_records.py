"""JSON as departments export it: a list of objects, wherever in the document it stands, GeoJSON, one object a line.

The list is the one whose objects name the most declared columns; equal lists of the same fields are one table, any
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
from ternopil_pipelines.receive.child.groups import Note, joined, left_out, meanings, told_apart, unfolded
from ternopil_pipelines.receive.child.json_choice import Table, joined_by_path, rivals, tables_of
from ternopil_pipelines.receive.child.json_flat import Flat, flat
from ternopil_pipelines.receive.child.json_lines import lines
from ternopil_pipelines.receive.child.places import Names

_WGS84 = re.compile(r"(?i)CRS84|EPSG:{1,2}(?:[\d.]*:)?4326$|WGS ?84$")


def read(order: Mapping[str, Any]) -> Records:
    text = Path(order["path"]).read_text(encoding="utf-8")
    names = Names.of(order)
    try:
        content = _loads(text)
    except ValueError as error:
        each_line = _each_line(text)
        if each_line is None:
            raise Refused("json-broken", row=text.count("\n", 0, getattr(error, "pos", 0)) + 1) from None
        numbers, items = each_line
        return _records([max(Table((), items).read_as(names), key=Table.order)], names, [], numbers=numbers)
    except RecursionError:
        raise Refused("file-suspicious", what="вкладеність JSON глибша, ніж буває в даних") from None
    _own_coordinates(content)
    tables = [way for table in tables_of(content, names) for way in table.read_as(names)]
    best = max(tables, key=Table.order, default=None)
    if best is None or not best.named:
        if isinstance(content, dict) and meanings(flat([content], names)[0], names.known):
            return _records([Table((), [content])], names, [])
        if best is None:
            raise Refused("records-not-found", what="списку об’єктів", names=order["names"])
    taken, others = rivals(best, tables, names)
    return _records(taken, names, others, text=text)


def _records(
    taken: Sequence[Table], names: Names, others: Sequence[Table], *, text: str = "", numbers: Sequence[int] = ()
) -> Records:
    places = [place for table in taken for place in table.places]
    labels = told_apart(places)
    rows: list[Flat] = []
    begin: list[int] = []
    notes: list[Note] = []
    for table in joined_by_path(taken):
        own, repeated, left, kept = table.rows(names)
        label = told_apart([*places, table.path])[-1] if len(places) > 1 else None
        rows += [{"key": label, **row} for row in own] if label and "key" in names.known else own
        found = lines(text, table.path, table.ways) if table.plain and text else []
        begin += [found[at] for at in kept] if found else []
        if table.ways:
            notes.append(unfolded([".".join(way) for way in table.ways], repeated, left))
    if len(places) > 1:
        notes.append(joined(labels))
    if others:
        told = told_apart([*places, *(other.places[0] for other in others)])
        counts = [len(other.rows(names)[0]) for other in others]
        notes.append(left_out(told[: len(places)], list(zip(told[len(places) :], counts, strict=True))))
    path = ", ".join(".".join(place) for place in places if place)
    return Records(rows, [*numbers] or begin, notes=notes, detail={"path": path} if path else {})


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
