"""Who must look before an edition goes out, and the decision of a person, made once.

`first | changes | always | never` of sources.yaml, the queue of what is held, and approval or rejection: whoever comes
second is told who decided, and the ledger has one decision. What a gate blocked for personal data or by a three-part
test nobody can approve: its ground is declared in the catalogue and the gate judges anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.decisions import Decision, decide, decision
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import KEPT, PUBLISHED, last_published
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.faults import GateRefused, UsageFault
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding

MODERATION, CHANGES, FORMULAS, PERSONAL, THREE_PART, CHECKS = (
    "moderation", "changes", "formulas", "personal-data", "three-part-test", "checks",
)  # fmt: skip
GATES = frozenset({MODERATION, CHANGES, FORMULAS, PERSONAL, THREE_PART, CHECKS})
# Gates no person's word opens.
_CLOSED = frozenset({PERSONAL, THREE_PART})
REMIND_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An edition held for a person. `since`: ISO; `overdue`: nobody decided in time, somebody is to be reminded."""

    dataset: str
    edition: str
    gate: str | None
    why: str
    since: str
    overdue: bool


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


def waiting(
    ledger: Ledger, datasets: Sequence[Dataset], now: datetime, *, after: timedelta = REMIND_AFTER
) -> tuple[Waiting, ...]:
    """What waits for a person now, the longest first. Only the newest edition of a dataset can wait."""
    found = []
    for dataset in datasets:
        newest = ledger.last(dataset.id, KEPT, PUBLISHED)
        if newest is None or newest.edition is None:
            continue
        held = decision(ledger, dataset.id, newest.edition)
        if held is not None and held.verdict == "held":
            late = now - datetime.fromisoformat(held.at) >= after
            found.append(Waiting(dataset.id, newest.edition, held.gate, held.why, held.at, late))
    return tuple(sorted(found, key=lambda each: each.since))


def held_edition(ledger: Ledger, archive: Archive, dataset: str) -> Edition:
    """The edition a person is asked about. Raises UsageFault where none waits."""
    newest = ledger.last(dataset, KEPT)
    if newest is None or newest.edition is None:
        raise UsageFault(f"dataset {dataset!r} has no edition yet")
    return archive.read(dataset, newest.edition)


def decide_held(
    ledger: Ledger, edition: Edition, verdict: Literal["approved", "rejected"], *, by: str, note: str
) -> Decision:
    """A person's decision about a held edition, entered only while it is still held. Raises GateRefused."""
    if not note.strip():
        raise UsageFault("a decision needs a note that says why")
    found = decision(ledger, edition.dataset, edition.address)
    _may_decide(edition, found, verdict)

    def still(latest: Decision | None) -> None:
        if latest is None or found is None or latest.sequence != found.sequence:
            _may_decide(edition, latest, verdict)

    return decide(ledger, edition, verdict, by=by, gate=found.gate if found else None, why=note.strip(), provided=still)


def _may_decide(edition: Edition, found: Decision | None, verdict: str) -> None:
    name = f"edition {edition.address[:12]} of {edition.dataset}"
    if found is None:
        raise GateRefused(f"{name} was not judged yet: run the dataset first")
    if found.verdict == "held" or (verdict == "rejected" and found.verdict == "passed"):
        return
    if found.verdict == "rejected" and found.gate in _CLOSED and found.by in GATES:
        raise GateRefused(
            f"{name} was rejected by the gate {found.gate}: {found.why} No approval opens this gate; declare the legal "
            "ground in sources.yaml (`personal`) or record a new three-part test, and run the dataset again"
        )
    raise GateRefused(f"{name} was {found.verdict} already, {found.at[:16]} by {found.by}: {found.why}")
