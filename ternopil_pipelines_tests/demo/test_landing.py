"""The files dropped into the folders, read back by the readers of other people."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest
import python_calamine

from ternopil_pipelines.demo import economy, safety
from ternopil_pipelines.demo.landing import fill_landing


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    fill_landing(folder)
    return folder


def sheet(path: Path) -> list[list[object]]:
    return python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def test_the_same_seed_gives_the_same_bytes(landing: Path, tmp_path: Path) -> None:
    again = fill_landing(tmp_path)
    assert len(again) == 8
    for path in again:
        first = landing / path.relative_to(tmp_path)
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(first.read_bytes()).digest(), path.name


def test_a_second_demo_touches_no_file(landing: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in landing.rglob("*")}
    fill_landing(landing)
    assert {path: path.stat().st_mtime_ns for path in landing.rglob("*")} == before


def test_a_file_changed_by_somebody_stays_as_he_left_it(tmp_path: Path) -> None:
    path = fill_landing(tmp_path)[0]
    path.write_bytes(b"edited")
    fill_landing(tmp_path)
    assert path.read_bytes() == b"edited"


def test_no_half_written_file_is_left_behind(landing: Path) -> None:
    assert list(landing.rglob("*.part")) == []


def test_all_the_formats_of_departments_are_there(landing: Path) -> None:
    assert {path.suffix for path in landing.rglob("*.*")} == {".xlsx", ".xls", ".ods", ".csv"}


def test_stops_arrive_in_a_workbook_with_codes_as_text(landing: Path) -> None:
    rows = sheet(landing / "transport" / "transport-stops" / "зупинки.xlsx")
    assert len(rows) == 1101
    code = rows[0].index("code")
    assert rows[1][code] == "0001"
    assert "null" in rows[1]


def test_the_old_workbook_has_a_title_above_its_header(landing: Path) -> None:
    rows = sheet(landing / "civil-protection" / "shelters" / "укриття.xls")
    assert [cell for cell in rows[0] if cell] == ["Облік захисних споруд цивільного захисту комунальної власності"]
    assert rows[1] == list(safety.shelters(835)[0])
    assert len(rows) == 382


def test_the_open_document_reads_as_a_table(landing: Path) -> None:
    rows = sheet(landing / "housing" / "public-toilets" / "вбиральні.ods")
    assert len(rows) == 25
    assert rows[0][0] == "uid"
    assert isinstance(rows[1][rows[0].index("lat")], float)
    assert str(rows[1][rows[0].index("organizationId")]).isdigit()


def test_tariffs_come_in_the_old_encoding_with_decimal_commas(landing: Path) -> None:
    raw = (landing / "economy" / "tariffs" / "tarify.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    rows = list(csv.DictReader(raw.decode("cp1251").splitlines(), delimiter=";"))
    expected = economy.tariffs(835)
    assert [row["type"] for row in rows] == [row["type"] for row in expected]
    assert [float(row["unitAmountValue"].replace(",", ".")) for row in rows] == [
        row["unitAmountValue"] for row in expected
    ]
    assert all(len(row["validFrom"]) == 10 and row["validFrom"][2] == row["validFrom"][5] == "." for row in rows)


def test_a_post_code_from_elsewhere_keeps_its_zero(landing: Path) -> None:
    text = (landing / "transport" / "parking" / "operators-2025.csv").read_text(encoding="utf-8-sig")
    assert "02094" in {row["addressPostCode"] for row in csv.DictReader(text.splitlines())}
