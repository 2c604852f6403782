"""May this edition go out: a decision in the ledger, keyed by the edition's address; the newest counts.

Who decides is the gates' and the people's business; here it is entered, found again and demanded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.ledger import Entry, Ledger
from ternopil_pipelines.faults import EditionHeld, GateRefused

Verdict = Literal["passed", "held", "approved", "rejected"]
DECISION = "decision"
_PASSING = ("passed", "approved")
# One of these undoes whatever was decided before.
_REVOKING = ("erased", "withdrawn")


@dataclass(frozen=True, slots=True)
class Decision:
    """`by`: the gate's or the person's name; `gate`: which gate held it, None where a person decided freely; `who`: in
    which run or by whose token; `why`: the words of the gate or person, without a cell's value."""

    sequence: int
    at: str
    dataset: str
    edition: str
    verdict: Verdict
    by: str
    gate: str | None
    why: str
    who: str

    @property
    def passing(self) -> bool:
        return self.verdict in _PASSING


def decide(
    ledger: Ledger,
    edition: Edition,
    verdict: Verdict,
    *,
    by: str,
    gate: str | None = None,
    why: str,
    who: str | None = None,
    provided: Callable[[Decision | None], None] | None = None,
) -> Decision:
    """`who` is `by` where the same person or run enters it. `provided` is shown the decision that counts at the moment
    of entering, when no other can come between; what it raises keeps this one out."""

    def check(rows: Callable[..., list[Entry]]) -> None:
        last = rows(dataset=edition.dataset, what=(DECISION, *_REVOKING), edition=edition.address, last=1)
        assert provided is not None
        provided(_decision(last[0]) if last else None)

    entry = ledger.append(
        DECISION,
        who=who or by,
        dataset=edition.dataset,
        edition=edition.address,
        provided=check if provided else None,
        verdict=verdict,
        by=by,
        gate=gate,
        why=why,
    )
    return _decision(entry)


def decision(ledger: Ledger, dataset: str, address: str) -> Decision | None:
    """The latest decision about this edition, None where there is none. Withdrawal and erasure reject it: only a person
    who approves it anew lets it out again."""
    entry = ledger.last(dataset, DECISION, *_REVOKING, edition=address)
    return _decision(entry) if entry else None


def require_passing(ledger: Ledger, dataset: str, address: str) -> Decision:
    """The decision by which this edition may be published. Raises GateRefused without one."""
    found = decision(ledger, dataset, address)
    if found is None:
        raise GateRefused(f"edition {address} of {dataset} has no decision in the ledger")
    if found.verdict == "held":
        raise EditionHeld(f"edition {address} of {dataset} is held by {found.by}: {found.why}")
    if not found.passing:
        happened = found.gate if found.gate in _REVOKING else found.verdict
        raise GateRefused(f"edition {address} of {dataset} is {happened} by {found.by}: {found.why}")
    return found


def _decision(entry: Entry) -> Decision:
    said = entry.body
    if entry.what in _REVOKING:
        said = {"verdict": "rejected", "by": entry.who, "gate": entry.what, "why": str(said.get("reason", ""))}
    return Decision(
        sequence=entry.sequence,
        at=entry.at,
        dataset=str(entry.dataset),
        edition=str(entry.edition),
        verdict=cast(Verdict, said["verdict"]),
        by=said["by"],
        gate=said["gate"],
        why=said["why"],
        who=entry.who,
    )
