"""`ternopil template`: workbooks by the names under which `check` finds their tables."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from ternopil_pipelines.catalogue.structures import structure
from ternopil_pipelines.cli import ternopil
from ternopil_pipelines.faults import UsageFault
from ternopil_pipelines_tests.lawful_values import rows

SOURCES = """\
version: 1
city: {title: Містечко, edrpou: "34334305", bounds: [25.5, 49.5, 25.72, 49.62]}
holders:
  - {id: works, title: Управління, edrpou: "40841314", contact: {name: Відділ, email: a@example.gov.ua, phone: "1"}}
datasets:
  - id: parking
    title: Паркування
    description: Опис
    purpose: Мета
    keywords: [паркування]
    holder: works
    frequency: once a year
    tables:
      - {id: lots, structure: 36/parkingLots, source: {kind: folder, pattern: "parking-lots*"}}
      - {id: operators, structure: 36/operators, source: {kind: folder, pattern: "operators*"}}
  - id: own
    title: Своє
    description: Опис
    purpose: Мета
    keywords: [своє]
    holder: works
    frequency: once a year
    tables:
      - id: things
        source: {kind: folder, sheet: 2, header: 5}
        columns:
          - {name: uid, type: string, key: true, required: true, pattern: "[A-Z]{2}-\\\\d{4}(?:/\\\\d)?"}
          - {name: height, type: decimal, required: true, minimum: 20, maximum: 25.5}
          - {name: since, type: date, maximum: "2020-01-01"}
          - {name: state, type: string, allowed: ["добрий, але старий", 'поганий "зовсім"']}
          - {name: email, type: string, label: Пошта}
  - {id: later, title: Згодом, description: Опис, purpose: Мета, keywords: [згодом], holder: works,
     frequency: once a year, state: no source yet}
  - {id: leased, title: Оренда, description: Опис, purpose: Мета, keywords: [оренда], holder: works,
     frequency: once a year, required: local/33, state: no source yet}
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_text(SOURCES, encoding="utf-8")
    return path


def run(sources: Path, *words: str) -> str:
    result = CliRunner().invoke(ternopil, ["--sources", str(sources), *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_each_table_has_a_workbook_that_check_accepts_once_it_is_filled(sources: Path, tmp_path: Path) -> None:
    made = json.loads(run(sources, "--json", "template", "parking", "--out", str(tmp_path / "out")))
    files = [each["file"] for each in made["templates"]]
    assert [Path(each).name for each in files] == ["parking-lots.xlsx", "operators.xlsx"]
    for file, name in zip(files, ("36/parkingLots", "36/operators"), strict=True):
        book = load_workbook(file)
        for position, value in enumerate(rows(structure(name).columns, 1, Random(2))[0], start=1):
            book["Дані"].cell(3, position).value = value
        book.save(file)
    report = json.loads(run(sources, "check", "parking", *files, "--out", str(tmp_path / "verdict"), "--json"))
    assert report["verdict"] == "accepted"
    assert [(each["table"], each["rows"], each["findings"]) for each in report["tables"]] == [
        ("lots", 1, []),
        ("operators", 1, []),
    ]


def test_an_untouched_template_is_refused_as_empty_and_its_example_is_named(sources: Path, tmp_path: Path) -> None:
    run(sources, "template", "own", "--out", str(tmp_path))
    words = ["check", "own", str(tmp_path / "own.xlsx"), "--out", str(tmp_path / "v"), "--json"]
    result = CliRunner().invoke(ternopil, ["--sources", str(sources), *words], catch_exceptions=False)
    found = json.loads(result.stdout)["tables"][0]["findings"]
    assert result.exit_code == 1
    assert [(each["code"], each["row"]) for each in found] == [("example-row-left-out", 6), ("table-empty", None)]


def test_declared_sheet_header_row_pattern_and_bounds_are_kept(sources: Path, tmp_path: Path) -> None:
    run(sources, "template", "own", "--out", str(tmp_path))
    book = load_workbook(tmp_path / "own.xlsx")
    sheet = book.worksheets[1]
    assert [cell.value for cell in sheet[5]] == ["uid", "height", "since", "state", "email"]
    assert book.active is sheet
    sheet.cell(6, 5).value = "viddil@example.gov.ua"
    book.save(tmp_path / "own.xlsx")
    report = json.loads(
        run(sources, "check", "own", str(tmp_path / "own.xlsx"), "--out", str(tmp_path / "v"), "--json")
    )
    assert report["verdict"] == "accepted" and report["tables"][0]["findings"] == []


def test_a_required_dataset_without_a_source_has_the_laws_tables_to_begin_with(sources: Path, tmp_path: Path) -> None:
    made = json.loads(run(sources, "template", "leased", "--out", str(tmp_path / "out"), "--json"))
    assert [each["table"] for each in made["templates"]] == ["list", "list-prozorro-sales"]
    book = load_workbook(tmp_path / "out" / "list-prozorro-sales.xlsx")
    assert [cell.value for cell in book["Дані"][2]] == [
        column.name for column in structure("50/listProzorroSales").columns
    ]


def test_a_dataset_without_tables_of_its_own_or_the_laws_has_no_template(sources: Path) -> None:
    with pytest.raises(UsageFault, match="no source yet"):
        run(sources, "template", "later")
