"""Where personal data may lawfully stand: columns of the official structures, and columns declared in sources.yaml.

The official list is a file beside the structures (`structures/personal.json`): structure, column, kinds, legal ground,
approver. A column of one's own says it itself, by `personal: {ground, approver}`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ternopil_pipelines.catalogue.columns import Column


@dataclass(frozen=True, slots=True)
class Lawful:
    """`kinds`: what the ground covers, None for whatever the column holds."""

    kinds: frozenset[str] | None
    ground: str
    approver: str

    def covers(self, kind: str) -> bool:
        return self.kinds is None or kind in self.kinds


def lawful(structure: str | None, column: Column) -> Lawful | None:
    if column.personal is not None:
        return Lawful(None, column.personal.ground, column.personal.approver)
    return official().get((structure or "", column.name))


@cache
def official() -> dict[tuple[str, str], Lawful]:
    text = files("ternopil_pipelines.catalogue").joinpath("structures", "personal.json").read_text(encoding="utf-8")
    return {
        (each["structure"], each["column"]): Lawful(frozenset(each["kinds"]), each["ground"], each["approver"])
        for each in json.loads(text)["columns"]
    }
