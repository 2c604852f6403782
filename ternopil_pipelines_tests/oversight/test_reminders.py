"""A reminder comes once a period of working days, again and again, until somebody decides; nothing expires."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ternopil_pipelines.faults import UsageFault
from ternopil_pipelines.gates.judging import enter
from ternopil_pipelines.gates.moderation import decide_held
from ternopil_pipelines.oversight.reminders import REMINDED, Reminder, period, remind, reminders
from ternopil_pipelines_tests.gates.test_judging import people
from ternopil_pipelines_tests.gates.test_moderation import held
from ternopil_pipelines_tests.gates.town import Town

THURSDAY = datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path, settings={"moderation": "first"}, clock=THURSDAY)


def look(town: Town, now: datetime, *, every: int = 2) -> tuple[Reminder, ...]:
    """Who is reminded at that moment."""
    town.clock = now
    return remind(town.catalogue, town.ledger, now, every=every, who="sensor released")[1]


def test_two_working_days_pass_before_the_first_reminder_and_a_weekend_is_none(town: Town) -> None:
    held(town)
    assert look(town, THURSDAY + timedelta(days=1)) == ()
    assert look(town, THURSDAY + timedelta(days=3, hours=23)) == (), "Friday, Saturday, Sunday, Monday before noon"
    (each,) = look(town, THURSDAY + timedelta(days=4))
    assert (each.waiting.dataset, each.asked, each.days, len(each.reminded)) == ("transport-stops", "moderator", 2, 1)
    assert "ternopil approve transport-stops" in each.sentence and "05.03.2026" in each.sentence


def test_it_is_repeated_each_period_once_and_the_ledger_says_so(town: Town) -> None:
    edition = held(town)
    told = [hour for hour in range(24 * 14) if look(town, THURSDAY + timedelta(hours=hour))]
    assert told == [24 * 4, 24 * 6, 24 * 8, 24 * 12]
    entries = town.ledger.entries("transport-stops", REMINDED)
    assert [each.body["working_days"] for each in entries] == [2, 4, 6, 8]
    assert {each.edition for each in entries} == {edition.address}
    (still,) = reminders(town.catalogue, town.ledger, THURSDAY + timedelta(days=60), every=2)
    assert still.overdue, "nothing expires"
    assert town.ledger.verify() == []


def test_a_decision_ends_it_and_a_later_waiting_begins_anew(town: Town) -> None:
    edition = held(town)
    look(town, THURSDAY + timedelta(days=5))
    decide_held(town.ledger, edition, "rejected", by="Марія", note="не той файл")
    assert look(town, THURSDAY + timedelta(days=20)) == ()
    held(town, 70)
    (each,) = reminders(town.catalogue, town.ledger, THURSDAY + timedelta(days=21), every=2)
    assert (each.reminded, each.overdue) == ((), False)


def test_what_a_gate_blocked_asks_the_holder_and_not_the_moderator(tmp_path: Path) -> None:
    town = Town(tmp_path, clock=THURSDAY)
    edition, tables = town.keep(people())
    enter(town.ledger, edition, town.judge_edition(edition, tables), who="run 1")
    (each,) = look(town, THURSDAY + timedelta(days=4))
    assert (each.asked, each.waiting.verdict) == ("transport", "rejected")
    assert "data@example.org" in each.sentence and "approve" not in each.sentence


def test_eight_who_look_at_once_remind_once(town: Town) -> None:
    held(town)
    town.clock = now = THURSDAY + timedelta(days=4)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda who: remind(town.catalogue, town.ledger, now, every=2, who=f"{who}")[1], range(16)))
    assert sum(len(each) for each in told) == 1
    assert len(town.ledger.entries("transport-stops", REMINDED)) == 1


def test_the_period_is_the_citys_choice() -> None:
    assert period({}) == 2
    assert period({"TERNOPIL_REMIND_AFTER": "5"}) == 5
    for wrong in ("0", "-1", "two", "1.5"):
        with pytest.raises(UsageFault, match="TERNOPIL_REMIND_AFTER"):
            period({"TERNOPIL_REMIND_AFTER": wrong})


def test_a_longer_period_reminds_later(town: Town) -> None:
    held(town)
    assert look(town, THURSDAY + timedelta(days=6), every=5) == ()
    assert len(look(town, THURSDAY + timedelta(days=7), every=5)) == 1
