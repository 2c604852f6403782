"""`ternopil report coverage` and `ternopil status --calendar`, as they are called."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from ternopil_pipelines.cli import ternopil
from ternopil_pipelines.faults import PortalUnreachable
from ternopil_pipelines.local_portal.portal import LocalPortal

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERNOPIL_HOME", str(tmp_path))
    for name in ("CKAN_URL", "CKAN_API_TOKEN", "TERNOPIL_SOURCES"):
        monkeypatch.delenv(name, raising=False)


def run(*words: str) -> str:
    # The command tells runs it starts which file to load; that must not outlive the test.
    before = dict(os.environ)
    try:
        result = CliRunner().invoke(ternopil, ["--sources", str(ROOT / "sources.yaml"), *words], catch_exceptions=False)
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_coverage_is_told_of_the_running_portal(
    portal: LocalPortal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CKAN_URL", str(portal.status().url))
    document = json.loads(run("report", "coverage", "--svg", str(tmp_path / "c.svg"), "--json"))
    assert len(document["required"]) == 73
    assert {tuple(each) for each in document["required"]} == {
        ("list", "number", "title", "state", "holder", "datasets", "reason")
    }
    assert (tmp_path / "c.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "Разом 73" in run("report", "coverage")


def test_a_portal_that_does_not_answer_is_no_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKAN_URL", "http://127.0.0.1:9")
    with pytest.raises(PortalUnreachable):
        run("report", "coverage")


def test_the_calendar_needs_no_portal(tmp_path: Path) -> None:
    file = tmp_path / "city.ics"
    coming = json.loads(run("status", "--calendar", "--ics", str(file), "--json"))["calendar"]
    assert {"day", "dataset", "overdue", "delinquent"} <= set(coming[0])
    assert file.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert "transport-vehicles" in run("status", "--calendar")
