"""What an asset check is, apart from any orchestrator: a name, Ukrainian words, and the codes it speaks of.

A code belongs to one check. The result of a check is a view of findings that were made anyway, so that a check costs no
second pass over the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ternopil_pipelines.findings.code import Code
from ternopil_pipelines.findings.finding import Finding, Severity

Stage = Literal["raw", "table", "edition", "publication", "waiting"]


@dataclass(frozen=True, slots=True)
class Check:
    """`stage`: the asset it stands on, `waiting` where a reminder speaks and not a run. `title`, `about`, `stops`:
    Ukrainian; `stops` says what an error keeps back. `thresholds`: keys of sources.yaml by which it judges."""

    name: str
    stage: Stage
    title: str
    about: str
    stops: str
    codes: tuple[str, ...]
    thresholds: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """Where the documentation explains it."""
        return f"docs/checks.md#{self.name}"

    def mine(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The worst first, else as found."""
        return tuple(
            sorted((each for each in findings if each.code in self.codes), key=lambda each: WEIGHT[each.severity])
        )


WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def worst(findings: Sequence[Finding]) -> Severity | None:
    """Error or warning; a note is nothing to answer."""
    found = {each.severity for each in findings}
    return next((each for each in (Severity.ERROR, Severity.WARNING) if each in found), None)


def named(codes: Mapping[str, Code], *beginnings: str) -> tuple[str, ...]:
    return tuple(code for code in codes if code.startswith(beginnings))


def others(codes: Mapping[str, Code], *taken: tuple[str, ...]) -> tuple[str, ...]:
    """What is left of a room's codes: one that is added later lands in the room's main check."""
    gone = {code for each in taken for code in each}
    return tuple(code for code in codes if code not in gone)
