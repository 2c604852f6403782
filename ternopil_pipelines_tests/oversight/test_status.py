"""Where a dataset stands, by the ledger and the clock alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.oversight.status import Standing, grace, standing
from ternopil_pipelines_tests.orchestration.town import SOURCES

NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
EDITION = "e" * 64


class Diary:
    """A ledger written at moments of the test's choosing."""

    def __init__(self, folder: Path) -> None:
        self.at = NOW
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}", clock=lambda: self.at)

    def write(self, what: str, *, ago: timedelta = timedelta(), edition: str | None = None, **body: Any) -> None:
        self.at = NOW - ago
        self.ledger.append(what, who="test", dataset="t-repairs", edition=edition, **body)


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path)


def _standing(diary: Diary, **changes: str) -> Standing:
    text = SOURCES.replace("PREFIX", "t")
    for name, value in changes.items():
        text = text.replace("    frequency: once a month\n", f"    frequency: once a month\n    {name}: {value}\n")
    catalogue = parse_catalogue(text)
    return standing(catalogue, catalogue.dataset("t-repairs"), diary.ledger, NOW)


def test_nothing_was_ever_done(diary: Diary) -> None:
    found = _standing(diary)
    assert (found.state, found.last_published, found.findings, found.waiting_for) == ("never", None, 0, None)
    assert found.due is not None and found.due.startswith("2026-06-01T")


@pytest.mark.parametrize(
    ("days", "state", "waits"),
    [
        (0, "fresh", None),
        (30, "fresh", None),
        (32, "due", "t-works"),
        (36, "overdue", "t-works"),
        (60, "delinquent", "t-works"),
    ],
)
def test_a_monthly_dataset_grows_old(days: int, state: str, waits: str | None, diary: Diary) -> None:
    diary.write("published", ago=timedelta(days=days), edition=EDITION)
    found = _standing(diary)
    assert (found.state, found.waiting_for) == (state, waits)


def test_finding_the_source_unchanged_counts_as_looking_but_not_as_publishing(diary: Diary) -> None:
    diary.write("published", ago=timedelta(days=60), edition=EDITION)
    diary.write("unchanged", ago=timedelta(days=1), edition=EDITION)
    found = _standing(diary)
    assert found.state == "fresh"
    assert found.last_published == (NOW - timedelta(days=60)).isoformat(timespec="microseconds")


@pytest.mark.parametrize(("what", "waits"), [("refused", "t-works"), ("failed", "operator")])
def test_a_failure_stands_until_somebody_looked_again(what: str, waits: str, diary: Diary) -> None:
    diary.write("published", ago=timedelta(days=2), edition=EDITION)
    diary.write(what, ago=timedelta(days=1))
    found = _standing(diary)
    assert (found.state, found.waiting_for) == ("failed", waits)
    diary.write("unchanged", edition=EDITION)
    assert _standing(diary).state == "fresh"


def test_a_failure_before_the_first_publication_is_no_never(diary: Diary) -> None:
    diary.write("refused")
    assert _standing(diary).state == "failed"


def test_what_is_held_waits_for_the_moderator_until_it_is_decided(diary: Diary) -> None:
    said = {"by": "gate", "gate": "changes", "why": "half the rows are gone"}
    diary.write("kept", edition=EDITION)
    diary.write("decision", edition=EDITION, verdict="held", **said)
    diary.write("failed", edition=EDITION)
    found = _standing(diary)
    assert (found.state, found.waiting_for) == ("held", "moderator")
    diary.write("decision", edition=EDITION, verdict="approved", **said)
    diary.write("published", edition=EDITION)
    assert _standing(diary).state == "fresh"


def test_a_refused_file_after_a_held_edition_is_told_as_failed(diary: Diary) -> None:
    said = {"by": "gate", "gate": "changes", "why": "half the rows are gone"}
    diary.write("kept", ago=timedelta(days=2), edition=EDITION)
    diary.write("decision", ago=timedelta(days=2), edition=EDITION, verdict="approved", **said)
    diary.write("published", ago=timedelta(days=2), edition=EDITION)
    diary.write("refused")
    assert _standing(diary).state == "failed"


def test_findings_are_counted_from_the_last_look_only(diary: Diary) -> None:
    diary.write("refused", findings={"not-a-number": 3, "key-repeated": 2})
    assert _standing(diary).findings == 5
    diary.write("published", edition=EDITION, findings={})
    assert _standing(diary).findings == 0


def test_retired_is_retired_whatever_happened(diary: Diary) -> None:
    diary.write("refused")
    assert _standing(diary, state="retired").state == "retired"


# A Wednesday.
CHANGED = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)


def _after_change(diary: Diary, at: datetime) -> Standing:
    text = SOURCES.replace("PREFIX", "t").replace(
        "frequency: once a month", "frequency: immediately after making changes"
    )
    catalogue = parse_catalogue(text)
    return standing(catalogue, catalogue.dataset("t-repairs"), diary.ledger, at)


@pytest.mark.parametrize(
    ("day", "state", "waits"),
    [
        (20, "due", "t-works"),
        (25, "due", "t-works"),  # the third working day, a Monday
        (26, "overdue", "t-works"),
        (28, "overdue", "t-works"),
        (29, "delinquent", "t-works"),
    ],
)
def test_a_change_of_the_source_climbs_the_ladder_by_working_days(
    day: int, state: str, waits: str, diary: Diary
) -> None:
    diary.write("received", ago=timedelta(days=30), table="repairs", mark="1")
    diary.write("published", ago=timedelta(days=30), edition=EDITION)
    assert _after_change(diary, CHANGED).state == "fresh"
    diary.write("received", table="repairs", mark="2")
    found = _after_change(diary, CHANGED.replace(day=day))
    assert (found.state, found.waiting_for) == (state, waits)
    assert found.due is not None and found.due.startswith("2026-05-25T23:59")
    diary.write("published", edition=EDITION)
    found = _after_change(diary, CHANGED.replace(day=day))
    assert (found.state, found.due) == ("fresh", None)


def test_the_same_mark_received_again_is_no_change(diary: Diary) -> None:
    diary.write("received", ago=timedelta(days=30), table="repairs", mark="1")
    diary.write("published", ago=timedelta(days=30), edition=EDITION)
    diary.write("received", ago=timedelta(days=20), table="repairs", mark="1")
    assert _after_change(diary, CHANGED).state == "fresh"


def test_a_refused_change_is_failed_and_still_has_its_deadline(diary: Diary) -> None:
    diary.write("received", ago=timedelta(days=30), table="repairs", mark="1")
    diary.write("published", ago=timedelta(days=30), edition=EDITION)
    diary.write("refused", table="repairs", mark="2")
    found = _after_change(diary, CHANGED)
    assert found.state == "failed" and (found.due or "").startswith("2026-05-25")


@pytest.mark.parametrize(("review", "state"), [(None, "fresh"), ("2026-05-20", "fresh"), ("2026-05-19", "due")])
def test_a_page_without_data_is_due_when_its_test_is_to_be_reviewed(
    review: str | None, state: str, diary: Diary
) -> None:
    declared = {"state": "restricted", "reason": "Тест"}
    assert _standing(diary, **declared).state == "never"
    diary.write("page", ago=timedelta(days=400), review=review)
    found = _standing(diary, **declared)
    assert (found.state, found.waiting_for) == (state, "t-works" if state == "due" else None)
    diary.write("failed", fault="PortalUnreachable")
    assert _standing(diary, **declared).state == "failed"


@pytest.mark.parametrize(("days", "expected"), [(1, 1), (7, 1), (31, 3), (364, 36)])
def test_the_grace_is_a_tenth_and_at_least_a_day(days: int, expected: int) -> None:
    assert grace(days) == timedelta(days=expected)
