"""Objects of JSON as flat records, and the lists of objects inside them: `[{"region": …, "items": [{…}, {…}]}, …]`.

Inner objects are spread into `outer.inner` unless the outer name itself is declared; lists stay JSON text unless their
objects are the table's records. A feature of GeoJSON is its properties with its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ternopil_pipelines.receive.child.groups import Group, Inside
from ternopil_pipelines.receive.child.json_lines import Chain
from ternopil_pipelines.receive.child.places import Names, put
from ternopil_pipelines.receive.naming import fold

DEPTH = 6
Flat = dict[str, Any]


def flat(items: Sequence[Any], names: Names) -> list[Flat]:
    records = [_flat(item, names.known) for item in items]
    if any(map(_feature, items)):
        put(records, [item.get("geometry") if _feature(item) else None for item in items], names)
    return records


def chains(records: Sequence[Flat], names: Names, depth: int = DEPTH) -> Iterator[Chain]:
    """The keys that lead to lists of objects inside the records."""
    for key in dict.fromkeys(key for record in records for key, value in record.items() if _objects(value)):
        values = [record[key] for record in records if key in record]
        if fold(key) in names.known or not all(value in (None, "", []) or _objects(value) for value in values):
            continue
        yield (key,)
        if depth > 1:
            inner = flat([item for record in records for item in _inner(record, key)], names)
            for chain in chains(inner, names, depth - 1):
                yield (key, *chain)


def insides(
    records: Sequence[Flat], ways: Sequence[Chain], names: Names, name: str, above: tuple[Group, ...] = ()
) -> Iterator[Inside]:
    """The records that `ways` lead to, each with the groups it is in; `name`: what the outer list is called."""
    keys = {way[0] for way in ways}
    held = {key: iter(flat([item for record in records for item in _inner(record, key)], names)) for key in keys}
    for record in records:
        own = {key: _under(key, keys) for key in record}
        fields = {key: record[key] for key, inside in own.items() if inside is None and _scalar(record[key])}
        groups = (*above, (name, fields))
        found = False
        for key in dict.fromkeys(inside for inside in own.values() if inside is not None):
            inner = [next(held[key]) for _ in _inner(record, key)]
            deeper = [way[1:] for way in ways if way[0] == key and len(way) > 1]
            found = found or bool(inner)
            if deeper:
                yield from insides(inner, deeper, names, key, groups)
            else:
                yield from (
                    ({_called(key, each, names): value for each, value in item.items()}, groups) for item in inner
                )
        if not found:
            yield None, groups


def _called(group: str, name: str, names: Names) -> str:
    whole = f"{group}.{name}"
    return whole if fold(whole) in names.known else name


def _under(name: str, keys: set[str]) -> str | None:
    """The key that `name` is, or is inside of: one object where others have a list was spread."""
    return name if name in keys else next((key for key in keys if name.startswith(f"{key}.")), None)


def _inner(record: Flat, key: str) -> list[Any]:
    if isinstance(record.get(key), list):
        return list(record[key])
    alone = {name.removeprefix(f"{key}."): value for name, value in record.items() if name.startswith(f"{key}.")}
    return [alone] if alone else []


def _scalar(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _feature(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "Feature"


def _flat(item: Any, known: Mapping[str, str]) -> Flat:
    if not isinstance(item, dict):
        return {"value": item}
    if _feature(item):
        properties = item.get("properties")
        own = {"id": item["id"]} if "id" in item else {}
        return own | (_spread(properties, known) if isinstance(properties, dict) else {})
    return _spread(item, known)


def _spread(item: Mapping[str, Any], known: Mapping[str, str], above: str = "") -> Flat:
    spread: Flat = {}
    for key, value in item.items():
        name = above + str(key)
        if isinstance(value, dict) and value and fold(name) not in known and above.count(".") < DEPTH:
            spread |= _spread(value, known, f"{name}.")
        else:
            spread[name] = value if value != {} else None
    return spread
