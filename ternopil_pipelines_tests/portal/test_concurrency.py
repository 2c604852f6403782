"""Several publishers of one dataset: one wins, the others stand back, and the winner's edition stands whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from ternopil_pipelines.faults import Fault, PublicationContested, TransientFault
from ternopil_pipelines.portal import in_place
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.passport import EDITION, extra_of
from ternopil_pipelines.portal.publication import Publication
from ternopil_pipelines.portal.resources import targets_of
from ternopil_pipelines.portal.situation import Situation, Work, look
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import Shelf, catalogue
from ternopil_pipelines_tests.portal.test_failing_calls import require_whole

PUBLISHERS = 10


def at_once(runs: Sequence[Callable[[], Publication]]) -> list[Publication | Fault]:
    start = Barrier(len(runs))

    def run(publish: Callable[[], Publication]) -> Publication | Fault:
        start.wait()
        try:
            return publish()
        except Fault as fault:
            return fault

    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(run, runs))


ROUNDS = pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.bars)])


@ROUNDS
def test_ten_publishers_on_one_machine_one_wins(shelf: Shelf, press: Press, name: str, rounds: int) -> None:
    city = catalogue(name)
    press(shelf.keep(city, "v0", rows=5))
    for each in range(rounds):
        pairs = [shelf.keep(city, f"v{each}-{number}", rows=5) for number in range(PUBLISHERS)]
        results = at_once([partial(press, pair) for pair in pairs])
        assert sum(isinstance(result, PublicationContested) for result in results) == PUBLISHERS - 1
        (winner,) = [pair for pair, result in zip(pairs, results, strict=True) if isinstance(result, Publication)]
        assert press(winner).unchanged


@ROUNDS
def test_publishers_on_ten_machines_meet_at_the_portals_match(
    client: PortalClient, shelf: Shelf, press: Press, name: str, rounds: int
) -> None:
    """The same look at the portal, ten different next editions, each sent by its own journal: one revision goes in."""
    city = catalogue(name)
    press(shelf.keep(city, "v0", rows=5))
    for each in range(rounds):
        pairs = [shelf.keep(city, f"v{each}-{number}", rows=5) for number in range(PUBLISHERS)]
        works = [Work(client, shelf.archive, edition, name, lambda text: None) for _, edition in pairs]
        seen = look(works[0])
        views = [replace(seen, targets=targets_of(work.edition, seen.package, package_name=name)) for work in works]

        def run(number: int, works: list[Work] = works, views: list[Situation] = views) -> bool:
            try:
                in_place.send_files(works[number], views[number])
            except PublicationContested:
                return False
            return True

        with ThreadPoolExecutor(PUBLISHERS) as pool:
            results = list(pool.map(run, range(PUBLISHERS)))
        assert results.count(True) == 1
        winner = pairs[results.index(True)]
        assert not press(winner).unchanged  # its table was still to be loaded
        assert press(winner).unchanged


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=pytest.mark.bars)])
def test_whole_publications_from_ten_machines_end_with_one_of_them_whole(
    client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, rounds: int
) -> None:
    """Who looks late enough to see the winner's edition publishes after it; nobody's is mixed with another's."""
    city = catalogue(name)
    press(shelf.keep(city, "v0", rows=5))
    for each in range(rounds):
        versions = [f"v{each}-{number}" for number in range(PUBLISHERS)]
        pairs = [shelf.keep(city, version, rows=5) for version in versions]
        results = at_once(
            [partial(press, pair, journal=Journal(tmp_path / f"machine-{number}")) for number, pair in enumerate(pairs)]
        )
        assert any(isinstance(result, Publication) for result in results)
        faults = [result for result in results if not isinstance(result, Publication)]
        assert [each for each in faults if not isinstance(each, TransientFault | PublicationContested)] == []
        shown = extra_of(client.read("package_show", id=name), EDITION)
        (number,) = [place for place, pair in enumerate(pairs) if pair[1].address == shown]
        require_whole(client, press(pairs[number], journal=Journal(tmp_path / "next")), versions[number])


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
    # Who lost had written the table before: it is marked as nobody's, and the next run writes it again.
    require_whole(client, press(early, journal=elsewhere), "v2")
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
