"""The newest date inside the data against the frequency."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines_tests.gates.town import TODAY, Town, codes, rows


def _late(town: Town, newest: date) -> list[Finding]:
    data = [{**row, "done": (newest - timedelta(days=number)).isoformat()} for number, row in enumerate(rows(8))]
    return [each for each in town.judge(data).findings if each.code == "content-late"]


@pytest.mark.parametrize(
    ("frequency", "days", "late"),
    [
        ("once a month", 0, False),
        ("once a month", 62, False),
        ("once a month", 63, True),
        ("once a year", 700, False),
        ("once a year", 729, True),
        ("once a day", 3, False),
        ("once a day", 4, True),
        ("immediately after making changes", 4000, False),
        ("no longer updated", 4000, False),
    ],
)
def test_data_older_than_two_periods_are_late(tmp_path: Path, frequency: str, days: int, late: bool) -> None:
    told = _late(Town(tmp_path, settings={"frequency": frequency}), TODAY - timedelta(days=days))
    assert bool(told) == late
    for each in told:
        assert (each.severity, each.column) == (Severity.WARNING, "done")
        assert (TODAY - timedelta(days=days)).isoformat() in each.message


def test_plans_for_the_future_do_not_hide_old_data(tmp_path: Path) -> None:
    data = [{**row, "done": "2020-01-01"} for row in rows(8)]
    data[0]["done"] = "2027-01-01"
    assert "content-late" in codes(Town(tmp_path, settings={"frequency": "once a month"}).judge(data))


def test_the_age_is_the_dataset_s_to_limit_and_an_error_holds_it(tmp_path: Path) -> None:
    old = TODAY - timedelta(days=40)
    for number, (limit, said) in enumerate(
        [({"warn": 1}, "passed"), ({"error": 1}, "held"), ({"warn": 2, "error": 3}, "passed"), (None, "passed")]
    ):
        town = Town(
            tmp_path / str(number), settings={"frequency": "once a month", "thresholds": {"content_age": limit}}
        )
        town.folder.mkdir()
        data = [{**row, "done": old.isoformat()} for row in rows(8)]
        judged = town.judge(data)
        assert judged.verdict == said
        assert ("content-late" in codes(judged)) == (limit in ({"warn": 1}, {"error": 1}))
        assert judged.gate == ("content" if said == "held" else None)
