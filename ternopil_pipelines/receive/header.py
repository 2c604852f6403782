"""Where the header stands: the row, or the few merged rows, that name the most declared columns.

Departments put titles, approvals and foreign mappings above it and merge its cells over two or three rows; what is
declared tells the header from all of them. What stands beneath it is `layout`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ternopil_pipelines.receive.naming import fold

Row = Sequence[str | None]
# The deepest header seen in a real department file stood in row 14, beneath an approval stamp; pages of explanations
# come before some statistical tables. Far down only a row that names a column by itself is looked at.
SEARCHED_ROWS = 300
NEAR_ROWS = 60
TALLEST = 5
_BLANKS = re.compile(r"[\s\u00a0]+")
_NUMBER = re.compile(r"[-+]?[\d\s\u00a0.,%]+$")


@dataclass(frozen=True, slots=True)
class Header:
    """`first` and `last`: indices of its rows; `names`: as received with blanks collapsed, None where nameless;
    `matched`: how many declared columns it names; `declared`: sources.yaml says where it stands; `of_records`: it is
    no row at all, each record named its values."""

    first: int
    last: int
    names: tuple[str | None, ...]
    matched: int
    declared: bool = False
    of_records: bool = False


def find_header(head: Sequence[Row], known: Mapping[str, str], *, at: int | None = None) -> Header | None:
    """The header among `head`, or beginning at index `at` where that is declared. None: no row names the columns."""
    starts = range(min(len(head), SEARCHED_ROWS)) if at is None else [at] if at < len(head) else []
    best: Header | None = None
    every = len(set(known.values()))
    for start in starts:
        if not any(_text(cell) for cell in head[start]):
            continue
        if start >= NEAR_ROWS and not any(fold(cell) in known for cell in head[start] if cell):
            continue
        for height in range(1, min(TALLEST, len(head) - start) + 1):
            if not any(_text(cell) for cell in head[start + height - 1]):
                break
            found = _header(head[start : start + height], start, known)
            if found is None or (at is None and not _convincing(found, known)):
                continue
            if best is None or found.matched > best.matched:
                best = replace(_beneath_values(found, head, known), declared=at is not None)
            if best.matched == every:
                return best
    return best


def _beneath_values(header: Header, head: Sequence[Row], known: Mapping[str, str]) -> Header:
    """Without upper rows down to one that holds a number, where the rest names as many: they are rows of data."""
    valued = [at for at in range(header.first, header.last) if any(_NUMBER.match(_text(cell)) for cell in head[at])]
    if not valued:
        return header
    rest = _header(head[valued[-1] + 1 : header.last + 1], valued[-1] + 1, known)
    return rest if rest is not None and rest.matched == header.matched else header


def _header(rows: Sequence[Row], start: int, known: Mapping[str, str]) -> Header | None:
    """None where the lower rows are no header but data."""
    texts = [[_text(row[place]) if place < len(row) else "" for place in range(max(map(len, rows)))] for row in rows]
    if any(_interrupted([row[place] for row in texts], known) for place in range(len(texts[0]))):
        return None
    options, own = _spellings(texts)
    names: list[str | None] = []
    matched: set[str] = set()
    passed_over = lower = 0
    for place, spellings in enumerate(options):
        chosen = next((each for each in spellings if known.get(fold(each)) not in {None, *matched}), None)
        if chosen is not None:
            matched.add(known[fold(chosen)])
            said = [depth for depth, row in enumerate(texts) if row[place]]
            depth = max((depth for depth in said if texts[depth][place] == chosen), default=said[-1])
            passed_over += depth < said[-1]
            lower += depth > 0
        names.append(chosen or own[place])
    # Beneath a name that is whole already a header is blank; a value that equals another column's name is a value.
    if passed_over and passed_over >= lower:
        return None
    return Header(start, start + len(rows) - 1, tuple(names), len(matched))


def _interrupted(column: Sequence[str], known: Mapping[str, str]) -> bool:
    """A name, values, the same name again: rows of data between two headers."""
    named = [known.get(fold(text)) if text else None for text in column]
    between = [
        column[at]
        for last, name in enumerate(named)
        if name and name in named[:last]
        for at in range(named.index(name) + 1, last)
        if named[at] is None
    ]
    return any(between)


def _spellings(texts: Sequence[Sequence[str]]) -> tuple[list[list[str]], list[str | None]]:
    """What each column may be called (its lowest words, those with the groups above them, its upper words alone), and
    what it is called where none of that is known."""
    width = len(texts[0])
    # A group title is merged over its columns and only its first cell holds the text; the lowest row groups nothing.
    spoken = [*(_spread(row) for row in texts[:-1]), texts[-1]]
    # A title over the whole table names no column.
    naming = [depth for depth, row in enumerate(texts) if sum(map(bool, row)) > 1 or width == 1 or len(texts) == 1]
    found: list[list[str]] = []
    called: list[str | None] = []
    for place in range(width):
        own = [row[place] for row in texts if row[place]]
        whole = " ".join(dict.fromkeys(row[place] for row in spoken if row[place]))
        upper = [texts[depth][place] for depth in reversed(naming) if texts[depth][place]]
        found.append(list(dict.fromkeys([own[-1], whole, *upper])) if own else [])
        called.append(upper[0] if upper else None)
    return found, called


def _spread(row: Sequence[str]) -> list[str]:
    spread, above = [], ""
    for text in row:
        above = text or above
        spread.append(above)
    return spread


def _convincing(header: Header, known: Mapping[str, str]) -> bool:
    declared = len(set(known.values()))
    present = [name for name in header.names if name]
    if header.matched >= 2 or (header.matched == 1 and declared <= 2):
        return True
    return header.matched == 1 and len(present) >= 2 and not any(_NUMBER.match(name) for name in present)


def _text(cell: str | None) -> str:
    return _BLANKS.sub(" ", cell).strip() if cell else ""
