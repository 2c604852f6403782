"""Where each dataset stands and whom it waits for.

The ladder is fresh → due (older than the law's greatest age) → overdue (with grace) → delinquent (with twice the
grace). "Immediately after making changes" is due as soon as the source's change mark moved, with working days for
grace. What failed, is held, was never published or is retired stands outside it. A page without data is due when its
three-part test is to be reviewed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ternopil_pipelines.catalogue.cadence import Frequency, cadence
from ternopil_pipelines.catalogue.calendar import next_due
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.decisions import decision
from ternopil_pipelines.evidence.journal import KEPT, PAGE, PUBLISHED
from ternopil_pipelines.evidence.ledger import Entry, Ledger
from ternopil_pipelines.findings.codes import CODES
from ternopil_pipelines.findings.finding import Severity
from ternopil_pipelines.gates.moderation import GATES
from ternopil_pipelines.oversight.working_days import AFTER_A_CHANGE, working_days_after

_LOOKED = {"published", "unchanged"}
_FAILED = {"refused", "failed"}
# What `waiting_for` begins with where only a date is waited for.
EMBARGO = "embargo until "


@dataclass(frozen=True, slots=True)
class Standing:
    """As `status --json` shows it. `last_published`, `due`: ISO times; `findings`: a number, from the last look;
    `waiting_for`: `moderator`, `operator`, a holder's id or `embargo until` an ISO time."""

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
    now = now.astimezone(ZoneInfo(catalogue.city.timezone))
    entries = ledger.entries(dataset=dataset.id)
    published = [each for each in entries if each.what == "published"]
    looked = [each for each in entries if each.what in _LOOKED]
    if dataset.page_only:
        looked = [each for each in entries if each.what == PAGE]
    # A gate's refusal is a decision, told as `held`; it is no failure to be tried again.
    failed = [each for each in entries if each.what in _FAILED and each.body.get("fault") != "GateRefused"]
    state = _state(dataset, ledger, entries, looked, failed, now)
    due = _due(dataset, entries, now)
    return Standing(
        id=dataset.id,
        state=state,
        last_published=published[-1].at if published else None,
        due=due.isoformat() if due else None,
        findings=_findings(entries),
        waiting_for=_waiting_for(state, dataset, failed, embargo=_embargo(catalogue, dataset, entries, now)),
    )


def changed_on(entries: tuple[Entry, ...], now: datetime) -> date | None:
    """The day on which the source was first seen with a change mark that did not come out yet."""
    done = max((each.sequence for each in entries if each.what in _LOOKED), default=0)
    marks: dict[str, object] = {}
    for each in entries:
        if each.what not in {"received", "refused"}:
            continue
        table, mark = str(each.body.get("table")), each.body.get("mark")
        if each.sequence < done:
            marks[table] = mark
        elif mark is None or marks.get(table) != mark:
            return datetime.fromisoformat(each.at).astimezone(now.tzinfo).date()
    return None


def _due(dataset: Dataset, entries: tuple[Entry, ...], now: datetime) -> datetime | None:
    if dataset.frequency is not Frequency.ON_CHANGE:
        return next_due(dataset.id, dataset.frequency, now) if dataset.active else None
    changed = changed_on(entries, now) if dataset.active else None
    if changed is None:
        return None
    return datetime.combine(working_days_after(changed, AFTER_A_CHANGE), time(23, 59), now.tzinfo)


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
    if built and built[-1].edition and not dataset.page_only:
        found = decision(ledger, dataset.id, built[-1].edition)
        # What a person rejected (a rollback does) waits for nobody; what a gate rejected waits for its cause to go.
        if found is not None and (found.verdict == "held" or (found.verdict == "rejected" and found.by in GATES)):
            return "held"
    if failed and (not looked or failed[-1].sequence > looked[-1].sequence):
        return "failed"
    if not looked:
        return "never"
    if dataset.page_only:
        review = looked[-1].body.get("review")
        return "due" if review and date.fromisoformat(str(review)) < now.date() else "fresh"
    if dataset.frequency is Frequency.ON_CHANGE:
        return _change_state(changed_on(entries, now), now.date())
    return _age_state(dataset, now - datetime.fromisoformat(looked[-1].at))


def _change_state(changed: date | None, today: date) -> str:
    if changed is None:
        return "fresh"
    if today <= working_days_after(changed, AFTER_A_CHANGE):
        return "due"
    return "overdue" if today <= working_days_after(changed, 2 * AFTER_A_CHANGE) else "delinquent"


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


def _waiting_for(state: str, dataset: Dataset, failed: list[Entry], *, embargo: str | None) -> str | None:
    if state == "held":
        return "moderator"
    if state == "failed":
        return dataset.holder if failed[-1].what == "refused" else "operator"
    return embargo or (dataset.holder if state in {"due", "overdue", "delinquent"} else None)


def _embargo(catalogue: Catalogue, dataset: Dataset, entries: tuple[Entry, ...], now: datetime) -> str | None:
    """Where the newest edition is not out because its time has not come."""
    until = catalogue.embargo_of(dataset)
    if until is None or now >= until:
        return None
    kept, out = ([each.edition for each in entries if each.what == what][-1:] for what in (KEPT, PUBLISHED))
    return EMBARGO + until.isoformat() if kept != out else None
