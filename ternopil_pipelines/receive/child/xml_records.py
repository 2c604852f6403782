"""XML: the repeated element that names the most declared columns is the record.

Attributes and inner elements are its columns, deeper ones `outer.inner`, repeated ones joined by `; `. Databases write
`<field name="id">7</field>`: there the columns are called as the attribute says. Which other elements belong to the
table, `choice` tells; what is declared of the elements around a record is repeated in it (`groups`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ternopil_pipelines.receive.child.answer import Records, Refused
from ternopil_pipelines.receive.child.choice import chosen
from ternopil_pipelines.receive.child.groups import (
    Group,
    Inside,
    joined,
    left_out,
    listed,
    meanings,
    of_document,
    told_apart,
    unfolded,
    with_groups,
)
from ternopil_pipelines.receive.child.xml_tree import DEPTH, Around, Collected, Element, Where, local, parse
from ternopil_pipelines.receive.naming import fold

_NAMING = ("name", "key", "column")


def read(order: Mapping[str, Any]) -> Records:
    path, known = Path(order["path"]), order["known"]
    shapes = _Shapes(known)
    parse(path, shapes.start, shapes.end, shapes.text)
    taken, others = shapes.best()
    if not taken:
        raise Refused("records-not-found", what="елементів", names=order["names"])
    above = frozenset(where[:depth] for where in taken for depth in range(1, len(where)))
    collected = Collected(frozenset(taken).__contains__, above)
    parse(path, collected.start, collected.end, collected.text, line=collected)
    labels = told_apart(taken)
    keys = dict(zip(taken, labels, strict=True)) if len(taken) > 1 and "key" in known else {}
    insides: list[Inside] = []
    for element, around, groups in zip(collected.found, collected.groups, _read(collected.groups), strict=True):
        own = None
        if element is not None:
            label = {"key": keys[(*(each.name for each in around), element.name)]} if keys else {}
            own = label | _spread(element)
        insides.append((own, groups[1:]))
    rows, repeated, left, kept = with_groups(insides, known)
    notes = []
    if repeated or (left and any(shapes.count[where] > 1 for where in above)):
        notes.append(unfolded(dict.fromkeys(where[-2] for where in taken if len(where) > 1), repeated, left))
    root = collected.groups[0][0].fields if above else {}
    once = {name: said[0].strip() for name, said in root.items() if len(said) == 1}
    declared = {name: said for name, said in once.items() if said and meanings([name], known)}
    named = meanings({name for row in rows for name in row}, known) if declared else set()
    if added := of_document(rows, declared, named, known):
        notes.append(unfolded(["документ"], added, ()))
    if len(taken) > 1:
        notes.append(joined(labels))
    if others:
        told = told_apart([*taken, *others])
        counted = [(name, shapes.count[where]) for name, where in zip(told[len(taken) :], others, strict=True)]
        notes.append(left_out(told[: len(taken)], counted))
    detail = {"path": listed(["/".join(where) for where in taken], "{}")}
    return Records(rows, [collected.lines[at] for at in kept], notes=notes, detail=detail)


def _read(groups: Sequence[tuple[Around, ...]]) -> Iterator[tuple[Group, ...]]:
    """Each group read once, however many records it holds."""
    read: dict[int, Group] = {}
    for around in groups:
        for each in around:
            if id(each) not in read:
                texts = {name: "; ".join(filter(None, map(str.strip, said))) for name, said in each.fields.items()}
                read[id(each)] = each.name, {name: text or None for name, text in texts.items()}
        yield tuple(read[id(each)] for each in around)


@dataclass(frozen=True, eq=False, slots=True)
class _Repeated:
    """An element as a candidate."""

    path: Where
    named: int
    count: int
    names: frozenset[str]
    way: Where = ()

    @property
    def lone(self) -> bool:
        return self.count == 1

    def fields(self) -> frozenset[str]:
        return self.names


class _Shapes:
    """First reading: which elements stand where, how often, and what is inside."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._stack: list[str] = []
        self._names: dict[Where, set[str]] = defaultdict(set)
        self.count: dict[Where, int] = defaultdict(int)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= DEPTH:
            raise Refused("file-suspicious", what="вкладеність XML глибша, ніж буває в даних")
        own = local(name)
        if self._stack:
            self._names[tuple(self._stack)].add(fold(own))
            self._names[tuple(self._stack)].update(fold(attributes[key]) for key in _NAMING if key in attributes)
        self._stack.append(own)
        where = tuple(self._stack)
        self.count[where] += 1
        self._names[where].update(fold(local(key)) for key in attributes)

    def end(self, _: str) -> None:
        self._stack.pop()

    def text(self, _: str) -> None:
        pass

    def best(self) -> tuple[list[Where], list[Where]]:
        """The elements to be read and those to be named, in the order of the document."""
        found = [
            _Repeated(where, named, self.count[where], frozenset(names))
            for where, names in self._names.items()
            if (named := len(meanings(names, self._known)))
        ]
        found.sort(key=lambda each: (each.named, each.count, -len(each.path), each.path), reverse=True)
        told = chosen(found, self._known) if found else ([], [])
        taken, others = (frozenset(each.path for each in some) for some in told)
        return [where for where in self.count if where in taken], [where for where in self.count if where in others]


def _spread(element: Element, above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {above + key: value for key, value in element.attributes.items() if key != "nil"}
    naming = _naming(element)
    if naming is not None:
        return flat | {above + child.attributes[naming]: child.said or None for child in element.children}
    for child in element.children:
        name = above + child.name
        if child.children or (child.attributes and not child.said):
            for key, value in _spread(child, f"{name}.").items():
                flat[key] = f"{flat[key]}; {value}" if flat.get(key) else value
        if child.said:
            flat[name] = f"{flat[name]}; {child.said}" if flat.get(name) else child.said
        elif name not in flat and not child.children:
            flat[name] = None
    if not element.children and element.said and not above:
        flat["value"] = element.said
    return flat


def _naming(element: Element) -> str | None:
    """The attribute that names the columns where all inner elements are of one name, told apart by it alone."""
    children = element.children
    if len(children) < 2 or len({child.name for child in children}) > 1:
        return None
    for key in _NAMING:
        named = {child.attributes.get(key) for child in children}
        if None not in named and len(named) == len(children) and not any(child.children for child in children):
            return key
    return None
