"""Fixtures the whole suite shares."""

from __future__ import annotations

import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines_tests.orchestration.town import Town, make_town
from ternopil_pipelines_tests.portal_fixture import start_test_portal


def pytest_configure() -> None:
    """A suite started in the background (`nohup make test &`) is deaf to SIGINT; Dagster then makes it, and every
    program it starts, deaf to SIGTERM too, and a test that ends its server that way waited for ever."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# Files that take minutes, the longest first: one of them begun last kept three of four processes idle for six minutes.
LONG = (
    "test_crashes",
    "test_failing_database",
    "test_failing_calls",
    "test_demo_acceptance",
    "test_concurrency",
    "test_failing_calls_ab",
    "test_overwriting",
    "test_closed_paths",
    "test_history",
    "test_withdrawal",
    "test_unfinished",
    "test_daemon",
    "test_change_guard",
    "test_failing_calls_direct",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def portal() -> Iterator[LocalPortal]:
    """A running CKAN. Tests share it, so each makes datasets under names of its own and leaves search on."""
    # Not pytest's own folder: that one is closed to the user PostgreSQL runs as under root.
    base = Path(tempfile.mkdtemp(prefix="ternopil-portal-"))
    base.chmod(0o755)
    running = None
    try:
        running = start_test_portal(base)
        yield running
    finally:
        if running is not None:
            running.purge()
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def town(portal: LocalPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A small town of its own on the suite's real portal, its variables in the environment as a city's are."""
    prefix = f"t{uuid.uuid4().hex[:8]}"
    portal.ensure_organizations([(f"{prefix}-works", "Управління робіт")])
    state = portal.status()
    made = make_town(tmp_path, prefix, url=str(state.url), token=str(state.editor_token))
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    return made
