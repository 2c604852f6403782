"""How a text file parts its cells: the delimiter whose rows are equally wide, and quotes wrapped around whole rows.

Consistency of row width finds the delimiter in all of 128 files tried, csv.Sniffer in 114 of them. It fails where every
address holds as many commas as the next: what the table declares tells the header, and the header its delimiter.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from itertools import islice

from ternopil_pipelines.receive.naming import fold

DELIMITERS = (",", ";", "\t", "|")
_SAMPLED_RECORDS = 300
_HEADER_RECORDS = 60
SAMPLED_CHARACTERS = 400_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """`wrapped`: some rows stand in quotes as a whole and must be read twice. `blanks`: cells stand a blank off their
    delimiter, quotes too. `skip`: characters of Excel's `sep=;`."""

    delimiter: str
    blanks: bool = False
    wrapped: bool = False
    skip: int = 0


def find_dialect(sample: str, *, whole: bool, delimiter: str | None = None, known: Container[str] = ()) -> Dialect:
    """`sample`: how the text begins, of `SAMPLED_CHARACTERS` at most; `whole`: it is all of it; `known`: the folded
    names that a header of the declared table may hold."""
    first_line = sample[: max(sample.find("\n"), 0) or len(sample)].rstrip("\r").strip('"')
    if first_line.lower().startswith("sep=") and len(first_line) == 5:
        return Dialect(delimiter or first_line[4], skip=sample.find("\n") + 1 or len(sample))
    best, best_worth = Dialect(delimiter or ","), (0.0, 0.0, 0.0)
    for candidate in (delimiter,) if delimiter else DELIMITERS:
        if candidate not in sample:
            continue
        records = _records(sample, candidate, whole)
        wrapped = sum(1 for record in records if len(record) == 1 and candidate in record[0])
        if wrapped and (len(records) == wrapped or wrapped >= 0.05 * len(records)):
            again = [_unwrapped(record, candidate) for record in records]
            if max(map(len, again)) > 1 and _worth(again, known) > _worth(records, known):
                if _worth(again, known) > best_worth:
                    best, best_worth = Dialect(candidate, wrapped=True), _worth(again, known)
                continue
        if _worth(records, known) > best_worth:
            best, best_worth = Dialect(candidate), _worth(records, known)
        if f'{candidate} "' in sample:
            apart = _records(sample, candidate, whole, blanks=True)
            if _worth(apart, known) > best_worth:
                best, best_worth = Dialect(candidate, blanks=True), _worth(apart, known)
    return best


def _records(sample: str, delimiter: str, whole: bool, *, blanks: bool = False) -> list[list[str]]:
    try:
        lines = sample.splitlines(keepends=True)
        reader = csv.reader(lines if whole else lines[:-1], delimiter=delimiter, skipinitialspace=blanks)
        found = [record for record in islice(reader, _SAMPLED_RECORDS) if any(cell.strip() for cell in record)]
    except csv.Error:
        return [[]]
    return found or [[]]


def _worth(records: list[list[str]], known: Container[str]) -> tuple[float, float, float]:
    """How many declared columns one of its first rows names; the share of rows as wide as most are (rounded: titles and
    totals are narrower), then that width."""
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return (0.0, 0.0, 0.0)
    width, rows = max(widths.items(), key=lambda item: (item[1], item[0]))
    named = max(len({name for cell in row if (name := fold(cell)) in known}) for row in records[:_HEADER_RECORDS])
    return (float(named), round(rows / len(records), 1), float(width) + rows / len(records) / 2)


def _unwrapped(record: list[str], delimiter: str) -> list[str]:
    if len(record) != 1 or delimiter not in record[0]:
        return record
    try:
        return next(csv.reader([record[0]], delimiter=delimiter), [])
    except csv.Error:  # a line break inside: no row wrapped as a whole
        return record


def unwrap(record: list[str], delimiter: str) -> list[str]:
    """The cells of a row that stood in quotes as a whole; any other row as it is."""
    return _unwrapped(record, delimiter)


def loosely(line: str, delimiter: str) -> list[str]:
    """The cells of a line whose inner quotes nobody doubled: `"ТОВ "Ромашка"";10` holds `ТОВ "Ромашка"`."""
    cells: list[str] = []
    at = 0
    while True:
        start = at
        while line.startswith(" ", start):
            start += 1
        end = _closing(line, start + 1, delimiter) if line.startswith('"', start) else -1
        if end >= 0:
            cells.append(line[start + 1 : end].replace('""', '"'))
            end += 1
        else:
            end = line.find(delimiter, at)
            end = len(line) if end < 0 else end
            cells.append(line[at:end])
        if end >= len(line):
            return cells
        at = end + 1


def _closing(line: str, at: int, delimiter: str) -> int:
    """The first quote before a delimiter that leaves the quotes inside in pairs or stands before another quoted cell,
    else the first such quote; -1 where there is none."""
    first, inside = -1, 0
    while (at := line.find('"', at)) >= 0:
        if line[at + 1 : at + 2] in {delimiter, ""}:
            if inside % 2 == 0 or line[at + 2 : at + 3] == '"':
                return at
            first = at if first < 0 else first
        inside += 1
        at += 1
    return first
