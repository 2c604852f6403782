"""Tables that JSON holds without a list of objects: rows as bare lists, columns as lists, objects by their keys.

Portals answer so (`fields` beside `records`, Socrata's `columns` beside `data`), and so do spreadsheets and data frames
saved as JSON. The names of bare rows stand in the first of them or in another list of the same length, which may tell
several for each column; which one, the declared columns tell. A portal's own columns (`:sid`) are left to the portal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ternopil_pipelines.receive.child.groups import meanings

DEPTH = 6
Path = tuple[str, ...]
Table = tuple[Path, list[dict[str, Any]]]
_NAMING = ("fieldName", "id", "name", "title", "label", "code")


def other_tables(content: Any, known: Mapping[str, str]) -> tuple[list[Table], dict[Path, int]]:
    """The tables, and where the lists stand that describe columns of bare rows, with how many declared ones they name:
    described rows may be none today."""
    inside = list(_walk(content))
    bare = [value for _, value in inside if _bare(value)]
    headers = _Headers(inside if bare else (), known)
    found: list[Table] = []
    describing = {} if all(bare) else dict(headers.said)
    for path, value in inside:
        if value and _bare(value):
            header = headers.of(path, value)
            if header is not None:
                names, place = header
                found.append((path, _bare_rows(names, value[1:] if place == path else value)))
                describing[place] = _said(names, known)
        elif isinstance(value, dict) and len(value) > 1:
            found += _keyed(path, value, known)
    return found, describing


def _bare(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, list) for row in value)


def _walk(content: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, content
    if isinstance(content, dict) and len(path) < DEPTH:
        for key, value in content.items():
            yield from _walk(value, (*path, str(key)))


def _spellings(value: Any) -> list[list[str]] | None:
    """What each column may be called, by a list of names or of objects that have some."""
    if not isinstance(value, list) or not value:
        return None
    spelled = [[each] if isinstance(each, str) else _told(each) for each in value]
    return spelled if all(spelled) else None


def _told(column: Any) -> list[str]:
    names = [column.get(key) for key in _NAMING] if isinstance(column, dict) else []
    return [name for name in names if isinstance(name, str) and name]


class _Headers:
    """The lists that may name the columns of bare rows. `said`: how many declared ones each names."""

    def __init__(self, inside: Iterable[tuple[Path, Any]], known: Mapping[str, str]) -> None:
        self._known = known
        self.said: dict[Path, int] = {}
        self._most: dict[int, int] = {}
        # By how many they name of how many columns, and what they stand in: the first of each.
        self._nearest: dict[tuple[int, int, Path], tuple[list[str | None], Path]] = {}
        for place, value in inside:
            spelled = _spellings(value)
            if spelled is None:
                continue
            names = _chosen(spelled, known)
            said = self.said[place] = _said(names, known)
            if not said:
                continue
            self._most[len(names)] = max(said, self._most.get(len(names), 0))
            for depth in range(len(place) + 1):
                self._nearest.setdefault((len(names), said, place[:depth]), (names, place))

    def of(self, path: Path, rows: Sequence[list[Any]]) -> tuple[Sequence[str | None], Path] | None:
        """The names of bare rows and where they stand: in the first row, or in the nearest list of those that say
        most."""
        first = rows[0]
        if len(rows) > 1 and all(isinstance(cell, str) for cell in first) and meanings(first, self._known):
            return first, path
        most = self._most.get(len(first), 0)
        around = (path[:depth] for depth in range(len(path), -1, -1))
        keys = ((len(first), most, each) for each in around)
        return next((self._nearest[key] for key in keys if key in self._nearest), None)


def _said(names: Sequence[str | None], known: Mapping[str, str]) -> int:
    return len(meanings(filter(None, names), known))


def _chosen(spelled: Sequence[Sequence[str]], known: Mapping[str, str]) -> list[str | None]:
    """For each column the spelling that is declared; a portal's own column only where no other means the same."""
    taken: set[str] = set()
    names: list[str | None] = [None] * len(spelled)
    for at in sorted(range(len(spelled)), key=lambda at: spelled[at][0].startswith(":")):
        free = (each for each in spelled[at] if meanings([each], known) - taken)
        names[at] = next(free, None if spelled[at][0].startswith(":") else spelled[at][0])
        taken |= meanings(filter(None, [names[at]]), known)
    return names


def _bare_rows(names: Sequence[str | None], rows: Sequence[list[Any]]) -> list[dict[str, Any]]:
    """Each cell under a name of its own, those beyond the header and those of repeated names too."""
    widest = max(map(len, rows), default=0)
    whole: list[str | None] = []
    for at, name in enumerate([*names, *([""] * (widest - len(names)))]):
        spelled = name if name is None else name or f"column_{at + 1}"
        whole.append(f"{spelled}_{at + 1}" if spelled is not None and spelled in whole else spelled)
    return [{name: cell for name, cell in zip(whole, row, strict=False) if name is not None} for row in rows]


def _keyed(path: Path, value: dict[str, Any], known: Mapping[str, str]) -> Iterator[Table]:
    values = list(value.values())
    if meanings(value, known):
        if all(isinstance(each, list) and len(each) == len(values[0]) for each in values):
            yield path, [dict(zip(value, row, strict=True)) for row in zip(*values, strict=True)]
        elif all(isinstance(each, dict) and each.keys() == values[0].keys() for each in values):
            yield path, [{name: each[row] for name, each in value.items()} for row in values[0]]
    elif all(isinstance(each, dict) for each in values):
        yield path, [{"key": key, **each} if "key" in known else each for key, each in value.items()]
