"""One byte changed anywhere is named; nothing may go missing but what an entry says was erased."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from ternopil_pipelines.evidence import journal
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.decisions import decide
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.evidence.verification import verify_all
from ternopil_pipelines_tests.evidence.making import cleaned
from ternopil_pipelines_tests.evidence.test_archive import OTHER_ROWS, keep

CHANGES = pytest.mark.parametrize("changes", [150, pytest.param(1000, marks=pytest.mark.bars)])


@pytest.fixture
def evidence(tmp_path: Path) -> tuple[Ledger, Archive]:
    ledger, archive = Ledger(f"sqlite:///{tmp_path}/ledger.db"), Archive(str(tmp_path / "editions"))
    for rows in (None, OTHER_ROWS):
        edition = keep(archive, cleaned(rows) if rows else cleaned())
        journal.kept(ledger, archive, edition, who="run 1")
        decide(ledger, edition, "passed", by="checks", gate="checks", why="", who="run 1")
        ledger.append("published", who="run 1", dataset=edition.dataset, edition=edition.address)
    gone = keep(archive, cleaned(OTHER_ROWS[2:]))
    journal.kept(ledger, archive, gone, who="run 2")
    journal.erase(ledger, archive, gone.dataset, gone.address, reason="телефон особи", who="Олена")
    keep(archive)
    return ledger, archive


def test_evidence_as_it_was_written_has_no_problems(evidence: tuple[Ledger, Archive]) -> None:
    assert verify_all(*evidence) == []


@CHANGES
def test_every_changed_byte_of_the_editions_is_named(
    evidence: tuple[Ledger, Archive], tmp_path: Path, changes: int
) -> None:
    files = sorted(each for each in (tmp_path / "editions").rglob("*") if each.is_file() and each.stat().st_size)
    chance = random.Random(835)
    for _ in range(changes):
        place = chance.choice(files)
        before = place.read_bytes()
        at = chance.randrange(len(before))
        place.write_bytes(before[:at] + bytes([before[at] ^ chance.randrange(1, 256)]) + before[at + 1 :])
        problems = verify_all(*evidence)
        named = str(place.relative_to(tmp_path / "editions"))
        assert any(problem.startswith(named) or named.split("/")[1] in problem for problem in problems), (named, at)
        place.write_bytes(before)
    assert verify_all(*evidence) == []


@CHANGES
def test_every_changed_byte_of_the_ledger_is_named(
    evidence: tuple[Ledger, Archive], tmp_path: Path, changes: int
) -> None:
    place = tmp_path / "ledger.db"
    before = place.read_bytes()
    chance = random.Random(835)
    for _ in range(changes):
        at = chance.randrange(len(before))
        place.write_bytes(before[:at] + bytes([before[at] ^ chance.randrange(1, 256)]) + before[at + 1 :])
        assert any("ledger" in problem for problem in verify_all(*evidence)), at
    place.write_bytes(before)
    assert verify_all(*evidence) == []


def test_what_another_installation_published_and_ours_withdrew_is_no_lost_edition(
    evidence: tuple[Ledger, Archive],
) -> None:
    evidence[0].append("withdrawn", who="Олена", dataset="transport-stops", edition="e" * 64, reason="витік")
    assert verify_all(*evidence) == []


def test_a_missing_edition_file_or_tombstone_is_named(evidence: tuple[Ledger, Archive], tmp_path: Path) -> None:
    ledger, archive = evidence
    first, second, erased = archive.history("transport-stops")
    folder = tmp_path / "editions" / "transport-stops"
    (folder / first.address / "files" / "stops.json").unlink()
    shutil.rmtree(folder / second.address)
    (folder / erased.address / "tombstone.json").unlink()
    problems = verify_all(ledger, archive)
    assert f"transport-stops/{first.address}/files/stops.json: missing" in problems
    assert f"transport-stops/{second.address}: in the ledger, but gone from the archive" in problems
    assert f"transport-stops/{erased.address}: the ledger says erased, but there is no tombstone" in problems


@pytest.mark.parametrize("change", [lambda data: data[:-4096], lambda data: data[:-7], lambda data: data + b"\0more"])
def test_a_ledger_cut_short_or_grown_is_named(evidence: tuple[Ledger, Archive], tmp_path: Path, change) -> None:  # type: ignore[no-untyped-def]
    place = tmp_path / "ledger.db"
    place.write_bytes(change(place.read_bytes()))
    assert any(problem.startswith("ledger") for problem in verify_all(*evidence))


def test_a_ledger_that_is_gone_is_named(evidence: tuple[Ledger, Archive], tmp_path: Path) -> None:
    (tmp_path / "ledger.db").unlink()
    assert "ledger: it has no entries, but the archive has editions" in verify_all(*evidence)
    (tmp_path / "ledger.db").write_bytes(b"")
    assert "ledger: it has no entries, but the archive has editions" in verify_all(*evidence)


def test_a_tombstone_without_an_entry_is_not_accepted(ledger: Ledger, archive: Archive) -> None:
    edition = keep(archive)
    archive.erase(edition.dataset, edition.address, reason="щось", who="хтось")
    ledger.append("published", who="run 1", dataset="parks")
    assert verify_all(ledger, archive) == [f"transport-stops/{edition.address}: erased (щось)"]


def test_an_unfinished_erasure_and_a_foreign_file_are_named(evidence: tuple[Ledger, Archive], tmp_path: Path) -> None:
    ledger, archive = evidence
    erased = archive.history("transport-stops")[2]
    folder = tmp_path / "editions" / "transport-stops" / erased.address
    (folder / "files" / "more.csv").write_text("x")
    assert verify_all(ledger, archive) == [
        f"transport-stops/{erased.address}/files/more.csv: does not belong to the edition"
    ]


def test_an_edition_written_anew_under_its_old_address_is_named(
    evidence: tuple[Ledger, Archive], tmp_path: Path
) -> None:
    """Whoever rewrites manifest and seal together is found by the seal that the ledger remembers."""
    ledger, archive = evidence
    edition = archive.history("transport-stops")[0]
    again = Archive(str(tmp_path / "again"))
    keep(again, code_version="9")
    shutil.rmtree(tmp_path / "editions" / "transport-stops" / edition.address)
    shutil.copytree(
        tmp_path / "again" / "transport-stops" / edition.address,
        tmp_path / "editions" / "transport-stops" / edition.address,
    )
    assert archive.verify(edition) == []
    assert any("knows another seal" in problem for problem in verify_all(ledger, archive))
