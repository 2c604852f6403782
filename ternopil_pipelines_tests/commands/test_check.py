"""`check`: the verdict a steward gets before dropping a file; needs neither portal nor environment."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from ternopil_pipelines_tests.commands.conftest import Ternopil
from ternopil_pipelines_tests.orchestration.town import REPAIRS, SOURCES


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A steward's folder: the sources file and nothing else; no variable is set."""
    for name in ("CKAN_URL", "CKAN_API_TOKEN", "LANDING_DIR", "CALLS_URL", "TERNOPIL_HOME", "TERNOPIL_SOURCES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sources.yaml").write_text(SOURCES.replace("PREFIX", "t"), encoding="utf-8")
    return tmp_path


def _write(desk: Path, text: str) -> Path:
    path = desk / "ремонти.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_accepted_and_everything_is_written(desk: Path, ternopil: Ternopil) -> None:
    said = ternopil("check", "t-repairs", _write(desk, REPAIRS), "--out", desk / "out")
    assert said.code == 0
    assert "Прийнято" in said.out
    assert {"repairs.csv", "report.json", "report.html"} <= {each.name for each in (desk / "out").iterdir()}
    assert (desk / "out" / "repairs.csv").read_text(encoding="utf-8").splitlines()[1] == "001,Руська,10.50,2026-01-02"
    assert not (desk / ".ternopil").exists()


def test_a_bad_file_is_refused_and_everything_is_written_all_the_same(desk: Path, ternopil: Ternopil) -> None:
    said = ternopil(
        "check", "t-repairs", _write(desk, REPAIRS.replace("10.50", "десять")), "--out", desk / "out", "--json"
    )
    assert said.code == 1
    assert said.document == json.loads((desk / "out" / "report.json").read_text(encoding="utf-8"))
    (table,) = said.document["tables"]
    (finding,) = [each for each in table["findings"] if each["severity"] == "error"]
    assert (said.document["verdict"], finding["row"], finding["column"], finding["value"]) == (
        "rejected",
        2,
        "cost",
        "десять",
    )
    assert (desk / "out" / "report.html").is_file()
    assert (desk / "out" / "repairs.csv").read_text(encoding="utf-8").splitlines()[1] == "001,Руська,,2026-01-02"


def test_errors_are_printed_before_remarks_however_many_there_are(desk: Path, ternopil: Ternopil) -> None:
    ragged = "".join(f"{at},Руська\n" for at in range(10, 30))
    said = ternopil(
        "check", "t-repairs", _write(desk, REPAIRS.replace("10.50", "десять") + ragged), "--out", desk / "o"
    )
    assert said.code == 1
    assert "десять" in said.out.splitlines()[1]


def test_a_workbook_gets_an_annotated_copy_and_the_cell_is_named(desk: Path, ternopil: Ternopil) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (line.split(",") for line in REPAIRS.replace("10.50", "десять").splitlines()):
        sheet.append(row)
    book.save(desk / "ремонти.xlsx")
    said = ternopil("check", "t-repairs", desk / "ремонти.xlsx", "--out", desk / "out")
    assert said.code == 1
    assert "C2" in said.out
    assert [each for each in (desk / "out").iterdir() if each.suffix == ".xlsx"]


def test_a_file_that_is_no_table_has_its_report_too(desk: Path, ternopil: Ternopil) -> None:
    (desk / "лист.csv").write_bytes(b"%PDF-1.7\n\x00\x01\x02")
    said = ternopil("check", "t-repairs", desk / "лист.csv", "--out", desk / "out")
    assert said.code == 1
    assert {"report.json", "report.html", "repairs.csv"} <= {each.name for each in (desk / "out").iterdir()}


def test_a_database_s_dataset_may_be_checked_from_a_file(desk: Path, ternopil: Ternopil) -> None:
    (desk / "calls.csv").write_text("id,about\n1,вода\n", encoding="utf-8")
    assert ternopil("check", "t-calls", desk / "calls.csv", "--out", desk / "out").code == 0


@pytest.mark.parametrize(
    "words",
    [("no-such", "x.csv"), ("t-repairs",), ("t-repairs", "absent.csv"), ("t-repairs", "x.csv", "--table", "no-such")],
)
def test_wrong_words_are_exit_2_and_write_nothing(words: tuple[str, ...], desk: Path, ternopil: Ternopil) -> None:
    (desk / "x.csv").write_text(REPAIRS, encoding="utf-8")
    said = ternopil("check", *words)
    assert (said.code, said.out) == (2, "")
    assert not list(desk.rglob("report.json"))


def test_without_out_the_verdict_lies_in_a_folder_named_after_the_dataset(desk: Path, ternopil: Ternopil) -> None:
    said = ternopil("check", "t-repairs", _write(desk, REPAIRS))
    assert (desk / "t-repairs-verdict" / "report.html").is_file()
    assert "t-repairs-verdict" in said.out
