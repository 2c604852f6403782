"""Each file call of an edition's making and of a publication fails once: nothing is half kept, half shown or lost, and
the same run again finishes."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.verification import verify_all
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.failing_files import WAYS
from ternopil_pipelines_tests.portal.making import Shelf, catalogue
from ternopil_pipelines_tests.portal.reader import Reader
from ternopil_pipelines_tests.portal.trial import require_whole

# Leaving with a fault of ours, dying, or not even noticing: never with a foreign error.
ENDS = {0, 3, -signal.SIGKILL}


@pytest.fixture
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outside of the folder whose calls fail."""
    return tmp_path_factory.mktemp("told") / "failed"


def failed(
    apart: Apart, shelf: Shelf, pair: tuple[Dataset, Edition], told: Path, *, call: int, way: str, **others: object
) -> bool:
    """One run whose `call`-th file call fails. False where it has fewer."""
    apart.start(shelf.folder, pair, failing={"call": call, "way": way, "told": str(told)}, **others)
    ended = apart.ended()
    reached = told.read_bytes() != b""
    assert ended in (ENDS if reached else {0}), (call, way)
    return reached


def keep_with_one_failure(apart: Apart, folder: Path, city: Catalogue, told: Path, *, call: int, way: str) -> bool:
    """The second edition of an archive of its own: the more there are, the more files are opened."""
    folder.mkdir()
    shelf = Shelf(folder)
    pair = shelf.keep(city, "v0", rows=5)
    reached = failed(apart, shelf, pair, told, call=call, way=way, keeping={"version": "v1", "rows": 9})
    assert verify_all(shelf.ledger, shelf.archive) == [], (call, way)
    dataset, edition = shelf.keep(city, "v1", rows=9)
    assert [each.address for each in shelf.archive.history(dataset.id)] == [pair[1].address, edition.address]
    assert verify_all(shelf.ledger, shelf.archive) == []
    assert not list((folder / "editions" / dataset.id).glob(".partial-*"))
    return reached


def publish_with_one_failure(
    apart: Apart, shelf: Shelf, press: Press, city: Catalogue, told: Path, *, call: int, way: str
) -> bool:
    version = f"{way}-{call}"
    pair = shelf.keep(city, version, rows=9 + call % 5)
    reached = failed(apart, shelf, pair, told, call=call, way=way)
    citizen = Reader(press.client.url, city.datasets[0].package_name, {version: pair[1].data_file("works").rows})
    citizen.look()
    assert (citizen.looks.mixed, citizen.looks.settled) == ([], 1), (call, way)
    require_whole(press.client, press(pair), version)
    assert press.journal.unfinished() == ()
    return reached


def test_each_file_call_of_an_editions_making_failing_once_leaves_nothing_half_kept(
    apart: Apart, tmp_path: Path, told: Path
) -> None:
    city = catalogue("works")
    call = 1
    while keep_with_one_failure(apart, tmp_path / str(call), city, told, call=call, way=WAYS[call % len(WAYS)]):
        call += 1
    assert call > 20


@pytest.mark.bars
@pytest.mark.parametrize("way", WAYS)
def test_each_file_call_of_an_editions_making_failing_in_each_way(
    apart: Apart, tmp_path: Path, told: Path, way: str
) -> None:
    city = catalogue("works")
    call = 1
    while keep_with_one_failure(apart, tmp_path / str(call), city, told, call=call, way=way):
        call += 1
    assert call > 20


def test_each_file_call_of_a_publication_failing_once_is_finished_by_the_next_run(
    apart: Apart, shelf: Shelf, press: Press, name: str, told: Path
) -> None:
    city = catalogue(name, formats=["CSV"])
    press(shelf.keep(city, "v0", rows=12))
    call = 1
    while publish_with_one_failure(apart, shelf, press, city, told, call=call, way=WAYS[call % len(WAYS)]):
        call += 1
    assert call > 15


@pytest.mark.bars
@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
@pytest.mark.parametrize("way", WAYS)
def test_each_file_call_of_a_publication_failing_in_each_way(
    apart: Apart, shelf: Shelf, press: Press, name: str, told: Path, mode: str, way: str
) -> None:
    city = catalogue(name, publish_mode=mode)
    press(shelf.keep(city, "v0", rows=12))
    call = 1
    while publish_with_one_failure(apart, shelf, press, city, told, call=call, way=way):
        call += 1
    assert call > 15
