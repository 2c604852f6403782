"""Several publishers of one dataset: one wins, the others stand back, and the winner's edition stands whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ternopil_pipelines.faults import Fault, PublicationContested
from ternopil_pipelines.portal import in_place
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.publication import Publication
from ternopil_pipelines.portal.situation import Work, look
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import Shelf, catalogue

PUBLISHERS = 10


def test_ten_publishers_on_one_machine_one_wins(client: PortalClient, shelf: Shelf, press: Press, name: str) -> None:
    city = catalogue(name)
    press(shelf.keep(city, "v0"))
    pairs = [shelf.keep(city, f"v{number}") for number in range(1, PUBLISHERS + 1)]
    start = Barrier(PUBLISHERS)

    def run(number: int) -> Publication | Fault:
        start.wait()
        try:
            return press(pairs[number])
        except Fault as fault:
            return fault

    with ThreadPoolExecutor(PUBLISHERS) as pool:
        results = list(pool.map(run, range(PUBLISHERS)))
    won = [each for each in results if isinstance(each, Publication)]
    assert won and all(isinstance(each, Publication | PublicationContested) for each in results)
    assert press(next(p for p in pairs if p[1].address == won[-1].edition)).unchanged or len(won) > 1


def test_publishers_on_ten_machines_meet_at_the_portals_match(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    """The same look at the portal, ten different next editions, each sent by its own journal: one revision goes in."""
    city = catalogue(name)
    press(shelf.keep(city, "v0"))
    pairs = [shelf.keep(city, f"v{number}") for number in range(1, PUBLISHERS + 1)]
    works = [Work(client, shelf.archive, edition, name, lambda text: None) for _, edition in pairs]
    seen = [look(work) for work in works]

    def run(number: int) -> bool:
        try:
            in_place.send_files(works[number], seen[number])
        except PublicationContested:
            return False
        return True

    with ThreadPoolExecutor(PUBLISHERS) as pool:
        results = list(pool.map(run, range(PUBLISHERS)))
    assert results.count(True) == 1
    winner = pairs[results.index(True)]
    assert not press(winner).unchanged  # its table was still to be loaded
    assert press(winner).unchanged


def test_who_finds_the_dataset_moved_on_stands_back_and_names_the_edition(
    client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    city = catalogue(name)
    press(shelf.keep(city, "v0"))
    late, early = shelf.keep(city, "v1"), shelf.keep(city, "v2")
    elsewhere = Journal(tmp_path / "elsewhere")

    def overtaken(text: str) -> None:
        if text.startswith("sending"):
            press(early, journal=elsewhere)

    with pytest.raises(PublicationContested, match=early[1].address[:12]):
        press(late, say=overtaken)
    assert press(early, journal=elsewhere).unchanged


def test_a_change_by_an_administrator_meanwhile_is_no_contest(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name)
    press(shelf.keep(city, "v0"))
    touched: list[str] = []

    def touch(text: str) -> None:
        if text.startswith("sending") and not touched:
            touched.append(text)
            client.call("package_patch", id=name, version="2")

    assert not press(shelf.keep(city, "v1"), say=touch).unchanged
    assert client.read("package_show", id=name)["version"] == "2"
