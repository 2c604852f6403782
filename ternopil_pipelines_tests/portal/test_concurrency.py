"""Several publishers of one dataset: one wins, the others stand back, and the winner's edition stands whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from ternopil_pipelines.faults import PublicationContested, TransientFault
from ternopil_pipelines.portal import claims
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.passport import EDITION, PREPARED_BY, extra_of
from ternopil_pipelines.portal.publication import Publication
from ternopil_pipelines.portal.resources import targets_of
from ternopil_pipelines.portal.sending import send_files
from ternopil_pipelines.portal.situation import Situation, Work, look
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.machines import PUBLISHERS, Machines, at_once
from ternopil_pipelines_tests.portal.making import Shelf, catalogue, cells
from ternopil_pipelines_tests.portal.reader import Reader
from ternopil_pipelines_tests.portal.test_crashes import judge
from ternopil_pipelines_tests.portal.trial import require_whole

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
                send_files(works[number], views[number])
            except PublicationContested:
                return False
            return True

        with ThreadPoolExecutor(PUBLISHERS) as pool:
            results = list(pool.map(run, range(PUBLISHERS)))
        assert results.count(True) == 1
        winner = pairs[results.index(True)]
        assert not press(winner).unchanged  # its table was still to be loaded
        assert press(winner).unchanged


MODES = pytest.mark.parametrize("mode", ["in_place", "direct", "ab"])


@ROUNDS
@MODES
def test_of_ten_machines_that_saw_the_same_edition_one_publishes_and_nine_say_who_did(
    client: PortalClient, shelf: Shelf, press: Press, name: str, rounds: int, mode: str
) -> None:
    with Machines(press, catalogue(name, publish_mode=mode)) as machines:
        press(machines.keep("v0", 5))
        with Reader(client.url, name, machines.sizes, crowded=True, pause=0.1) as reader:
            for _ in range(rounds):
                attempts = machines.publish(looked=Barrier(PUBLISHERS))
                assert len({each.began_at for each in attempts}) == 1
                (winner,) = [each for each in attempts if each.won]
                others = [each.ended for each in attempts if each is not winner]
                assert [each for each in others if not isinstance(each, PublicationContested)] == []
                assert all("another" in str(each) for each in others)
                again = press(winner.pair, journal=Journal(shelf.folder / "next"))
                assert again.unchanged
                require_whole(client, again, winner.version)
    judge(reader, mode, machines.files)


@ROUNDS
@MODES
def test_of_ten_machines_that_begin_when_they_like_none_publishes_over_an_edition_it_has_not_seen(
    client: PortalClient, shelf: Shelf, press: Press, name: str, rounds: int, mode: str
) -> None:
    """Who looks late enough to see another's edition goes on from it."""
    with Machines(press, catalogue(name, publish_mode=mode)) as machines:
        press(machines.keep("v0", 5))
        for _ in range(rounds):
            attempts = machines.publish()
            winners = [each for each in attempts if each.won]
            assert 0 < len(winners) == len({each.began_at for each in winners})
            others = [each.ended for each in attempts if not each.won]
            assert [each for each in others if not isinstance(each, PublicationContested | TransientFault)] == []
            shown = extra_of(client.read("package_show", id=name), EDITION)
            (last,) = [each for each in winners if each.pair[1].address == shown]
            again = press(last.pair, journal=Journal(shelf.folder / "next"))
            assert again.unchanged
            require_whole(client, again, last.version)


@MODES
def test_of_ten_machines_that_publish_a_new_dataset_one_makes_it(
    client: PortalClient, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    with (
        Machines(press, catalogue(name, publish_mode=mode)) as machines,
        Reader(client.url, name, machines.sizes, crowded=True, pause=0.1) as reader,
    ):
        attempts = machines.publish(looked=Barrier(PUBLISHERS))
        # Where a call failed its next run goes on.
        others = [each.ended for each in attempts if not each.won]
        assert [each for each in others if not isinstance(each, PublicationContested | TransientFault)] == []
        assert sum(each.won for each in attempts) <= 1
        left = [each for each in attempts if not isinstance(each.ended, PublicationContested)]
        winner = max(left, key=lambda each: each.won)
        require_whole(client, press(winner.pair, journal=Journal(shelf.folder / "next")), winner.version)
    assert (reader.looks.mixed, reader.looks.absent, reader.looks.torn, reader.looks.apart) == ([], 0, [], 0)


def test_who_finds_the_dataset_moved_on_stands_back_and_names_the_edition(
    client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    city = catalogue(name)
    first = cells(40, "v0")
    press(shelf.keep(city, "v0", frame=first))
    late = shelf.keep(city, "v1", frame=first.assign(note=["late", *first["note"][1:]]))
    early = shelf.keep(city, "v2", frame=first.assign(note=[*first["note"][:-1], "early"]))
    elsewhere = Journal(tmp_path / "elsewhere")

    def overtaken(text: str) -> None:
        if text.startswith("sending"):
            press(early, journal=elsewhere)

    with pytest.raises(PublicationContested, match=early[1].address[:12]):
        press(late, say=overtaken)
    assert press(early, journal=elsewhere).unchanged


def test_while_a_table_is_written_another_machine_stands_back_and_nothing_is_left_of_the_claim(
    client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    city = catalogue(name)
    press(shelf.keep(city, "v0"))
    ours, others = shelf.keep(city, "v1"), shelf.keep(city, "v2")
    told: list[str] = []

    def met(text: str) -> None:
        if text.startswith("writing"):
            with pytest.raises(PublicationContested, match="being prepared by another publisher"):
                press(others, journal=Journal(tmp_path / "elsewhere"))
            told.append(text)

    require_whole(client, press(ours, say=met), "v1")
    assert told and extra_of(client.read("package_show", id=name), PREPARED_BY) is None


@MODES
def test_the_claim_of_a_machine_that_is_no_more_is_respected_while_it_is_young_and_then_taken_over(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, mode: str,
) -> None:  # fmt: skip
    """Also by the modes that have locks of their own: the table under the claim is being written."""
    press(shelf.keep(catalogue(name), "v0"))
    apart.killed_at("claimed", tmp_path, shelf.keep(catalogue(name), "v1"))
    pair, elsewhere = shelf.keep(catalogue(name, publish_mode=mode), "v2"), Journal(tmp_path / "elsewhere")
    with pytest.raises(PublicationContested, match="a run 0:30:00 after its last step takes over"):
        press(pair, journal=elsewhere)
    monkeypatch.setattr(claims, "LEASE", timedelta(0))
    require_whole(client, press(pair, journal=elsewhere), "v2")
    assert extra_of(client.read("package_show", id=name), PREPARED_BY) is None


def test_who_takes_over_makes_the_views_that_the_other_did_not_come_to(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    press(shelf.keep(catalogue(name, formats=["CSV"]), "v1"))
    richer = shelf.keep(catalogue(name, formats=["CSV", "JSON"]), "v1")
    apart.killed_at("tables-loaded", tmp_path, richer)
    json = next(each for each in client.read("package_show", id=name)["resources"] if each["format"] == "JSON")
    assert client.read("resource_view_list", id=json["id"]) == []
    monkeypatch.setattr(claims, "LEASE", timedelta(0))
    press(richer, journal=Journal(tmp_path / "elsewhere"))
    assert client.read("resource_view_list", id=json["id"]) != []
    assert extra_of(client.read("package_show", id=name), PREPARED_BY) is None


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
