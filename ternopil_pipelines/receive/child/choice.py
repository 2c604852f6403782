"""Which lists of a document are its table: the one that names the most declared columns, and those that go on from it.

A list goes on where it has the same fields and is called the same but for a number (years, pages), or where a declared
column `key` keeps what each is called: the same fields alone may be a dictionary's or the deleted records'. Of the rest
those which might be the table are named: a lookup of two columns and a lone element of XML are not remarked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from ternopil_pipelines.receive.child.groups import meanings

Path = tuple[str, ...]
_NUMBER = re.compile(r"\d+")
# Two columns, an identifier and a name, are what lookups have.
_LOOKUP = 2


class Candidate(Protocol):
    """`way`: keys of the lists inside the objects of the list at `path`; `named`: how many declared columns it names;
    `count`: of its records; `lone`: one element, told for a list by nothing."""

    @property
    def path(self) -> Path: ...
    @property
    def way(self) -> Path: ...
    @property
    def named(self) -> int: ...
    @property
    def count(self) -> int: ...
    @property
    def lone(self) -> bool: ...
    def fields(self) -> frozenset[str]: ...


Some = TypeVar("Some", bound=Candidate)


def chosen(ranked: Sequence[Some], known: Mapping[str, str]) -> tuple[list[Some], list[Some]]:
    """Those to be read, the first among them, and those to be named."""
    best, *rest = ranked
    taken, others, read = [best], list[Some](), _Read()
    read.add(best)
    fields = best.fields() if rest else frozenset()
    kept = "key" in known and known["key"] not in meanings(fields, known)
    series = _series(best)
    for each in rest:
        if read.holds(each):
            continue
        number = _series(each) == series
        if (number or kept) and each.named == best.named and each.fields() == fields:
            taken.append(each)
        elif _might_be(each, best, len(set(known.values())), number=number):
            others.append(each)
        else:
            continue
        read.add(each)
    return taken, others


def _might_be(each: Candidate, best: Candidate, columns: int, *, number: bool) -> bool:
    """One column of many is a chance likeness."""
    if each.lone and best.count > 1 and not number:
        return False
    if each.named == best.named:
        return each.named > 1 or columns == 1
    return 2 * each.named > best.named and (each.named > _LOOKUP or (number and each.named > 1))


def _series(each: Candidate) -> Path:
    return tuple(_NUMBER.sub("0", step) for step in (*each.path, *each.way))


class _Read:
    """The parts of the document that are spoken for."""

    def __init__(self) -> None:
        self._paths = _Apart()
        self._ways: dict[Path, _Apart] = {}

    def add(self, each: Candidate) -> None:
        self._paths.add(each.path)
        self._ways.setdefault(each.path, _Apart()).add(each.way)

    def holds(self, each: Candidate) -> bool:
        return self._ways[each.path].touches(each.way) if each.path in self._ways else self._paths.touches(each.path)


class _Apart:
    """Paths of which none is inside another."""

    def __init__(self) -> None:
        self._whole: set[Path] = set()
        self._outer: set[Path] = set()

    def add(self, path: Path) -> None:
        self._whole.add(path)
        self._outer.update(path[:depth] for depth in range(len(path)))

    def touches(self, path: Path) -> bool:
        return path in self._outer or any(path[:depth] in self._whole for depth in range(len(path) + 1))
