"""Where each dataset stands and whom it waits for.

The ladder is fresh → due (older than the law's greatest age) → overdue (with grace) → delinquent (with twice the
grace); what failed, is held, was never published or is retired stands outside it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ternopil_pipelines.catalogue.cadence import cadence
from ternopil_pipelines.catalogue.calendar import next_due
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.decisions import decision
from ternopil_pipelines.evidence.ledger import Entry, Ledger
from ternopil_pipelines.findings.codes import CODES
from ternopil_pipelines.findings.finding import Severity
from ternopil_pipelines.gates.moderation import GATES

_LOOKED = {"published", "unchanged"}
_FAILED = {"refused", "failed"}


@dataclass(frozen=True, slots=True)
class Standing:
    """As `status --json` shows it. `last_published`, `due`: ISO times; `findings`: a number, from the last look."""

    id: str
    state: str
    last_published: str | None
    due: str | None
    findings: int
    waiting_for: str | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def grace(max_age_days: int) -> timedelta:
    """A tenth of the age, at least a day: a yearly run comes 365 or 366 days after the last, the law says 364."""
    return timedelta(days=max(1, max_age_days // 10))


def standing(catalogue: Catalogue, dataset: Dataset, ledger: Ledger, now: datetime) -> Standing:
    zone = ZoneInfo(catalogue.city.timezone)
    entries = ledger.entries(dataset=dataset.id)
    published = [each for each in entries if each.what == "published"]
    looked = [each for each in entries if each.what in _LOOKED]
    # A gate's refusal is a decision, told as `held`; it is no failure to be tried again.
    failed = [each for each in entries if each.what in _FAILED and each.body.get("fault") != "GateRefused"]
    due = next_due(dataset.id, dataset.frequency, now.astimezone(zone)) if dataset.active else None
    state = _state(dataset, ledger, entries, looked, failed, now)
    return Standing(
        id=dataset.id,
        state=state,
        last_published=published[-1].at if published else None,
        due=due.isoformat() if due else None,
        findings=_findings(entries),
        waiting_for=_waiting_for(state, dataset, failed),
    )


def _state(
    dataset: Dataset,
    ledger: Ledger,
    entries: tuple[Entry, ...],
    looked: list[Entry],
    failed: list[Entry],
    now: datetime,
) -> str:
    if dataset.state == "retired":
        return "retired"
    built = [each for each in entries if each.edition]
    if built and built[-1].edition:
        found = decision(ledger, dataset.id, built[-1].edition)
        # What a person rejected (a rollback does) waits for nobody; what a gate rejected waits for its cause to go.
        if found is not None and (found.verdict == "held" or (found.verdict == "rejected" and found.by in GATES)):
            return "held"
    if failed and (not looked or failed[-1].sequence > looked[-1].sequence):
        return "failed"
    if not looked:
        return "never"
    return _age_state(dataset, now - datetime.fromisoformat(looked[-1].at))


def _age_state(dataset: Dataset, age: timedelta) -> str:
    days = cadence(dataset.frequency).max_age_days
    if days is None or age <= timedelta(days=days):
        return "fresh"
    late = age - timedelta(days=days)
    if late <= grace(days):
        return "due"
    return "overdue" if late <= 2 * grace(days) else "delinquent"


def _findings(entries: tuple[Entry, ...]) -> int:
    for entry in reversed(entries):
        found = entry.body.get("findings")
        if isinstance(found, dict):
            # Notes are no findings to act on: 4,137 blank cells of an optional column alarmed the first reader.
            return sum(int(count) for code, count in found.items() if not _is_note(code))
    return 0


def _is_note(code: str) -> bool:
    return code in CODES and CODES[code].severity is Severity.NOTE


def _waiting_for(state: str, dataset: Dataset, failed: list[Entry]) -> str | None:
    if state == "held":
        return "moderator"
    if state == "failed":
        return dataset.holder if failed[-1].what == "refused" else "operator"
    return dataset.holder if state in {"due", "overdue", "delinquent"} else None
