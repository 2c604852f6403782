"""The lists of a JSON document that may be its table, each with what it names: itself and the lists inside its objects.

A list inside objects is offered where it hides no declared field of theirs, or names all they do and more by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ternopil_pipelines.receive.child.groups import called, meanings, with_groups
from ternopil_pipelines.receive.child.json_flat import DEPTH, Flat, Way, flat, insides, ways
from ternopil_pipelines.receive.child.json_lines import Chain
from ternopil_pipelines.receive.child.json_tables import other_tables
from ternopil_pipelines.receive.child.places import Names
from ternopil_pipelines.receive.naming import fold

# How many records of a list are looked at first to learn which columns it names.
_SAMPLED = 50
# What GeoJSON and its programs call a whole collection by.
_COLLECTION = frozenset({"type", "name", "id"})
Path = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Listed:
    """`plain`: a list of objects in the document."""

    path: Path
    items: Sequence[Any]
    names: Names
    plain: bool = True

    @cached_property
    def records(self) -> list[Flat]:
        return flat(self.items, self.names)

    @property
    def name(self) -> str:
        return "".join(self.path[-1:])

    def tables(self) -> Iterator[Table]:
        known = self.names.known
        own = meanings(_fields(flat(self.items[:_SAMPLED], self.names)), known)
        if len(own) == len(set(known.values())):
            yield Table(self, len(own), len(self.items))
            return
        own = meanings(_fields(self.records), known)
        yield Table(self, len(own), len(self.items))
        for way in ways(self.records, self.names, self.name):
            inner = meanings(way.own, known)
            outer = meanings((field for _, _, field in way.above), known)
            if inner.isdisjoint(outer) or outer < inner:
                repeated = called(way.above, inner, known).values()
                yield Table(self, len(inner | meanings(repeated, known)), way.count, way, frozenset(repeated))

    def rows(self, labels: dict[Chain, str]) -> tuple[list[Flat], list[str], list[str], list[int], int]:
        """The records `labels` lead to, as `with_groups` gives them, and how many places they were looked for in."""
        if () in labels:
            rows = [{"key": labels[()], **row} for row in self.records] if labels[()] else self.records
            return rows, [], [], list(range(len(rows))), len(rows)
        found = list(insides(self.records, labels, self.names, self.name))
        return *with_groups(found, self.names.known), len(found)


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """A candidate: a list of the document, or the lists inside its objects with the groups' fields `repeated`."""

    of: Listed
    named: int
    count: int
    inner: Way | None = None
    repeated: frozenset[str] = frozenset()

    @property
    def path(self) -> Path:
        return self.of.path

    @property
    def way(self) -> Chain:
        return self.inner.chain if self.inner else ()

    @property
    def lone(self) -> bool:
        return False

    def fields(self) -> frozenset[str]:
        return self.inner.own | self.repeated if self.inner else _fields(self.of.records)

    def order(self) -> tuple[int, bool, bool, int, int]:
        return self.named, not self.way, self.of.plain, self.count, -len(self.path)


def tables_of(content: Any, names: Names) -> list[Table]:
    """In the order of the document."""
    others, describing = other_tables(content, names.known)
    found: list[Table] = []
    for path, items in _lists(content):
        own, *inner = Listed(path, items, names).tables()
        if not 0 < own.named <= describing.get(path, 0):
            found += [own, *inner]
    for path, items in others:
        found += Listed(path, items, names, plain=False).tables()
    return found


def around(content: Any, paths: Iterable[Path], known: Mapping[str, str]) -> dict[Path, dict[str, Any]]:
    """For each path the declared fields of the objects on the way to it, the nearest of each meaning."""
    held: dict[Path, tuple[Any, dict[str, tuple[str, Any]]]] = {}

    def of(path: Path) -> tuple[Any, dict[str, tuple[str, Any]]]:
        if path not in held:
            value, outer = of(path[:-1]) if path else (content, {})
            if path:
                value = value[path[-1] if isinstance(value, dict) else int(path[-1])]
            held[path] = value, outer | _declared(value, known)
        return held[path]

    return {path: dict(of(path[:-1])[1].values()) if path else {} for path in paths}


def _declared(value: Any, known: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """What a collection of features is called says nothing of the features."""
    if not isinstance(value, dict):
        return {}
    fields = {key: each for key, each in value.items() if not isinstance(each, dict | list) and each not in (None, "")}
    if value.get("type") == "FeatureCollection":
        fields = {key: each for key, each in fields.items() if key not in _COLLECTION}
    return {known[fold(key)]: (key, each) for key, each in fields.items() if fold(key) in known}


def _fields(records: Sequence[Flat]) -> frozenset[str]:
    return frozenset(name for record in records for name in record)


def _lists(content: Any, path: Path = ()) -> Iterator[tuple[Path, list[Any]]]:
    """Every list of objects, with the keys that lead to it."""
    if isinstance(content, list):
        if content and all(isinstance(item, dict) for item in content):
            yield path, content
        elif content and all(isinstance(item, list) and item and isinstance(item[0], dict) for item in content):
            for number, item in enumerate(content):
                yield from _lists(item, (*path, str(number)))
    elif isinstance(content, dict) and len(path) < DEPTH:
        for key, value in content.items():
            yield from _lists(value, (*path, str(key)))
