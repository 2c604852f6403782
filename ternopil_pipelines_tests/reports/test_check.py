import hashlib
import json
import random

import jsonschema
import pandas as pd
import pytest
from openpyxl import load_workbook

from ternopil_pipelines.faults import UsageFault
from ternopil_pipelines.reports.check import assign, check
from ternopil_pipelines.reports.report import json_schema
from ternopil_pipelines_tests.gates.corpus import tax_number
from ternopil_pipelines_tests.reports.making import BAD, GOOD, catalogue, csv_file, workbook


def outcome_of(path, tmp_path, *tables, **words):
    made = catalogue(*tables)
    return check(made, made.dataset("schools"), [path], out=tmp_path / "out", **words)


def test_a_good_file_is_accepted_and_written_as_clean_csv(tmp_path):
    outcome = outcome_of(csv_file(tmp_path, GOOD), tmp_path)
    assert (outcome.report["verdict"], outcome.exit_code) == ("accepted", 0)
    assert (tmp_path / "out" / "schools.csv").read_bytes().decode() == (
        'uid,name,cost,day\n001,Школа № 1,1250.10,2024-05-31\n002,"Школа, «Мрія»",12.5,2024-06-01\n'
    )


def test_the_report_on_disk_is_the_outcome_and_keeps_the_schema(tmp_path):
    path = csv_file(tmp_path, BAD)
    outcome = outcome_of(path, tmp_path)
    written = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, json_schema(), format_checker=jsonschema.FormatChecker())
    assert written == outcome.report
    assert written["source"] == {"name": "schools.csv", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert (written["verdict"], outcome.exit_code) == ("rejected", 1)
    assert {(each["code"], each["row"]) for each in written["tables"][0]["findings"]} == {
        ("number-expected", 2),
        ("key-repeated", 3),
        ("date-impossible", 3),
        ("markup-in-text", 3),
    }


def test_a_workbook_comes_back_with_guilty_cells_marked(tmp_path):
    outcome = outcome_of(workbook(tmp_path, BAD), tmp_path)
    assert [path.name for path in outcome.written] == [
        "schools.csv",
        "report.json",
        "report.html",
        "schools висновок.xlsx",
    ]
    cells = {each["cell"] for each in outcome.report["tables"][0]["findings"]}
    assert cells == {"C4", "A5", "B5", "D5"}
    book = load_workbook(tmp_path / "out" / "schools висновок.xlsx")
    assert book.sheetnames == ["Зауваження", "Дані 'І'"]
    assert "не є числом" in book["Дані 'І'"]["C4"].comment.text
    assert book["Дані 'І'"]["C4"].value == "багато"
    assert book["Дані 'І'"]["B4"].comment is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"<html><table></table></html>", b"one,two\n1,2\n"])
def test_a_file_that_is_no_table_has_its_report_too(tmp_path, content):
    path = tmp_path / "schools.xlsx"
    path.write_bytes(content)
    outcome = outcome_of(path, tmp_path)
    assert (outcome.report["verdict"], outcome.exit_code) == ("rejected", 1)
    assert outcome.report["tables"][0]["findings"]
    assert all(written.exists() for written in outcome.written)
    assert (tmp_path / "out" / "schools.csv").read_text(encoding="utf-8") == "uid,name,cost,day\n"
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Не прийнято" in page


def test_the_kind_of_the_source_does_not_matter(tmp_path):
    source = {"kind": "api", "url": "https://example.gov.ua/schools"}
    assert outcome_of(csv_file(tmp_path, GOOD), tmp_path, {"source": source}).report["verdict"] == "accepted"


def test_a_reading_of_the_csv_gives_the_cleaned_table_back(tmp_path):
    rows = [["1", 'Школа "№ 1"', "1", ""], ["2", "два\u00a0слова", "", "2024-06-01"]]
    outcome = outcome_of(workbook(tmp_path, rows), tmp_path)
    back = pd.read_csv(tmp_path / "out" / "schools.csv", dtype="str", keep_default_na=False)
    assert back.mask(back == "").equals(outcome.tables[0][0].text)


ONE, TWO = {"id": "schools"}, {"id": "school-buses"}


def test_files_are_given_to_tables_by_pattern_by_id_and_by_name(tmp_path):
    files = [csv_file(tmp_path, GOOD, "school-buses_2024.csv"), csv_file(tmp_path, GOOD, "schools.csv")]
    dataset = catalogue(ONE, TWO).dataset("schools")
    assert [(table.id, path.name) for table, path in assign(dataset, files, None)] == [
        ("schools", "schools.csv"),
        ("school-buses", "school-buses_2024.csv"),
    ]
    patterned = catalogue({**ONE, "source": {"kind": "folder", "pattern": "*2024*"}}, TWO).dataset("schools")
    assert [table.id for table, _ in assign(patterned, files[:1], None)] == ["schools"]
    assert [table.id for table, _ in assign(dataset, files[:1], "schools")] == ["schools"]


def test_one_workbook_serves_every_table_that_names_a_sheet_of_it(tmp_path):
    tables = [
        {**each, "source": {"kind": "folder", "sheet": number}} for number, each in enumerate((ONE, TWO), start=1)
    ]
    dataset = catalogue(*tables).dataset("schools")
    assert [table.id for table, _ in assign(dataset, [tmp_path / "all.xlsx"], None)] == ["schools", "school-buses"]


def test_one_zip_serves_every_table_of_a_dataset(tmp_path):
    made = catalogue({"id": "stops"}, {"id": "routes"}).dataset("schools")
    path = tmp_path / "gtfs.zip"
    assert [(table.id, given) for table, given in assign(made, [path], None)] == [("stops", path), ("routes", path)]


def test_a_file_nobody_knows_and_a_table_given_two_files_are_wrong_use(tmp_path):
    dataset = catalogue(ONE, TWO).dataset("schools")
    with pytest.raises(UsageFault, match="--table"):
        assign(dataset, [tmp_path / "other.csv"], None)
    with pytest.raises(UsageFault, match="2 files"):
        assign(dataset, [tmp_path / "schools.csv", tmp_path / "schools2.csv"], None)
    with pytest.raises(UsageFault, match="no table"):
        assign(dataset, [tmp_path / "schools.csv"], "pupils")


def test_people_in_a_column_are_told_beforehand_as_a_remark_and_never_quoted(tmp_path):
    numbers = [tax_number(random.Random(at)) for at in range(8)]
    rows = [[f"00{at}", number, "1", "2024-06-01"] for at, number in enumerate(numbers)]
    outcome = outcome_of(workbook(tmp_path, rows), tmp_path)
    (table,) = outcome.report["tables"]
    told = {each["code"]: each for each in table["findings"]}
    assert (outcome.report["verdict"], outcome.exit_code) == ("accepted_with_remarks", 0)
    assert (told["personal-column"]["severity"], told["personal-column"]["column"]) == ("warning", "name")
    assert "буде зупинено" in told["personal-column"]["message"]
    written = [path for path in outcome.written if path.name.startswith("report")]
    assert not [number for number in numbers for path in written if number in path.read_text(encoding="utf-8")]
    clean = (tmp_path / "out" / "schools.csv").read_text(encoding="utf-8")
    assert all(number in clean for number in numbers), "the table is the department's own"
