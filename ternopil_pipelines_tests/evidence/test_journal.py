from __future__ import annotations

import pytest

from ternopil_pipelines.evidence import journal
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.evidence.verification import verify_all
from ternopil_pipelines.faults import EvidenceBroken
from ternopil_pipelines_tests.evidence.making import ROWS
from ternopil_pipelines_tests.evidence.test_archive import keep


def test_a_kept_edition_is_entered_once_in_hashes_and_counts_without_a_cells_value(
    ledger: Ledger, archive: Archive
) -> None:
    edition = keep(archive)
    entry = journal.kept(ledger, archive, edition, who="run 1", run="1")
    assert journal.kept(ledger, archive, edition, who="run 2", run="2") == entry
    assert entry.body["rows"] == {"stops": 5}
    assert entry.body["files"]["stops.csv"] == edition.files[0].sha256
    told = str(entry)
    assert not any(cell in told for row in ROWS for cell in row if cell and len(cell) > 4)


def test_the_last_look_may_be_later_than_the_last_publication(ledger: Ledger) -> None:
    assert journal.last_published(ledger, "stops") is None
    published = ledger.append(journal.PUBLISHED, who="run 1", dataset="stops")
    looked = ledger.append(journal.UNCHANGED, who="run 2", dataset="stops")
    ledger.append(journal.PUBLISHED, who="run 3", dataset="parks")
    assert journal.last_published(ledger, "stops") == published
    assert journal.last_looked(ledger, "stops") == looked


def test_an_erasure_is_entered_and_then_verification_accepts_it(ledger: Ledger, archive: Archive) -> None:
    edition = keep(archive)
    journal.kept(ledger, archive, edition, who="run 1")
    entry = journal.erase(ledger, archive, edition.dataset, edition.address, reason="телефон особи", who="Олена")
    assert journal.erase(ledger, archive, edition.dataset, edition.address, reason="ще раз", who="Олена") == entry
    assert verify_all(ledger, archive) == []


def test_a_mistyped_address_is_not_entered_as_erased(ledger: Ledger, archive: Archive) -> None:
    keep(archive)
    with pytest.raises(EvidenceBroken, match="no edition"):
        journal.erase(ledger, archive, "transport-stops", "0" * 64, reason="телефон особи", who="Олена")
    assert ledger.entries() == ()
