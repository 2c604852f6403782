"""Who must look before an edition goes out, and the decision of a person, made once.

`first | changes | always | never` of sources.yaml, the queue of what is held, and approval or rejection: whoever comes
second is told who decided, and the ledger has one decision. What a person rejected or withdrew a person may let out
again, by name and with a reason. What a gate blocked for personal data or by a three-part
test nobody can approve: its ground is declared in the catalogue and the gate judges anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.decisions import DECISION, Decision, decide, decision
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import ERASED, KEPT, PUBLISHED, last_published
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.faults import GateRefused, UsageFault
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding

MODERATION, CHANGES, CONTENT, FORMULAS, PERSONAL, THREE_PART, CHECKS = (
    "moderation", "changes", "content", "formulas", "personal-data", "three-part-test", "checks",
)  # fmt: skip
GATES = frozenset({MODERATION, CHANGES, CONTENT, FORMULAS, PERSONAL, THREE_PART, CHECKS})
# Gates no person's word opens.
_CLOSED = frozenset({PERSONAL, THREE_PART})
# Stands in a gate's place where a rollback rejected what had been let out: no gate's name, for none judged.
ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An edition held for a person, or blocked by a gate until its cause is gone. `since`: ISO, when it began."""

    dataset: str
    edition: str
    verdict: Literal["held", "rejected"]
    gate: str | None
    why: str
    since: str


def ask(dataset: Dataset, ledger: Ledger, edition: Edition, *, same_data: bool) -> Iterator[Finding]:
    """`same_data`: the rows are those of the last publication, whatever its passport."""
    last = last_published(ledger, dataset.id)
    if last is not None and last.edition == edition.address:
        return
    if dataset.moderation == "always":
        yield finding("edition-moderated", dataset=dataset.id)
    elif dataset.moderation == "first" and last is None:
        yield finding("first-edition", dataset=dataset.id)
    elif dataset.moderation == "changes" and last is not None and not same_data:
        yield finding("edition-changed", dataset=dataset.id)


def needs_judging(ledger: Ledger, dataset: str, address: str) -> bool:
    """Judge an edition nobody judged, one only a gate stopped (its ground may have been declared since), and one whose
    decision is older than the publication of another: the same old file sent again must not pass on an old word."""
    found = decision(ledger, dataset, address)
    if found is None:
        return True
    last = last_published(ledger, dataset)
    if found.passing and last is not None and last.edition != address and last.sequence > found.sequence:
        return True
    return not found.passing and found.by in GATES


def waiting(ledger: Ledger, datasets: Sequence[Dataset]) -> tuple[Waiting, ...]:
    """What waits for people now, the longest first. Only the newest edition of a dataset can wait; what a person
    rejected waits for nobody. When somebody is to be reminded, the oversight says."""
    found = []
    for dataset in datasets:
        newest = ledger.last(dataset.id, KEPT, PUBLISHED)
        if newest is None or newest.edition is None:
            continue
        standing = decision(ledger, dataset.id, newest.edition)
        if standing is not None and (verdict := _stops(standing.verdict, standing.by)) is not None:
            since = _since(ledger, dataset.id)
            found.append(Waiting(dataset.id, newest.edition, verdict, standing.gate, standing.why, since))
    return tuple(sorted(found, key=lambda each: each.since))


def _stops(verdict: str, by: str) -> Literal["held", "rejected"] | None:
    if verdict == "held":
        return "held"
    return "rejected" if verdict == "rejected" and by in GATES else None


def _since(ledger: Ledger, dataset: str) -> str:
    """Neither a gate that judges anew nor the next file begins the waiting anew: a register sent every day would else
    never be reminded of."""
    since = ""
    for entry in reversed(ledger.entries(dataset, DECISION)):
        if _stops(entry.body["verdict"], entry.body["by"]) is None:
            break
        since = entry.at
    return since


def roll_back(ledger: Ledger, edition: Edition, *, by: str, note: str) -> None:
    """Reject the edition a rollback takes off the portal, else the next run would bring it back: its source has not
    changed. What is rejected already stays rejected by whom it was."""
    found = decision(ledger, edition.dataset, edition.address)
    if found is None or found.verdict != "rejected":
        gate = ROLLBACK if found is None or found.passing else found.gate
        decide(ledger, edition, "rejected", by=by, gate=gate, why=f"rolled back: {note}")


def bring_back(ledger: Ledger, edition: Edition, *, by: str, note: str) -> None:
    """Let out again what was let out before and only a rollback rejected since."""
    if rolled_back(ledger, edition.dataset, edition.address):
        decide(ledger, edition, "approved", by=by, why=f"brought back: {note}", provided=_only_rolled_back(edition))


def rolled_back(ledger: Ledger, dataset: str, address: str) -> bool:
    """A rollback was the last to decide about this edition, which had been let out before."""
    return _by_rollback(decision(ledger, dataset, address))


def _by_rollback(found: Decision | None) -> bool:
    return found is not None and (found.verdict, found.gate) == ("rejected", ROLLBACK)


def _only_rolled_back(edition: Edition) -> Callable[[Decision | None], None]:
    def check(latest: Decision | None) -> None:
        if not _by_rollback(latest):
            raise GateRefused(f"edition {edition.address[:12]} of {edition.dataset} was decided anew meanwhile")

    return check


def held_edition(ledger: Ledger, archive: Archive, dataset: str) -> Edition:
    """The edition a person is asked about. Raises UsageFault where none waits."""
    newest = ledger.last(dataset, KEPT)
    if newest is None or newest.edition is None:
        raise UsageFault(f"dataset {dataset!r} has no edition yet")
    return archive.read(dataset, newest.edition)


def decide_held(
    ledger: Ledger,
    edition: Edition,
    verdict: Literal["approved", "rejected"],
    *,
    by: str,
    note: str,
    anew: bool = False,
) -> Decision:
    """A person's decision about a held edition, entered only while it is still held. `anew`: also an approval of what
    was withdrawn, or rejected by a person. Raises GateRefused."""
    if not note.strip():
        raise UsageFault("a decision needs a note that says why")
    found = decision(ledger, edition.dataset, edition.address)
    if anew and verdict == "approved":
        _may_come_back(ledger, edition)
    _may_decide(edition, found, verdict, anew=anew)

    def still(latest: Decision | None) -> None:
        if latest is None or found is None or latest.sequence != found.sequence:
            _may_decide(edition, latest, verdict)

    return decide(ledger, edition, verdict, by=by, gate=found.gate if found else None, why=note.strip(), provided=still)


def _may_come_back(ledger: Ledger, edition: Edition) -> None:
    """What was erased never; what a closed gate rejected not by the detour of a withdrawal either."""
    if ledger.last(edition.dataset, ERASED, edition=edition.address) is not None:
        raise GateRefused(f"{_name(edition)} was erased and stays out for ever; only new data can be published")
    judged = [
        each
        for each in ledger.entries(edition.dataset, DECISION)
        if each.edition == edition.address and each.body["by"] in GATES
    ]
    if judged and judged[-1].body["verdict"] == "rejected" and judged[-1].body["gate"] in _CLOSED:
        raise _closed(edition, judged[-1].body["gate"], judged[-1].body["why"])


def _closed(edition: Edition, gate: str, why: str) -> GateRefused:
    return GateRefused(
        f"{_name(edition)} was rejected by the gate {gate}: {why} No approval opens this gate; declare the legal "
        "ground in sources.yaml (`personal`) or record a new three-part test, and run the dataset again"
    )


def _name(edition: Edition) -> str:
    return f"edition {edition.address[:12]} of {edition.dataset}"


def _may_decide(edition: Edition, found: Decision | None, verdict: str, *, anew: bool = False) -> None:
    name = _name(edition)
    if found is None:
        raise GateRefused(f"{name} was not judged yet: run the dataset first")
    if found.verdict == "held" or (verdict == "rejected" and found.verdict == "passed"):
        return
    if found.verdict == "rejected" and found.gate in _CLOSED and found.by in GATES:
        raise _closed(edition, str(found.gate), found.why)
    again = found.verdict == "rejected" and found.by not in GATES
    if anew and again and verdict == "approved":
        return
    hint = f"; to let it out after all: ternopil approve {edition.dataset} --edition {edition.address[:12]}"
    raise GateRefused(
        f"{name} was {found.verdict} already, {found.at[:16]} by {found.by}: {found.why}"
        + (hint if again and verdict == "approved" else "")
    )
