"""XML: the repeated element that names the most declared columns is the record.

Attributes and inner elements are its columns, deeper ones `outer.inner`, repeated ones joined by `; `. Databases write
`<field name="id">7</field>`: there the columns are called as the attribute says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ternopil_pipelines.receive.child.answer import Records, Refused
from ternopil_pipelines.receive.child.xml_tree import DEPTH, Collected, Element, Where, local, parse
from ternopil_pipelines.receive.naming import fold

_NAMING = ("name", "key", "column")


def read(order: Mapping[str, Any]) -> Records:
    path = Path(order["path"])
    shapes = _Shapes(frozenset(order["known"]))
    parse(path, shapes.start, shapes.end, shapes.text)
    best = shapes.best()
    if best is None:
        raise Refused("records-not-found", what="елементів", names=order["names"])
    collected = Collected(lambda where: where == best)
    parse(path, collected.start, collected.end, collected.text, line=collected)
    records = [_spread(element) for element in collected.found]
    return Records(records, collected.lines, detail={"path": "/".join(best)})


class _Shapes:
    """First reading: which elements stand where, how often, and what is inside."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._stack: list[str] = []
        self._count: dict[Where, int] = defaultdict(int)
        self._names: dict[Where, set[str]] = defaultdict(set)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= DEPTH:
            raise Refused("file-suspicious", what="вкладеність XML глибша, ніж буває в даних")
        own = local(name)
        if self._stack:
            self._names[tuple(self._stack)].add(fold(own))
            self._names[tuple(self._stack)].update(fold(attributes[key]) for key in _NAMING if key in attributes)
        self._stack.append(own)
        where = tuple(self._stack)
        self._count[where] += 1
        self._names[where].update(fold(local(key)) for key in attributes)

    def end(self, _: str) -> None:
        self._stack.pop()

    def text(self, _: str) -> None:
        pass

    def best(self) -> Where | None:
        ranked = [
            (len(names & self._known), self._count[where], -len(where), where)
            for where, names in self._names.items()
            if names & self._known
        ]
        return max(ranked)[3] if ranked else None


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
