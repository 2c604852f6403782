"""A file of XML read by expat, twice at most: elements counted first, the wanted ones kept with all they hold.

No DOCTYPE: no entity is ever declared, expanded or fetched. An element's name is its local one. The text is UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from ternopil_pipelines.receive.child.answer import Refused

DEPTH = 100
_PIECE = 1 << 20
Where = tuple[str, ...]


def local(name: str) -> str:
    return name.rpartition(":")[2]


def parse(
    path: Path,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
    *,
    line: Collected | None = None,
) -> None:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True

    def doctype(*_: object) -> None:
        raise Refused("file-suspicious", what="документ XML оголошує DOCTYPE і власні сутності")

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    if line is not None:
        line.line = lambda: parser.CurrentLineNumber
    try:
        with path.open("rb") as source:
            while piece := source.read(_PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused("xml-broken", row=error.lineno) from None


@dataclass(slots=True)
class Element:
    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        return "".join(self.pieces).strip()

    def first(self, name: str) -> Element | None:
        """The first element of that name anywhere inside."""
        for child in self.children:
            found = child if child.name == name else child.first(name)
            if found is not None:
                return found
        return None

    def every(self, name: str) -> list[Element]:
        own = [child for child in self.children if child.name == name]
        return own + [inner for child in self.children if child.name != name for inner in child.every(name)]


@dataclass(slots=True)
class Around:
    """An element that wanted ones stand in: its attributes and the texts directly in it, in pieces, known whole when it
    ends; `before`: how many were found before it, `line`: where it begins."""

    name: str
    fields: dict[str, list[str]]
    before: int
    line: int


class Collected:
    """Second reading: the wanted elements with all they hold. `groups[i]`: the elements `found[i]` stands in, the root
    first. A group without a wanted element stands in `found` as None."""

    def __init__(self, wanted: Callable[[Where], bool], above: frozenset[Where] = frozenset()) -> None:
        self._wanted = wanted
        self._above = above
        self._stack: list[str] = []
        self._open: list[Element] = []
        self._around: list[Around] = []
        self.found: list[Element | None] = []
        self.groups: list[tuple[Around, ...]] = []
        self.lines: list[int] = []
        self.line: Callable[[], int] = lambda: 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= DEPTH:
            raise Refused("file-suspicious", what="вкладеність XML глибша, ніж буває в даних")
        own = local(name)
        self._stack.append(own)
        if not self._open:
            where = tuple(self._stack)
            if where in self._above:
                fields = {local(key): [value] for key, value in attributes.items()}
                self._around.append(Around(own, fields, len(self.found), self.line()))
                return
            if not self._wanted(where):
                if self._directly():
                    self._around[-1].fields.setdefault(own, []).append("")
                return
        element = Element(own, {local(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._add(element, self.line())
        self._open.append(element)

    def end(self, _: str) -> None:
        if self._open:
            self._open.pop()
        elif self._above and tuple(self._stack) in self._above:
            if self._around[-1].before == len(self.found):
                self._add(None, self._around[-1].line)
            self._around.pop()
        self._stack.pop()

    def text(self, piece: str) -> None:
        if self._open:
            self._open[-1].pieces.append(piece)
        elif self._directly():
            self._around[-1].fields[self._stack[-1]][-1] += piece

    def _add(self, element: Element | None, line: int) -> None:
        self.found.append(element)
        self.groups.append(tuple(self._around))
        self.lines.append(line)

    def _directly(self) -> bool:
        """Directly in the innermost group?"""
        return bool(self._around) and len(self._stack) == len(self._around) + 1
