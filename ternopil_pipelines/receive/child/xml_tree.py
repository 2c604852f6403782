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


class Collected:
    """Second reading: the wanted elements with all they hold."""

    def __init__(self, wanted: Callable[[Where], bool]) -> None:
        self._wanted = wanted
        self._stack: list[str] = []
        self._open: list[Element] = []
        self.found: list[Element] = []
        self.lines: list[int] = []
        self.line: Callable[[], int] = lambda: 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= DEPTH:
            raise Refused("file-suspicious", what="вкладеність XML глибша, ніж буває в даних")
        self._stack.append(local(name))
        if not self._open and not self._wanted(tuple(self._stack)):
            return
        element = Element(self._stack[-1], {local(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.found.append(element)
            self.lines.append(self.line())
        self._open.append(element)

    def end(self, _: str) -> None:
        self._stack.pop()
        if self._open:
            self._open.pop()

    def text(self, piece: str) -> None:
        if self._open:
            self._open[-1].pieces.append(piece)
