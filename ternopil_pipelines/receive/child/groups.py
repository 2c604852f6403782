"""Records that stand inside groups: one row each, with what the table declares of its groups repeated in it.

A group's field is called by its own name or by `group.field`; a record's own field of the same meaning wins, then the
inner group's. What else the groups hold is not taken, and said so. A document's own fields are repeated where they are
declared and no record has them. Lists of equal records are one table, said too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from ternopil_pipelines.receive.naming import fold

Note = tuple[str, dict[str, object]]
Row = dict[str, Any]
# `<region name="Центр">`: such a field says what the group is called by.
_NAMING = frozenset({"name", "title", "label", "назва"})
# Such fields tell one thing from another: a group's never stand for a record's.
_OWN = _NAMING | {"id", "key", "code", "код"}
# The group's name and its own fields.
Group = tuple[str, Mapping[str, Any]]
# A record, or None for a group that holds none, and its groups, the outermost first.
Inside = tuple[Mapping[str, Any] | None, tuple[Group, ...]]
# How many names a finding lists.
_LISTED = 10
# How deep a group stands, its name and a name of its field.
Field = tuple[int, str, str]


def meanings(names: Iterable[str], known: Mapping[str, str]) -> set[str]:
    """The declared columns that `names` mean."""
    return {known[folded] for name in names if (folded := fold(name)) in known}


def called(fields: Sequence[Field], own: set[str], known: Mapping[str, str]) -> dict[Field, str]:
    """What the groups' fields that mean nothing of the records' `own` are called in rows; the innermost come first."""
    taken, found = set(own), dict[Field, str]()
    for _, level in groupby(fields, key=lambda each: each[0]):
        for each in level:
            _, name, field = each
            whole = f"{name}.{field}" if name else field
            ways = (whole, field, name) if field.casefold() in _NAMING else (whole, field)
            spelled = next((way for way in ways if meanings([way], known) - taken), None)
            if spelled is not None:
                found[each] = spelled
        taken |= meanings(found.values(), known)
    return found


def with_groups(
    insides: Sequence[Inside], known: Mapping[str, str]
) -> tuple[list[Row], list[str], list[str], list[int]]:
    """The rows; the groups' fields repeated in them, and those not taken; which of `insides` each row is. A group
    without records is a row where fields of it are repeated."""
    own: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for record, _ in insides for name in record or ()):
        for meaning in meanings([name], known):
            own.setdefault(meaning, []).append(name)
    deepest = max((len(groups) for _, groups in insides), default=0)
    fields: list[Field] = []
    for depth in reversed(range(deepest)):
        groups = {id(each[depth]): each[depth] for _, each in insides if len(each) > depth}.values()
        fields += dict.fromkeys((depth, name, field) for name, inside in groups for field in inside)
    spelled = called(fields, set(own), known)
    filled = _filled([each for each in fields if each not in spelled], own, insides, known)
    rows, kept = [], []
    for at, (record, above) in enumerate(insides):
        row: Row = {}
        for depth, (name, inside) in enumerate(above):
            for field, value in inside.items():
                if (each := (depth, name, field)) in spelled:
                    row[spelled[each]] = value
                elif each in filled and not any(own_name in (record or ()) for own_name in filled[each]):
                    row[filled[each][0]] = value
        if record is not None or any(value not in (None, "", []) for value in row.values()):
            rows.append(row | dict(record or {}))
            kept.append(at)
    left = [".".join(filter(None, each[1:])) for each in fields if each not in spelled and each not in filled]
    repeated = [*spelled.values(), *(names[0] for names in filled.values())]
    return rows, list(dict.fromkeys(repeated)), list(dict.fromkeys(left)), kept


def _filled(
    fields: Iterable[Field], own: Mapping[str, Sequence[str]], insides: Sequence[Inside], known: Mapping[str, str]
) -> dict[Field, list[str]]:
    """The fields some records have and some leave to their group, the innermost, with what the records call them."""
    found: dict[Field, list[str]] = {}
    for each in fields:
        names = [name for meaning in meanings(each[2:], known) for name in own.get(meaning, ())]
        if not names or each[2].casefold() in _OWN or names in found.values():
            continue
        if any(record is not None and not any(name in record for name in names) for record, _ in insides):
            found[each] = names
    return found


def of_document(rows: list[Row], fields: Mapping[str, Any], named: set[str], known: Mapping[str, str]) -> list[str]:
    """Repeats in the rows the document's `fields` that mean a declared column none of the rows has; `named`: those
    they have. The names of what was repeated."""
    added = {name: value for name, value in fields.items() if meanings([name], known) - named}
    if added:
        rows[:] = [added | row for row in rows]
    return list(added)


def unfolded(groups: Iterable[str], repeated: Iterable[str], left: Iterable[str]) -> Note:
    words = {"groups": groups, "repeated": repeated, "left": left}
    return "groups-unfolded", {word: listed(list(names)) or "немає" for word, names in words.items()}


def joined(lists: Sequence[str]) -> Note:
    return "lists-joined", {"lists": listed(lists)}


def left_out(taken: Sequence[str], others: Sequence[tuple[str, int]]) -> Note:
    told = ", ".join(f"«{name}» ({count})" for name, count in others[:_LISTED])
    return "several-lists", {"taken": listed(taken), "others": told + ("…" if len(others) > _LISTED else "")}


def told_apart(paths: Sequence[tuple[str, ...]]) -> list[str]:
    """What is different in several paths."""
    ahead = len(os.path.commonprefix([list(path) for path in paths]))
    behind = len(os.path.commonprefix([list(path[ahead:])[::-1] for path in paths]))
    return [".".join(path[ahead : len(path) - behind]) or ".".join(path) for path in paths]


def listed(names: Sequence[str], form: str = "«{}»") -> str:
    return ", ".join(map(form.format, names[:_LISTED])) + ("…" if len(names) > _LISTED else "")
