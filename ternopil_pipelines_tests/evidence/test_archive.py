from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from upath import UPath

from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence import journal, workbook
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.evidence.verification import verify_all
from ternopil_pipelines.faults import DataRefused, EvidenceBroken, GateRefused, PermanentFault
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines_tests.evidence.making import HOUR, ROWS, catalogue, cleaned, dataset, many, receipt

ROOT = Path(__file__).parents[2]
OTHER_ROWS = (*ROWS[:-1], ("5", "інша назва", *ROWS[-1][2:]))


def keep(archive: Archive, table: Cleaned | None = None, *, code_version: str = "1", **changes: object) -> Edition:
    found = catalogue(**changes)
    table = table or cleaned()
    return archive.keep(found, dataset(found), [(table, receipt(table))], code_version=code_version)


def files_of(edition: Edition) -> dict[str, str]:
    return {each.name: each.sha256 for each in edition.files}


def test_an_edition_holds_every_format_and_the_structure(archive: Archive) -> None:
    edition = keep(archive)
    assert list(files_of(edition)) == [
        "stops.csv", "stops.json", "stops.xlsx", "stops.geojson", "stops_structure.csv",
    ]  # fmt: skip
    assert edition.passport.formats == ("CSV", "JSON", "XLSX", "GeoJSON")
    assert {each.rows for each in edition.files if each.kind == "data"} == {5}
    assert edition.table("stops").origin == "folder: зупинки.xlsx"
    assert edition.files[0].title == "Зупинки міського транспорту (CSV)"
    assert archive.verify(edition) == []


def test_what_was_kept_is_read_back_whole(archive: Archive) -> None:
    edition = keep(archive)
    assert archive.read("transport-stops", edition.address) == edition
    assert archive.content(edition, edition.files[0]).startswith(b"id,name,code")
    with archive.local_path(edition, edition.files[1]) as path:
        assert path.read_bytes() == archive.content(edition, edition.files[1])
    expected = cleaned().text
    expected.loc[4, "code"] = None  # the word `null` in an official column says that nothing is known
    pd.testing.assert_frame_equal(archive.frame(edition, "stops"), expected.astype("str"))


def test_equal_content_is_one_edition_however_often_and_by_whichever_code_it_is_received(archive: Archive) -> None:
    first = keep(archive, code_version="1")
    assert keep(archive, code_version="2") == first
    assert archive.history("transport-stops") == (first,)


def test_equal_content_has_equal_bytes_in_another_process_at_another_time(archive: Archive, tmp_path: Path) -> None:
    edition = keep(archive)
    script = (
        "from datetime import timedelta\n"
        "from ternopil_pipelines.evidence.archive import Archive\n"
        "from ternopil_pipelines_tests.evidence.making import HOUR\n"
        "from ternopil_pipelines_tests.evidence.test_archive import keep\n"
        f"print(keep(Archive({str(tmp_path / 'other')!r}, clock=lambda: HOUR + timedelta(days=900))).address)\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment, cwd=ROOT
    )
    assert told.stdout.strip() == edition.address
    other = Archive(str(tmp_path / "other")).read("transport-stops", edition.address)
    assert files_of(other) == files_of(edition)
    assert other.made_at != edition.made_at


def test_one_changed_cell_or_word_of_the_passport_is_another_edition(archive: Archive) -> None:
    first = keep(archive)
    second = keep(archive, cleaned(OTHER_ROWS))
    third = keep(archive, cleaned(OTHER_ROWS), title="Зупинки")
    assert len({first.address, second.address, third.address}) == 3
    assert (first.previous, second.previous, third.previous) == (None, first.address, second.address)
    assert archive.history("transport-stops") == (first, second, third)


def test_the_latest_is_the_one_kept_last_even_where_it_says_what_an_older_one_said(archive: Archive) -> None:
    assert archive.latest("transport-stops") is None
    first = keep(archive)
    second = keep(archive, cleaned(OTHER_ROWS))
    assert archive.latest("transport-stops") == second
    keep(archive)
    assert archive.latest("transport-stops") == first
    third = keep(archive, cleaned(ROWS[:2]))
    assert third.previous == first.address
    (archive.storage.on_disk("transport-stops") / "latest").write_text("nonsense")
    assert archive.latest("transport-stops") == third


def test_history_keeps_its_order_when_the_clock_is_put_back(tmp_path: Path) -> None:
    hours = iter([HOUR, HOUR - timedelta(hours=1)])
    archive = Archive(str(tmp_path), clock=lambda: next(hours))
    editions = (keep(archive), keep(archive, cleaned(OTHER_ROWS)))
    assert archive.history("transport-stops") == editions


def test_a_table_with_errors_is_not_kept(archive: Archive) -> None:
    wrong = Finding("x", Severity.ERROR, None, None, 1, "id", None, 1, "", "", "")
    with pytest.raises(DataRefused):
        keep(archive, Cleaned(table="stops", columns=cleaned().columns, text=cleaned().text, findings=(wrong,)))
    assert archive.history("transport-stops") == ()


def test_a_table_too_large_for_a_spreadsheet_goes_out_without_one(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    with caplog.at_level(logging.WARNING):
        edition = keep(archive)
    assert "stops.xlsx" not in files_of(edition)
    assert edition.passport.formats == ("CSV", "JSON", "GeoJSON")
    assert "without stops.xlsx" in caplog.text


def test_the_report_is_kept_privately_and_is_no_part_of_the_address(archive: Archive) -> None:
    found, table = catalogue(), cleaned()
    edition = archive.keep(
        found, dataset(found), [(table, receipt(table))], code_version="1", report={"verdict": "accepted"}
    )
    assert b'"accepted"' in (archive.report(edition) or b"")
    assert "report.json" not in files_of(edition)
    assert keep(archive).address == edition.address


def test_altered_bytes_are_never_given_out(archive: Archive) -> None:
    edition = keep(archive)
    place = archive.storage.on_disk("transport-stops", edition.address, "files", "stops.csv")
    place.write_bytes(place.read_bytes().replace(b"1250.10", b"1250.11"))
    with pytest.raises(EvidenceBroken, match=r"stops\.csv .* altered"):
        archive.content(edition, edition.files[0])
    with pytest.raises(EvidenceBroken), archive.local_path(edition, edition.files[0]):
        pass
    assert archive.verify(edition) == [
        f"transport-stops/{edition.address}/files/stops.csv: not the bytes that were written"
    ]


def test_an_edition_that_is_not_there_is_named(archive: Archive) -> None:
    for address in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(EvidenceBroken, match="no edition"):
            archive.read("transport-stops", address)


def test_a_killed_writer_leaves_no_half_edition_and_the_next_one_sweeps_up(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path / "editions"))
    folder = archive.storage.on_disk("transport-stops")
    script = (
        "from ternopil_pipelines.evidence.archive import Archive\n"
        "from ternopil_pipelines_tests.evidence.making import many\n"
        "from ternopil_pipelines_tests.evidence.test_archive import keep\n"
        f"archive = Archive({str(tmp_path / 'editions')!r})\n"
        "for seed in range(100):\n"
        "    keep(archive, many(20_000, seed=seed))\n"
    )
    for wanted in (1, 2, 3, 4):
        child = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
        try:
            while child.poll() is None and not any(
                len(list(each.rglob("stops*"))) == wanted for each in folder.glob(".partial-*")
            ):
                time.sleep(0.0005)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
        for edition in archive.history("transport-stops"):
            assert archive.verify(edition) == []
        keep(archive)
        assert list(folder.glob(".partial-*")) == []


def test_a_full_disk_is_said_plainly_and_leaves_nothing(archive: Archive) -> None:
    keep(archive)
    script = (
        "import resource, signal, sys\n"
        "from ternopil_pipelines.evidence.archive import Archive\n"
        "from ternopil_pipelines.faults import PermanentFault\n"
        "from ternopil_pipelines_tests.evidence.making import many\n"
        "from ternopil_pipelines_tests.evidence.test_archive import keep\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))\n"
        "try:\n"
        f"    keep(Archive({str(archive.storage.root)!r}), many(3_000))\n"
        "except PermanentFault as fault:\n"
        "    print(fault)\n"
    )
    # Stops the CSV, the JSON, and the spreadsheet's sheet in turn.
    for limit in ("10000", "200000", "50000"):
        told = subprocess.run(
            [sys.executable, "-c", script, limit], capture_output=True, text=True, check=True, cwd=ROOT
        )
        assert told.stdout.startswith("no space left for the archive")
        assert len(archive.history("transport-stops")) == 1
        assert list(archive.storage.on_disk("transport-stops").glob(".partial-*")) == []
    assert keep(archive, many(3_000)) in archive.history("transport-stops")


def test_too_little_room_is_seen_before_the_first_byte(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: os.statvfs_result((0,) * 10) and _Full())
    with pytest.raises(PermanentFault, match="0 MiB are free"):
        keep(archive)


class _Full:
    free = 1000


def test_erased_bytes_are_gone_a_tombstone_says_why_and_the_content_may_not_come_back(archive: Archive) -> None:
    first = keep(archive)
    second = keep(archive, cleaned(OTHER_ROWS))
    archive.erase("transport-stops", second.address, reason="номер телефону особи", who="оператор")
    stone = archive.tombstone("transport-stops", second.address)
    assert stone is not None
    assert (stone.reason, stone.who) == ("номер телефону особи", "оператор")
    left = archive.storage.on_disk("transport-stops", second.address)
    assert sorted(each.name for each in left.rglob("*") if each.is_file()) == [
        "SHA256SUMS", "manifest.json", "tombstone.json",
    ]  # fmt: skip
    with pytest.raises(EvidenceBroken, match="erased"):
        archive.content(second, second.files[0])
    with pytest.raises(GateRefused, match="erased"):
        keep(archive, cleaned(OTHER_ROWS))
    assert archive.latest("transport-stops") == first
    assert archive.history("transport-stops") == (first, second)
    archive.erase("transport-stops", second.address, reason="ще раз", who="інший")
    assert archive.tombstone("transport-stops", second.address) == stone


def test_several_tables_of_one_dataset_have_files_of_their_own(archive: Archive) -> None:
    tables = [
        {"id": name, "columns": [{"name": "id", "type": "integer"}], "source": {"kind": "folder"}}
        for name in ("stops", "routes")
    ]
    found = catalogue(tables=tables, formats=["CSV"])
    pair = [(cleaned(table=name), receipt(cleaned())) for name in ("stops", "routes")]
    edition = archive.keep(found, dataset(found), pair, code_version="1")
    assert list(files_of(edition)) == ["stops.csv", "routes.csv", "stops_structure.csv", "routes_structure.csv"]
    assert edition.data_file("routes").title == "Зупинки міського транспорту: routes (CSV)"


def test_an_object_storage_keeps_editions_too(tmp_path: Path) -> None:
    archive = Archive("memory://editions-of-a-test")
    try:
        first = keep(archive)
        second = keep(archive, cleaned(OTHER_ROWS))
        assert archive.history("transport-stops") == (first, second)
        assert archive.latest("transport-stops") == second
        assert archive.verify(second) == []
        with archive.local_path(second, second.files[0]) as path:
            assert path.read_bytes() == archive.content(second, second.files[0])
        assert len(archive.frame(second, "stops")) == 5
        # A writer that died before the manifest left no edition.
        UPath(f"memory://editions-of-a-test/transport-stops/{'0' * 64}/files").mkdir(parents=True)
        UPath(f"memory://editions-of-a-test/transport-stops/{'0' * 64}/files/stops.csv").write_bytes(b"half")
        assert archive.history("transport-stops") == (first, second)
        ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
        for each in (first, second):
            journal.kept(ledger, archive, each, who="run 1")
        assert verify_all(ledger, archive) == []
        archive.erase("transport-stops", first.address, reason="особа", who="оператор")
        assert archive.tombstone("transport-stops", first.address)
    finally:
        UPath("memory://editions-of-a-test").fs.rm("/editions-of-a-test", recursive=True)


def test_the_manifest_keeps_every_mark_of_a_column(archive: Archive) -> None:
    columns = tuple(
        replace_column(column, required=True, aliases=("інша",), allowed=("а", "б"), null_word=True)
        for column in cleaned().columns
    )
    table = cleaned(columns=columns)
    edition = keep(archive, table)
    assert archive.read("transport-stops", edition.address).table("stops").columns == columns
    assert replace(edition, files=()) != edition


def replace_column(column: object, **changes: object) -> object:
    return column.model_copy(update=changes)  # type: ignore[attr-defined]
