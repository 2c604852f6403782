"""The next 90 days: one line a dataset and due day, a change's own deadline, and the calendar file of both."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternopil_pipelines.catalogue.cadence import CADENCES, Frequency
from ternopil_pipelines.catalogue.calendar import due_day
from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.catalogue.model import Catalogue
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.oversight.ics import calendar_file
from ternopil_pipelines.oversight.upcoming import Coming, upcoming
from ternopil_pipelines.oversight.working_days import is_working, working_days_after

KYIV = ZoneInfo("Europe/Kyiv")
HEAD = """\
version: 1
city: {title: "Містечко, громада", edrpou: "34334305"}
holders:
  - {id: works, title: Управління; робіт, edrpou: "40841314",
     contact: {name: Відділ, email: a@example.gov.ua, phone: "1"}}
datasets:
"""
DATASET = """\
  - {id: %s, title: Набір %s, description: Опис, purpose: Мета, keywords: [слово], holder: works, frequency: %s,
     tables: [{id: t, columns: [{name: a, type: string}], source: {kind: folder}}]}
"""


def city(**frequencies: Frequency) -> Catalogue:
    return parse_catalogue(HEAD + "".join(DATASET % (name, name, f.value) for name, f in frequencies.items()))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")


def days(found: tuple[Coming, ...]) -> list[date]:
    return [each.day for each in found]


@pytest.mark.parametrize("frequency", [each for each, cadence in CADENCES.items() if cadence.scheduled])
def test_every_due_day_of_the_span_is_there_once(frequency: Frequency, ledger: Ledger) -> None:
    now = datetime(2026, 3, 20, 23, 0, tzinfo=KYIV)
    span = [now.date() + timedelta(days=ahead) for ahead in range(1, 91)]
    expected = [day for day in span if due_day(frequency, day) == day]
    assert days(upcoming(city(a=frequency), ledger, now)) == expected


def test_what_is_never_planned_does_not_appear(ledger: Ledger) -> None:
    assert upcoming(city(a=Frequency.ON_CHANGE, b=Frequency.NEVER), ledger, datetime(2026, 3, 20, tzinfo=KYIV)) == ()


def test_the_ladder_stands_beside_each_day(ledger: Ledger) -> None:
    found = upcoming(city(a=Frequency.QUARTERLY), ledger, datetime(2026, 3, 20, tzinfo=KYIV))
    assert [(each.day, each.overdue, each.delinquent) for each in found] == [
        (date(2026, 4, 1), date(2026, 4, 11), date(2026, 4, 20))
    ]


def test_a_change_not_yet_published_has_three_working_days(ledger: Ledger) -> None:
    catalogue = city(a=Frequency.ON_CHANGE)
    ledger.append("received", who="run 1", dataset="a", mark="2")
    received = datetime.fromisoformat(ledger.entries()[-1].at).astimezone(KYIV)
    (found,) = upcoming(catalogue, ledger, received)
    assert (found.what, found.day) == ("change", working_days_after(received.date(), 3))
    assert found.overdue > found.day
    ledger.append("published", who="run 1", dataset="a")
    assert upcoming(catalogue, ledger, received) == ()


def test_three_working_days_after_a_thursday_end_on_tuesday() -> None:
    assert working_days_after(date(2026, 11, 19), 3) == date(2026, 11, 24)


def test_a_public_holiday_is_a_working_day_under_martial_law_and_was_none_before() -> None:
    assert is_working(date(2026, 8, 24))
    assert not is_working(date(2021, 8, 24))


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(1, 10))
def test_counting_back_finds_as_many_working_days(day: date, count: int) -> None:
    end = working_days_after(day, count)
    between = [day + timedelta(days=ahead) for ahead in range(1, (end - day).days + 1)]
    assert is_working(end) and sum(map(is_working, between)) == count


def unfolded(content: bytes) -> list[str]:
    text = content.decode()
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_the_calendar_file_repeats_each_dataset_by_its_cadence_and_escapes_its_words(ledger: Ledger) -> None:
    catalogue = city(a=Frequency.MONTHLY, b=Frequency.YEARLY, c=Frequency.ON_CHANGE)
    ledger.append("received", who="run 1", dataset="c", mark="2")
    now = datetime.now(KYIV)
    content = calendar_file(catalogue, upcoming(catalogue, ledger, now, days=366), made=now)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    lines = unfolded(content)
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 3
    assert {line for line in lines if line.startswith("RRULE")} == {
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=1",
        "RRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1",
    }
    assert "X-WR-CALNAME:Відкриті дані: Містечко\\, громада" in lines
    assert sum("Управління\\; робіт\\nЧастота" in line for line in lines) == 3
    starts = [line.removeprefix("DTSTART;VALUE=DATE:") for line in lines if line.startswith("DTSTART")]
    assert any(start.endswith("0101") for start in starts) and any(start[6:] == "01" for start in starts)
    assert len({line for line in lines if line.startswith("UID:")}) == 3
