"""Who is to be reminded of what waits: a held edition asks a moderator, a blocked one its holder, until it is decided.

Nothing expires: every period of working days the one who is asked is reminded again, once, and the ledger says so
(`reminded`). Which editions wait is `gates.moderation`'s; showing it to people is the command's and Dagster's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ternopil_pipelines.catalogue.model import Catalogue
from ternopil_pipelines.evidence.ledger import Entry, Ledger
from ternopil_pipelines.faults import UsageFault
from ternopil_pipelines.gates.moderation import Waiting, waiting
from ternopil_pipelines.oversight.working_days import is_working, working_days_after

REMINDED = "reminded"
REMIND_AFTER = 2
VARIABLE = "TERNOPIL_REMIND_AFTER"
MODERATOR = "moderator"


@dataclass(frozen=True, slots=True)
class Reminder:
    """`asked`: `moderator` for a held edition, the holder's id for a blocked one; `days`: working days it has waited;
    `due`: the moment of the next reminder; `reminded`: when it was reminded of, ISO."""

    waiting: Waiting
    asked: str
    contact: str
    days: int
    due: datetime
    reminded: tuple[str, ...]

    @property
    def overdue(self) -> bool:
        return bool(self.reminded)

    @property
    def sentence(self) -> str:
        """For people: what waits, since when, for whom, what to do."""
        what = "редакція чекає рішення" if self.waiting.verdict == "held" else "редакцію зупинено"
        name = self.waiting.dataset
        do = (
            f"`ternopil approve {name} --note …` або `ternopil reject {name} --note …`"
            if self.waiting.verdict == "held"
            else "надіслати виправлений файл або зазначити законну підставу"
        )
        since = datetime.fromisoformat(self.waiting.since)
        return (
            f"{name}: {what} з {since:%d.%m.%Y}, робочих днів: {self.days}. Кого питають: {self.contact}. "
            f"Що зробити: {do}. Причина: {self.waiting.why.splitlines()[0]}"
        )


def period(variables: Mapping[str, str]) -> int:
    """Working days between reminders: TERNOPIL_REMIND_AFTER, by default 2."""
    said = variables.get(VARIABLE) or str(REMIND_AFTER)
    if not said.isdecimal() or not 1 <= int(said) <= 365:
        raise UsageFault(f"{VARIABLE} is {said!r}; a number of working days from 1 to 365 is expected")
    return int(said)


def reminders(catalogue: Catalogue, ledger: Ledger, now: datetime, *, every: int) -> tuple[Reminder, ...]:
    """Everything that waits, the longest first. `every`: working days of the city."""
    zone = ZoneInfo(catalogue.city.timezone)
    return tuple(_reminder(catalogue, each, ledger, now, zone, every) for each in waiting(ledger, catalogue.active))


def remind(
    catalogue: Catalogue, ledger: Ledger, now: datetime, *, every: int, who: str
) -> tuple[tuple[Reminder, ...], tuple[Reminder, ...]]:
    """Enter what is due, once a period whoever else looks at the same time; (everything that waits, reminded now)."""
    before = reminders(catalogue, ledger, now, every=every)
    told = {each.waiting.dataset for each in before if now >= each.due and _enter(ledger, each, who)}
    after = reminders(catalogue, ledger, now, every=every) if told else before
    return after, tuple(each for each in after if each.waiting.dataset in told)


def _reminder(
    catalogue: Catalogue, each: Waiting, ledger: Ledger, now: datetime, zone: ZoneInfo, every: int
) -> Reminder:
    dataset = catalogue.dataset(each.dataset)
    holder = catalogue.holder_of(dataset)
    told = tuple(entry.at for entry in ledger.entries(each.dataset, REMINDED) if entry.at >= each.since)
    began = datetime.fromisoformat(each.since).astimezone(zone)
    last = datetime.fromisoformat(told[-1]).astimezone(zone) if told else began
    held = each.verdict == "held"
    return Reminder(
        waiting=each,
        asked=MODERATOR if held else holder.id,
        contact="модератор відкритих даних" if held else f"{holder.title}, {holder.contact.email}",
        days=_working_days(began, now.astimezone(zone)),
        due=datetime.combine(working_days_after(last.date(), every), last.time(), zone),
        reminded=told,
    )


def _working_days(began: datetime, now: datetime) -> int:
    days = [began.date() + timedelta(days=each) for each in range(1, (now.date() - began.date()).days + 1)]
    return sum(is_working(each) for each in days)


def _enter(ledger: Ledger, each: Reminder, who: str) -> bool:
    known = each.reminded[-1] if each.reminded else ""

    def still(rows: Callable[..., Sequence[Entry]]) -> None:
        newest = rows(dataset=each.waiting.dataset, what=(REMINDED,), last=1)
        if newest and newest[0].at > max(known, each.waiting.since):
            raise _Reminded

    try:
        ledger.append(
            REMINDED,
            who=who,
            dataset=each.waiting.dataset,
            edition=each.waiting.edition,
            provided=still,
            asked=each.asked,
            gate=each.waiting.gate,
            verdict=each.waiting.verdict,
            since=each.waiting.since,
            working_days=each.days,
        )
    except _Reminded:
        return False
    return True


class _Reminded(Exception):
    """Somebody else has reminded of it in this very period."""
