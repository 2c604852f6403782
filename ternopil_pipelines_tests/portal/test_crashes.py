"""Killed at every step, a publication is never seen mixed and is finished by the next run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.publication import resume
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import Shelf, catalogue
from ternopil_pipelines_tests.portal.reader import Reader

POINTS = {
    "in_place": ("intent-written", "tables-hidden", "files-sent", "table-loaded", "tables-loaded", "verified"),
    "direct": ("intent-written", "shadow-filled", "swap-held", "swap-committed", "verified"),
    "ab": ("intent-written", "staged", "detached", "switched", "parked", "verified"),
}


def publish_apart(
    portal: LocalPortal, folder: Path, edition: Edition, *, mode: str, datastore_url: str, crash_at: str = ""
) -> subprocess.CompletedProcess[str]:
    state = portal.status()
    settings = folder / "settings.json"
    settings.write_text(
        json.dumps(
            {
                "url": state.url, "folder": str(folder), "dataset": edition.dataset, "edition": edition.address,
                "mode": mode, "journal": str(folder / "journal"), "datastore_url": datastore_url,
            }
        )
    )  # fmt: skip
    environment = {**os.environ, "CKAN_API_TOKEN": str(state.editor_token), "TERNOPIL_CRASH_AT": crash_at}
    return subprocess.run(
        [sys.executable, "-m", "ternopil_pipelines_tests.portal.publisher", str(settings)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("mode", ["in_place", "direct", "ab"])
def test_killed_at_each_step_readers_see_nothing_mixed_and_the_next_run_finishes(
    portal: LocalPortal,
    client: PortalClient,
    shelf: Shelf,
    press: Press,
    name: str,
    tmp_path: Path,
    datastore_url: str,
    mode: str,
) -> None:
    city = catalogue(name, publish_mode=mode)
    first = shelf.keep(city, "v0", rows=30)
    press(first)
    whole = {first[1].data_file("works").sha256}
    with Reader(client.url, name) as reader:
        for number, point in enumerate(POINTS[mode], 1):
            pair = shelf.keep(city, f"v{number}", rows=30 + number * 7)
            whole.add(pair[1].data_file("works").sha256)
            killed = publish_apart(portal, tmp_path, pair[1], mode=mode, datastore_url=datastore_url, crash_at=point)
            assert killed.returncode == -signal.SIGKILL, (point, killed.stdout, killed.stderr)
            entry = press.journal.read(name)
            assert entry is not None and not entry.done
            resume(
                client=client, archive=shelf.archive, ledger=shelf.ledger, datasets=city.datasets,
                journal=press.journal, datastore_url=datastore_url,
            )  # fmt: skip
            assert press.journal.unfinished() == ()
            assert press(pair).unchanged
    assert reader.looks.mixed == []
    assert reader.looks.whole > 0
    assert set(reader.looks.torn) <= whole
    if mode != "in_place":
        assert reader.looks.absent == 0
    if mode == "ab":
        assert reader.looks.torn == []


def test_killed_between_files_and_table_a_direct_publication_shows_the_old_table_whole_until_it_is_resumed(
    portal: LocalPortal, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, datastore_url: str
) -> None:
    city = catalogue(name, publish_mode="direct")
    table = next(each.id for each in press(shelf.keep(city, "v1", rows=30)).resources if each.datastore)
    pair = shelf.keep(city, "v2", rows=50)
    publish_apart(portal, tmp_path, pair[1], mode="direct", datastore_url=datastore_url, crash_at="files-sent")
    assert client.read("datastore_search", anonymous=True, resource_id=table, limit=0)["total"] == 30
    assert not press(pair).unchanged
    assert client.read("datastore_search", anonymous=True, resource_id=table, q="v2", limit=0)["total"] == 50


def test_a_new_dataset_is_never_seen_half_made(
    portal: LocalPortal, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, datastore_url: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    points = ("intent-written", "dataset-created", "files-sent", "table-loaded", "made-public")
    with Reader(client.url, name) as reader:
        for point in points:
            killed = publish_apart(
                portal, tmp_path, pair[1], mode="in_place", datastore_url=datastore_url, crash_at=point
            )
            assert killed.returncode == -signal.SIGKILL, (point, killed.stdout, killed.stderr)
        press(pair)
        assert press(pair).unchanged
    assert (reader.looks.mixed, reader.looks.torn, reader.looks.absent) == ([], [], 0)
