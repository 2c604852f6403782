from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from ternopil_pipelines.evidence.decisions import DECISION, decide, decision
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import PUBLISHED, account
from ternopil_pipelines.faults import GateRefused, UsageFault
from ternopil_pipelines.gates.judging import enter
from ternopil_pipelines.gates.moderation import (
    bring_back,
    decide_held,
    held_edition,
    needs_judging,
    roll_back,
    waiting,
)
from ternopil_pipelines_tests.gates.test_judging import people
from ternopil_pipelines_tests.gates.town import Town, rows


def held(town: Town, number: int = 50) -> Edition:
    edition, tables = town.keep(rows(number))
    enter(town.ledger, edition, town.judge_edition(edition, tables), who="run 1")
    return edition


@pytest.mark.parametrize(
    ("moderation", "first", "changed", "same"),
    [
        ("never", "passed", "passed", "passed"),
        ("first", "held", "passed", "passed"),
        ("changes", "passed", "held", "passed"),
        ("always", "held", "held", "passed"),
    ],
)
def test_moderation_asks_when_it_says_so(tmp_path: Path, moderation: str, first: str, changed: str, same: str) -> None:
    town = Town(tmp_path, settings={"moderation": moderation})
    assert town.judge(rows()).verdict == first
    town.publish(rows())
    assert town.judge(rows(101)).verdict == changed
    assert town.judge(rows()).verdict == same


def test_an_approval_lets_the_held_edition_out_and_names_who_and_why(tmp_path: Path) -> None:
    town = Town(tmp_path, settings={"moderation": "first"})
    edition = held(town)
    made = decide_held(town.ledger, edition, "approved", by="Марія", note="перевірено")
    found = decision(town.ledger, edition.dataset, edition.address)
    assert found == made
    assert (made.verdict, made.by, made.gate, made.why) == ("approved", "Марія", "moderation", "перевірено")
    assert not needs_judging(town.ledger, edition.dataset, edition.address)


def test_what_was_decided_is_not_decided_again(tmp_path: Path) -> None:
    town = Town(tmp_path, settings={"moderation": "first"})
    edition = held(town)
    decide_held(town.ledger, edition, "rejected", by="Марія", note="не той файл")
    with pytest.raises(GateRefused, match="rejected already"):
        decide_held(town.ledger, edition, "approved", by="Петро", note="той")


def test_a_decision_without_a_note_is_refused(tmp_path: Path) -> None:
    town = Town(tmp_path, settings={"moderation": "first"})
    with pytest.raises(UsageFault):
        decide_held(town.ledger, held(town), "approved", by="Марія", note="  ")


def test_nobody_can_approve_what_the_personal_data_gate_rejected(tmp_path: Path) -> None:
    town = Town(tmp_path)
    edition, tables = town.keep(people())
    enter(town.ledger, edition, town.judge_edition(edition, tables), who="run 1")
    with pytest.raises(GateRefused, match="No approval opens this gate"):
        decide_held(town.ledger, edition, "approved", by="Марія", note="нехай")
    assert needs_judging(town.ledger, edition.dataset, edition.address)


def test_no_detour_lets_out_what_the_personal_data_gate_rejected(tmp_path: Path) -> None:
    """Neither by name, nor by a rollback, nor after a withdrawal."""
    town = Town(tmp_path)
    edition, tables = town.keep(people())
    enter(town.ledger, edition, town.judge_edition(edition, tables), who="run 1")

    def refused() -> None:
        with pytest.raises(GateRefused, match="No approval opens this gate"):
            decide_held(town.ledger, edition, "approved", by="Марія", note="нехай", anew=True)
        bring_back(town.ledger, edition, by="Марія", note="нехай")
        standing = decision(town.ledger, edition.dataset, edition.address)
        assert standing is not None and standing.verdict == "rejected"

    refused()
    roll_back(town.ledger, edition, by="Марія", note="ні")
    assert needs_judging(town.ledger, edition.dataset, edition.address), "the gate's own word stands"
    refused()
    town.ledger.append("withdrawn", who="Марія", dataset=edition.dataset, edition=edition.address, reason="витік")
    refused()


def test_a_rollback_brings_back_only_what_had_been_let_out(tmp_path: Path) -> None:
    town = Town(tmp_path, settings={"moderation": "first"})
    edition = held(town)
    roll_back(town.ledger, edition, by="Марія", note="ні")
    bring_back(town.ledger, edition, by="Марія", note="так")
    standing = decision(town.ledger, edition.dataset, edition.address)
    assert standing is not None and standing.verdict == "rejected"
    decide_held(town.ledger, edition, "approved", by="Петро", note="переглянуто", anew=True)
    roll_back(town.ledger, edition, by="Марія", note="ні")
    bring_back(town.ledger, edition, by="Марія", note="так")
    brought = decision(town.ledger, edition.dataset, edition.address)
    assert brought is not None and (brought.verdict, brought.by) == ("approved", "Марія")


def test_an_old_edition_needs_judging_again_after_a_newer_publication(tmp_path: Path) -> None:
    town = Town(tmp_path)
    old = town.publish(rows(95))
    decide(town.ledger, old, "passed", by="checks", why="")
    new = town.publish(rows(100))
    assert needs_judging(town.ledger, old.dataset, old.address)
    decide(town.ledger, new, "passed", by="checks", why="")
    assert not needs_judging(town.ledger, new.dataset, new.address)


def test_a_persons_rejection_is_not_judged_away(tmp_path: Path) -> None:
    town = Town(tmp_path, settings={"moderation": "first"})
    edition = held(town)
    decide_held(town.ledger, edition, "rejected", by="Марія", note="ні")
    assert not needs_judging(town.ledger, edition.dataset, edition.address)


def test_what_waits_is_listed_until_it_is_decided_and_a_newer_file_does_not_begin_the_waiting_anew(
    tmp_path: Path,
) -> None:
    town = Town(tmp_path, settings={"moderation": "first"})
    first = held(town)
    [each] = waiting(town.ledger, town.catalogue.datasets)
    assert (each.dataset, each.edition, each.verdict, each.gate) == (
        first.dataset,
        first.address,
        "held",
        "moderation",
    )
    town.clock += timedelta(days=1)
    newer = held(town, 21)
    [again] = waiting(town.ledger, town.catalogue.datasets)
    assert (again.edition, again.since) == (newer.address, each.since)
    decide_held(town.ledger, newer, "approved", by="Марія", note="так")
    assert waiting(town.ledger, town.catalogue.datasets) == ()


def test_a_dataset_without_an_edition_has_nothing_to_decide(tmp_path: Path) -> None:
    town = Town(tmp_path)
    with pytest.raises(UsageFault, match="no edition"):
        held_edition(town.ledger, town.archive, "transport-stops")


def test_a_hundred_held_editions_decided_concurrently_are_each_decided_once(tmp_path: Path) -> None:
    """Eight people at the same queue, half approving and half rejecting the same editions."""
    town = Town(tmp_path, settings={"moderation": "always"})
    editions = [held(town, number) for number in range(20, 120)]

    def decided(work: tuple[Edition, int]) -> bool:
        edition, person = work
        try:
            decide_held(
                town.ledger, edition, "approved" if person % 2 else "rejected", by=f"особа {person}", note="рішення"
            )
        except GateRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(decided, [(edition, person) for edition in editions for person in range(3)]))
    assert sum(done) == 100
    entered = [each for each in town.ledger.entries(what=DECISION) if each.body["verdict"] != "held"]
    assert len(entered) == len({each.edition for each in entered}) == 100
    assert town.ledger.verify() == []


def test_a_publication_between_two_editions_keeps_the_ledger_whole(tmp_path: Path) -> None:
    town = Town(tmp_path)
    edition = town.publish(rows())
    town.ledger.append(PUBLISHED, who="test", dataset=edition.dataset, edition=edition.address, **account(edition))
    assert town.ledger.verify() == []
