"""Where in a text of JSON each record begins: its parser tells no places, so the lists are walked once more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

Chain = tuple[str, ...]
_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def lines(text: str, path: Sequence[str], chains: Sequence[Chain]) -> list[int]:
    """The line of each record of the list at `path`, or of the lists inside its records that `chains` lead to; empty
    where the list cannot be walked to. A record without inner ones counts itself."""
    at = _next(text, 0)
    for key in path:
        inside = next((value for name, value in _members(text, at) if name == key), None)
        if inside is None:
            return []
        at = inside
    numbers, line, counted = [], 1, 0
    for start in _records(text, at, chains):
        line += text.count("\n", counted, start)
        counted = start
        numbers.append(line)
    return numbers


def _records(text: str, at: int, chains: Sequence[Chain]) -> Iterator[int]:
    for start in _items(text, at):
        if not chains:
            yield start
            continue
        found = False
        for key, value in _named(text, start, {chain[0] for chain in chains}):
            deeper = [chain[1:] for chain in chains if chain[0] == key and len(chain) > 1]
            for inner in _records(text, value, deeper):
                found = True
                yield inner
        if not found:
            yield start


def _named(text: str, at: int, keys: set[str], above: str = "") -> Iterator[tuple[str, int]]:
    """The members of an object that are called so once it is spread."""
    for name, value in _members(text, at):
        if above + name in keys:
            yield above + name, value
        elif text[value] == "{" and any(key.startswith(f"{above}{name}.") for key in keys):
            yield from _named(text, value, keys, f"{above}{name}.")


def _items(text: str, at: int) -> Iterator[int]:
    """Where the items of the list at `at` begin; an object is its own only item."""
    if text[at] == "{":
        yield at
    if text[at] != "[":
        return
    at = _next(text, at + 1)
    while text[at] != "]":
        yield at
        at = _next(text, _DECODER.raw_decode(text, at)[1])
        at = _next(text, at + 1) if text[at] == "," else at


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The keys of the object at `at` and where their values begin."""
    if text[at] != "{":
        return
    at = _next(text, at + 1)
    while text[at] == '"':
        name, at = _DECODER.raw_decode(text, at)
        at = _next(text, _next(text, at) + 1)
        yield name, at
        at = _next(text, _DECODER.raw_decode(text, at)[1])
        at = _next(text, at + 1) if text[at] == "," else at


def _next(text: str, at: int) -> int:
    return _BLANK.match(text, at).end()  # type: ignore[union-attr]
