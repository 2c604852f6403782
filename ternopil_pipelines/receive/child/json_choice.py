"""Which list of a JSON document is the table: the one that names the most declared columns.

Equal lists of the same fields are one table; those which might be it and are not read are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ternopil_pipelines.receive.child.groups import meanings, might_be, overlap, with_groups
from ternopil_pipelines.receive.child.json_flat import DEPTH, Flat, chains, flat, insides
from ternopil_pipelines.receive.child.json_lines import Chain
from ternopil_pipelines.receive.child.json_tables import other_tables
from ternopil_pipelines.receive.child.places import Names

# How many records of a list are looked at to learn which columns it names.
_SAMPLED = 50
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`plain`: a list of objects in the document; `ways`: keys of the lists inside its objects that hold the records;
    `named`: how many declared columns it names."""

    path: Path
    items: Sequence[Any]
    plain: bool = True
    ways: tuple[Chain, ...] = ()
    named: int = 0

    @property
    def places(self) -> list[Path]:
        return [(*self.path, *way) for way in self.ways] or [self.path]

    def same(self, other: Table) -> bool:
        """Are these two readings of the same part of the document?"""
        if self.path != other.path:
            return overlap(self.path, other.path)
        return any(overlap(one, another) for one in self.ways or [()] for another in other.ways or [()])

    def order(self) -> tuple[int, bool, bool, int, int]:
        return self.named, not self.ways, self.plain, len(self.items), -len(self.path)

    def read_as(self, names: Names) -> Iterator[Table]:
        """The list itself and, where it lacks declared columns, the lists inside its objects."""
        own = replace(self, named=_named(flat(self.items[:_SAMPLED], names), names))
        yield own
        if own.named < len(set(names.known.values())):
            for way in chains(flat(self.items, names), names):
                inner = replace(self, ways=(way,))
                yield replace(inner, named=_named(inner.rows(names)[0], names))

    def rows(self, names: Names) -> tuple[list[Flat], list[str], list[str], list[int]]:
        """The records as `with_groups` gives them."""
        records = flat(self.items, names)
        if not self.ways:
            return records, [], [], list(range(len(records)))
        return with_groups(list(insides(records, self.ways, names, "".join(self.path[-1:]))), names.known)


def tables_of(content: Any, names: Names) -> list[Table]:
    others, describing = other_tables(content, names.known)
    lists = [
        Table(path, items)
        for path, items in _lists(content)
        if not 0 < _named(flat(items[:_SAMPLED], names), names) <= describing.get(path, 0)
    ]
    return [*lists, *(Table(path, items, plain=False) for path, items in others)]


def rivals(best: Table, tables: Sequence[Table], names: Names) -> tuple[list[Table], list[Table]]:
    """The tables of the same fields as the best, itself among them, and the others that might be it: naming as many
    columns, or of fewer fields of the same."""
    taken: list[Table] = [best]
    others: list[Table] = []
    fields = _fields(best, names) if len(tables) > 1 else frozenset()
    for table in sorted(tables, key=Table.order, reverse=True):
        if any(table.same(each) for each in (*taken, *others)):
            continue
        equal = table.named == best.named
        own = _fields(table, names) if equal or table.named > 1 else frozenset()
        if equal and own == fields:
            taken.append(table)
        elif might_be(table.named, equal, own < fields, names.known):
            others.append(table)
    return [table for table in tables if table in taken], [table for table in tables if table in others]


def joined_by_path(tables: Sequence[Table]) -> list[Table]:
    """Lists inside the objects of one list are read in one go, in the order of the document."""
    found: dict[Path, Table] = {}
    for table in tables:
        before = found.get(table.path)
        found[table.path] = table if before is None else replace(before, ways=(*before.ways, *table.ways))
    return list(found.values())


def _fields(table: Table, names: Names) -> frozenset[str]:
    return frozenset(name for row in table.rows(names)[0] for name in row)


def _named(records: Sequence[Flat], names: Names) -> int:
    return len(meanings({name for record in records for name in record}, names.known))


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
