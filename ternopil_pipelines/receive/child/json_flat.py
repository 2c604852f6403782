"""Objects of JSON as flat records, and the lists of objects inside them: `[{"region": …, "items": [{…}, {…}]}, …]`.

Inner objects are spread into `outer.inner` unless the outer name itself is declared; lists stay JSON text unless their
objects are the table's records. A feature of GeoJSON is its properties with its place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ternopil_pipelines.receive.child.groups import Field, Group, Inside
from ternopil_pipelines.receive.child.json_lines import Chain
from ternopil_pipelines.receive.child.places import Names, put
from ternopil_pipelines.receive.naming import fold

DEPTH = 6
Flat = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """Keys that lead to lists of objects inside records: how many objects, their fields and those of the groups they
    are in, the innermost first."""

    chain: Chain
    count: int
    own: frozenset[str]
    above: tuple[Field, ...]


def flat(items: Sequence[Any], names: Names) -> list[Flat]:
    records = [_flat(item, names.known) for item in items]
    if any(map(_feature, items)):
        put(records, [item.get("geometry") if _feature(item) else None for item in items], names)
    return records


def ways(
    records: Sequence[Flat], names: Names, name: str, before: Chain = (), above: tuple[Field, ...] = ()
) -> Iterator[Way]:
    """`name`: what the outer list is called."""
    lists, others = dict[str, None](), set[str]()
    for record in records:
        for key, value in record.items():
            if _objects(value):
                lists[key] = None
            elif value not in (None, "", []):
                others.add(key)
    keys = {key for key in lists if key not in others and fold(key) not in names.known}
    keys = {key for key in keys if _under(key.rpartition(".")[0], keys) is None}
    if not keys:
        return
    held: dict[str, list[Any]] = {key: [] for key in lists if key in keys}
    for record in records:
        for key, items in _inner(record, keys).items():
            held[key] += items
    fields = dict.fromkeys(key for record in records for key in record if _under(key, keys) is None)
    around = (*((len(before), name, field) for field in fields), *above)
    for key, items in held.items():
        inner, chain = flat(items, names), (*before, key)
        own = frozenset(
            _called(key, field, names) for field in dict.fromkeys(field for each in inner for field in each)
        )
        yield Way(chain, len(inner), own, around)
        if len(chain) < DEPTH:
            yield from ways(inner, names, key, chain, around)


def insides(
    records: Sequence[Flat], labels: Mapping[Chain, str], names: Names, name: str, above: tuple[Group, ...] = ()
) -> Iterator[Inside]:
    """The records that the chains of `labels` lead to, each with the groups it is in and, as its `key`, the label."""
    deeper: dict[str, dict[Chain, str]] = {}
    for chain, label in labels.items():
        deeper.setdefault(chain[0], {})[chain[1:]] = label
    inside = [_inner(record, deeper) for record in records]
    held = {key: iter(flat([item for each in inside for item in each.get(key, ())], names)) for key in deeper}
    spelled: dict[tuple[str, str], str] = {}
    for record, lists in zip(records, inside, strict=True):
        groups = (*above, (name, {key: value for key, value in record.items() if _under(key, deeper) is None}))
        if not any(lists.values()):
            yield None, groups
        for key, items in lists.items():
            inner = [next(held[key]) for _ in items]
            if () not in deeper[key]:
                yield from insides(inner, deeper[key], names, key, groups)
                continue
            label = deeper[key][()]
            for each in inner:
                for field in each:
                    if (key, field) not in spelled:
                        spelled[key, field] = _called(key, field, names)
                own = {spelled[key, field]: value for field, value in each.items()}
                yield {"key": label, **own} if label else own, groups


def _called(group: str, name: str, names: Names) -> str:
    whole = f"{group}.{name}"
    return whole if fold(whole) in names.known else name


def _under(name: str, keys: Collection[str]) -> str | None:
    """The key that `name` is, or is inside of: one object where others have a list was spread."""
    while name and name not in keys:
        name = name.rpartition(".")[0]
    return name or None


def _inner(record: Flat, keys: Collection[str]) -> dict[str, list[Any]]:
    """The lists of a record under `keys`, in its order."""
    found: dict[str, list[Any]] = {}
    for name, value in record.items():
        key = _under(name, keys)
        if key == name:
            found[name] = value or []
        elif key is not None:
            alone = found.setdefault(key, [{}])
            alone[0][name.removeprefix(f"{key}.")] = value
    return found


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
