"""Where in a text of JSON each record begins: its parser tells no places, so the text is walked once more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping

Path = tuple[str, ...]
Chain = tuple[str, ...]
_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def lines(text: str, wanted: Mapping[Path, Iterable[Chain]]) -> dict[Path, list[int]]:
    """For each list wanted the line of each of its records, or of those in the lists inside them that its chains lead
    to. A record without inner ones counts itself."""
    found: dict[Path, list[int]] = {}
    inner = {path: _Keys([chain for chain in chains if chain]) for path, chains in wanted.items()}
    ahead = {path[:depth] for path in wanted for depth in range(len(path))}

    def value(path: Path, at: int) -> int:
        if path in inner and text[at] == "[":
            found.pop(path, None)
            starts = found[path] = []
            return _each(text, at, lambda _, item: _record(text, item, inner[path], starts))
        if path in ahead and text[at] in "[{":
            return _each(text, at, lambda key, inside: value((*path, key), inside))
        return _end(text, at)

    value((), _next(text, 0))
    line, counted = 1, 0
    for starts in found.values():
        for each, start in enumerate(starts):
            line += text.count("\n", counted, start)
            counted = start
            starts[each] = line
    return found


class _Keys:
    """The keys of a record that lead to inner ones, with the keys of those."""

    def __init__(self, chains: Iterable[Chain]) -> None:
        deeper: dict[str, list[Chain]] = {}
        for first, *rest in chains:
            deeper.setdefault(first, []).extend([tuple(rest)] if rest else [])
        self.deeper = {key: _Keys(rest) for key, rest in deeper.items()}
        # What begins such a key: an object of that name was spread into `outer.inner`.
        self.ahead = {key[:at] for key in deeper for at, letter in enumerate(key) if letter == "."}


def _record(text: str, at: int, keys: _Keys, starts: list[int]) -> int:
    if not keys.deeper:
        starts.append(at)
        return _end(text, at)
    before = len(starts)

    def member(above: str, name: str, inside: int) -> int:
        whole = above + name
        deeper = keys.deeper.get(whole)
        if deeper is not None and text[inside] == "[":
            return _each(text, inside, lambda _, item: _record(text, item, deeper, starts))
        if deeper is not None and text[inside] == "{" and text[_next(text, inside + 1)] != "}":
            return _record(text, inside, deeper, starts)
        if text[inside] == "{" and (whole in keys.ahead or whole == "properties"):
            # A feature of GeoJSON is its properties.
            above = f"{whole}." if whole in keys.ahead else ""
            return _each(text, inside, lambda key, value: member(above, key, value))
        return _end(text, inside)

    end = _each(text, at, lambda key, inside: member("", key, inside))
    if len(starts) == before:
        starts.append(at)
    return end


def _each(text: str, at: int, read: Callable[[str, int], int]) -> int:
    """Walks the object or list at `at` and answers where it ends; `read` is given each key, or number, with where its
    value begins, and answers the same."""
    number, closing = 0, "}" if text[at] == "{" else "]"
    at = _next(text, at + 1)
    while text[at] != closing:
        key = str(number)
        if closing == "}":
            key, at = _DECODER.raw_decode(text, at)
            at = _next(text, _next(text, at) + 1)
        at = _next(text, read(key, at))
        at = _next(text, at + 1) if text[at] == "," else at
        number += 1
    return at + 1


def _end(text: str, at: int) -> int:
    return _DECODER.raw_decode(text, at)[1]


def _next(text: str, at: int) -> int:
    return _BLANK.match(text, at).end()  # type: ignore[union-attr]
