"""Which received column is which declared one.

Compared step by step, from the strict to the lenient: as written, then folded (Unicode form, blanks, case, look-alike
letters), then letters and digits alone. Table aliases speak first, then names, column aliases, labels. A spelling that
would fit two declared columns fits none; a nameless column is taken for the declared one that stands in its place and
has not been found elsewhere. Values are not looked at, except whether a nameless column has any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.fold import fold, letters, tidy
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding


@dataclass(frozen=True, slots=True)
class Header:
    """`found[name]`: the position of a declared column in the received frame; absent ones are not in it."""

    found: dict[str, int]
    findings: tuple[Finding, ...]


def resolve(
    received: Sequence[str],
    columns: Sequence[Column],
    aliases: Mapping[str, str],
    *,
    sheet: str | None = None,
    filled: Callable[[int], bool] = lambda _: True,
) -> Header:
    """`filled(position)`: does a nameless received column hold anything; empty ones are left out in silence."""
    found: dict[str, int] = {}
    taken: set[int] = set()
    doubtful: dict[int, list[str]] = {}
    repeated: dict[str, list[int]] = {}
    for key in (tidy, fold, letters):
        claims = _claims(columns, aliases, key)
        for position, name in enumerate(received):
            if position in taken or not tidy(str(name)):
                continue
            wanted = claims.get(key(str(name)), [])
            free = [each for each in wanted if each not in found]
            if len(wanted) == 1 and wanted[0] in found:
                if key is letters:  # `_id` of a portal's export beside `id`: another column, not the same one twice
                    continue
                repeated.setdefault(wanted[0], [found[wanted[0]]]).append(position)
                taken.add(position)
            elif len(free) == 1:
                found[free[0]] = position
                taken.add(position)
                doubtful.pop(position, None)
            elif len(free) > 1:
                doubtful[position] = free
    nameless = _by_place(received, columns, found, taken, aliases, filled)
    found |= nameless
    taken |= set(nameless.values())
    findings = [
        *_renamed(received, columns, found, sheet),
        *(_twice(name, places, received, sheet) for name, places in repeated.items()),
        *(_doubt(received[place], names, sheet) for place, names in doubtful.items() if place not in taken),
        *_unknown(received, [p for p in range(len(received)) if p not in taken and p not in doubtful], sheet, filled),
        *_missing(columns, found, sheet),
    ]
    return Header(found, tuple(findings))


def _claims(columns: Sequence[Column], aliases: Mapping[str, str], key: Callable[[str], str]) -> dict[str, list[str]]:
    """What each spelling may mean. A name beats another column's alias or label of the same spelling."""
    levels: list[list[tuple[str, str]]] = [
        [(alias, name) for alias, name in aliases.items()],
        [(column.name, column.name) for column in columns],
        [(alias, column.name) for column in columns for alias in column.aliases],
        [(column.label, column.name) for column in columns if column.label],
    ]
    claims: dict[str, list[str]] = {}
    for level in levels:
        here: dict[str, list[str]] = {}
        for spelling, name in level:
            names = here.setdefault(key(spelling), [])
            if name not in names:
                names.append(name)
        for spelling, names in here.items():
            claims.setdefault(spelling, names)
    return claims


def _by_place(
    received: Sequence[str],
    columns: Sequence[Column],
    found: Mapping[str, int],
    taken: set[int],
    aliases: Mapping[str, str],
    filled: Callable[[int], bool],
) -> dict[str, int]:
    names = [column.name for column in columns]
    by_place: dict[str, int] = {}
    for position, name in enumerate(received):
        if tidy(str(name)) or position in taken or not filled(position):
            continue
        wanted = aliases.get("") or (names[position] if position < len(names) else None)
        if wanted and wanted not in found and wanted not in by_place:
            by_place[wanted] = position
    return by_place


def _renamed(
    received: Sequence[str], columns: Sequence[Column], found: Mapping[str, int], sheet: str | None
) -> list[Finding]:
    findings = []
    for column in columns:
        place = found.get(column.name)
        if place is None or tidy(str(received[place])) == column.name:
            continue
        given = tidy(str(received[place]))
        code = "column-renamed" if given else "column-unnamed"
        findings.append(finding(code, sheet=sheet, column=column.name, given=given, number=place + 1))
    return findings


def _twice(name: str, places: Sequence[int], received: Sequence[str], sheet: str | None) -> Finding:
    headers = ", ".join(f"«{tidy(str(received[place]))}» (стовпець {place + 1})" for place in places)
    return finding("column-twice", sheet=sheet, column=name, count=len(places), headers=headers)


def _doubt(given: str, names: Sequence[str], sheet: str | None) -> Finding:
    return finding("column-doubtful", sheet=sheet, given=tidy(str(given)), names=", ".join(names))


def _unknown(
    received: Sequence[str], places: Sequence[int], sheet: str | None, filled: Callable[[int], bool]
) -> list[Finding]:
    findings = []
    for place in places:
        given = tidy(str(received[place]))
        if given or filled(place):
            given = given or f"без назви, {place + 1}-й"
            findings.append(finding("column-unknown", sheet=sheet, given=given, number=place + 1))
    return findings


def _missing(columns: Sequence[Column], found: Mapping[str, int], sheet: str | None) -> list[Finding]:
    return [
        finding(
            "column-missing" if column.required or column.key else "column-absent",
            sheet=sheet,
            column=column.name,
            title=column.title,
        )
        for column in columns
        if column.name not in found
    ]
