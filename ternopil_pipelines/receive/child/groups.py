"""Records that stand inside groups: one row each, with what the table declares of its groups repeated in it.

A group's field is called by its own name or by `group.field`; a record's own field of the same meaning wins, then the
inner group's. What else the groups hold is not taken, and said so. Lists of equal records are one table, said too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ternopil_pipelines.receive.naming import fold

Note = tuple[str, dict[str, object]]
# `<region name="Центр">`: such a field says what the group is called by.
_NAMING = frozenset({"name", "title", "label", "назва"})
# The group's name and its own fields.
Group = tuple[str, Mapping[str, Any]]
# A record, or None for a group that holds none, and its groups, the outermost first.
Inside = tuple[Mapping[str, Any] | None, tuple[Group, ...]]


def meanings(names: Iterable[str], known: Mapping[str, str]) -> set[str]:
    """The declared columns that `names` mean."""
    return {known[folded] for name in names if (folded := fold(name)) in known}


def with_groups(
    insides: Sequence[Inside], known: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[str], list[str], list[int]]:
    """The rows; the groups' fields repeated in them, and those not taken; which of `insides` each row is. A group
    without records is a row where fields of it are repeated."""
    taken = meanings(dict.fromkeys(name for record, _ in insides for name in record or ()), known)
    called: dict[tuple[int, str, str], str] = {}
    left: dict[str, None] = {}
    for depth in reversed(range(max((len(groups) for _, groups in insides), default=0))):
        groups = {id(each[depth]): each[depth] for _, each in insides if len(each) > depth}.values()
        for name, field in dict.fromkeys((name, field) for name, fields in groups for field in fields):
            whole = f"{name}.{field}" if name else field
            ways = (whole, field, name) if field.casefold() in _NAMING else (whole, field)
            spelled = next((each for each in ways if meanings([each], known) - taken), None)
            if spelled is None:
                left[whole] = None
            else:
                called[depth, name, field] = spelled
        taken |= meanings(called.values(), known)
    rows, kept = [], []
    for at, (record, above) in enumerate(insides):
        row = {
            called[depth, name, field]: value
            for depth, (name, fields) in enumerate(above)
            for field, value in fields.items()
            if (depth, name, field) in called
        }
        if record is not None or any(value not in (None, "") for value in row.values()):
            rows.append(row | dict(record or {}))
            kept.append(at)
    return rows, list(dict.fromkeys(called.values())), list(left), kept


def might_be(named: int, equal: bool, part: bool, known: Mapping[str, str]) -> bool:
    """Must a list that is not read be named? `named`: how many declared columns it names; `equal`: as many as the one
    that is read; `part`: it has no field that one lacks. One column of many is a chance likeness."""
    return (named > 1 and (equal or part)) or (equal and named == len(set(known.values())))


def unfolded(groups: Iterable[str], repeated: Sequence[str], left: Sequence[str]) -> Note:
    words = {"groups": list(groups), "repeated": repeated, "left": left}
    return "groups-unfolded", {word: _listed(names) or "немає" for word, names in words.items()}


def joined(lists: Sequence[str]) -> Note:
    return "lists-joined", {"lists": _listed(lists)}


def left_out(taken: Sequence[str], others: Sequence[tuple[str, int]]) -> Note:
    return "several-lists", {
        "taken": _listed(taken),
        "others": ", ".join(f"«{name}» ({count})" for name, count in others),
    }


def told_apart(paths: Sequence[tuple[str, ...]]) -> list[str]:
    """What is different in several paths."""
    ahead = len(os.path.commonprefix([list(path) for path in paths]))
    behind = len(os.path.commonprefix([list(path[ahead:])[::-1] for path in paths]))
    return [".".join(path[ahead : len(path) - behind]) or ".".join(path) for path in paths]


def overlap(one: Sequence[str], other: Sequence[str]) -> bool:
    """Is one of the paths inside the other?"""
    return all(step == another for step, another in zip(one, other, strict=False))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"«{name}»" for name in names[:10]) + ("…" if len(names) > 10 else "")
