from __future__ import annotations

import pytest

from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.decisions import decide, decision, require_passing
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.faults import GateRefused
from ternopil_pipelines_tests.evidence.making import cleaned
from ternopil_pipelines_tests.evidence.test_archive import OTHER_ROWS, keep


def test_an_edition_without_a_decision_does_not_go_out(ledger: Ledger) -> None:
    assert decision(ledger, "stops", "a" * 64) is None
    with pytest.raises(GateRefused, match="no decision"):
        require_passing(ledger, "stops", "a" * 64)


@pytest.mark.parametrize(
    ("verdict", "passes"), [("passed", True), ("approved", True), ("held", False), ("rejected", False)]
)
def test_only_passed_and_approved_editions_go_out(ledger: Ledger, archive: Archive, verdict, passes) -> None:  # type: ignore[no-untyped-def]
    edition = keep(archive)
    made = decide(ledger, edition, verdict, by="personal", gate="personal", why="без зауважень", who="run 1")
    assert decision(ledger, edition.dataset, edition.address) == made
    if passes:
        assert require_passing(ledger, edition.dataset, edition.address) == made
    else:
        with pytest.raises(GateRefused, match=verdict):
            require_passing(ledger, edition.dataset, edition.address)


def test_the_newest_decision_counts_and_only_for_its_own_edition(ledger: Ledger, archive: Archive) -> None:
    edition, other = keep(archive), keep(archive, cleaned(OTHER_ROWS))
    decide(ledger, edition, "held", by="change", gate="change", why="зникло 40 % рядків", who="run 1")
    decide(ledger, edition, "approved", by="Олена Коваль", why="перевірено", who="user olena")
    assert require_passing(ledger, edition.dataset, edition.address).by == "Олена Коваль"
    with pytest.raises(GateRefused):
        require_passing(ledger, other.dataset, other.address)


def test_after_withdrawal_only_a_new_approval_lets_it_out(ledger: Ledger, archive: Archive) -> None:
    edition = keep(archive)
    decide(ledger, edition, "passed", by="checks", gate="checks", why="", who="run 1")
    ledger.append("withdrawn", who="Олена", dataset=edition.dataset, edition=edition.address, reason="витік")
    with pytest.raises(GateRefused, match="витік"):
        require_passing(ledger, edition.dataset, edition.address)
    decide(ledger, edition, "approved", by="Олена", why="перевірено")
    assert require_passing(ledger, edition.dataset, edition.address).who == "Олена"
