"""Where the header stands: the row, or the few merged rows, that name the most declared columns.

Departments put titles, approvals and foreign mappings above it and merge its cells over two or three rows; what is
declared tells the header from all of them. What stands beneath it is `layout`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ternopil_pipelines.receive.naming import fold

Row = Sequence[str | None]
# The deepest header seen in a real department file stood in row 14, beneath an approval stamp.
SEARCHED_ROWS = 60
TALLEST = 3
_BLANKS = re.compile(r"[\s\u00a0]+")
_NUMBER = re.compile(r"[-+]?[\d\s\u00a0.,%]+$")


@dataclass(frozen=True, slots=True)
class Header:
    """`first` and `last`: indices of its rows; `names`: as received with blanks collapsed, None where nameless;
    `matched`: how many declared columns it names."""

    first: int
    last: int
    names: tuple[str | None, ...]
    matched: int


def find_header(head: Sequence[Row], known: Mapping[str, str], *, at: int | None = None) -> Header | None:
    """The header among `head`, or beginning at index `at` where that is declared. None: no row names the columns."""
    starts = range(min(len(head), SEARCHED_ROWS)) if at is None else [at] if at < len(head) else []
    best: Header | None = None
    for start in starts:
        if not any(_text(cell) for cell in head[start]):
            continue
        for height in range(1, min(TALLEST, len(head) - start) + 1):
            found = _header(head[start : start + height], start, known)
            if best is None or found.matched > best.matched:
                best = found
    if best is None or (at is None and not _convincing(best, known)):
        return None
    return best


def _header(rows: Sequence[Row], start: int, known: Mapping[str, str]) -> Header:
    options = _spellings(rows)
    names: list[str | None] = []
    matched: set[str] = set()
    for spellings in options:
        chosen = next((each for each in spellings if known.get(fold(each)) not in {None, *matched}), None)
        if chosen is not None:
            matched.add(known[fold(chosen)])
        names.append(chosen or next(iter(spellings), None))
    return Header(start, start + len(rows) - 1, tuple(names), len(matched))


def _spellings(rows: Sequence[Row]) -> list[list[str]]:
    """What each column may be called: of merged rows the whole, the lowest part, then the upper ones."""
    width = max(map(len, rows))
    parts: list[list[str]] = [[] for _ in range(width)]
    for depth, row in enumerate(rows):
        above = ""
        for position in range(width):
            text = _text(row[position]) if position < len(row) else ""
            # A group title is merged over its columns: only its first cell holds the text.
            above = text or above
            spoken = text if depth == len(rows) - 1 else above
            if spoken and spoken not in parts[position]:
                parts[position].append(spoken)
    bare = [[_text(row[position]) for row in rows if position < len(row)] for position in range(width)]
    found: list[list[str]] = []
    for joined, own in zip(parts, bare, strict=True):
        own = [each for each in own if each]
        if not own:
            found.append([])
            continue
        found.append(
            list(dict.fromkeys([*([own[-1]] if own[-1:] == joined[-1:] else []), " ".join(joined), *reversed(own)]))
        )
    return found


def _convincing(header: Header, known: Mapping[str, str]) -> bool:
    declared = len(set(known.values()))
    present = [name for name in header.names if name]
    if header.matched >= 2 or (header.matched == 1 and declared <= 2):
        return True
    return header.matched == 1 and len(present) >= 2 and not any(_NUMBER.match(name) for name in present)


def _text(cell: str | None) -> str:
    return _BLANKS.sub(" ", cell).strip() if cell else ""
