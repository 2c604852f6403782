"""Real files of cities against their gold tables and the faults known to be in them; skipped where they are absent."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.reports.check import check
from ternopil_pipelines_tests.reports.making import catalogue

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not on this machine")

TYPES = {
    "capital-works": {"cost": "decimal", "year": "integer", "Latitude": "decimal", "Longitude": "decimal"},
    "charitable-contributions": {"valueAmount": "decimal", "year": "integer", "date": "date"},
    "tree-pruning": {
        "orderDate": "date",
        "dateReceived": "date",
        "latitude": "decimal",
        "longitude": "decimal",
        "itemQuantityPlan": "integer",
    },
    "macro-forecast": {"№": "integer"}
    | {f"Прогноз {year} сценарій {n}": "decimal" for year in (2020, 2021) for n in (1, 2, 3)},
}
CASES = {
    "ternopil/capital-works (2)(1).xlsx": (
        "capital-works",
        {("number-glued", "Longitude"): 1, ("values-missing", "repairment_company"): 20},
    ),
    "ternopil/charitable-contributions.csv": (
        "charitable-contributions",
        {
            ("spelling-variants", "usageStatus"): 9,
            ("edrpou-lost-zero", "recipientID"): 397,
            ("amount-zero", "valueAmount"): 1,
        },
    ),
    "lviv/stops-semicolon-bom.csv": (
        "stops",
        {("value-missing", "addressLocatorDesignator"): 285, ("key-repeated", "uid"): 4},
    ),
    "lviv/stops-comma.csv": (
        "stops",
        {("value-missing", "addressLocatorDesignator"): 285, ("key-repeated", "uid"): 4},
    ),
    "kropyvnytskyi/tree-pruning.xlsx": (
        "tree-pruning",
        {("date-two", "orderDate"): 1, ("date-two", "dateReceived"): 1, ("coordinates-missing", "latitude"): 2},
    ),
    "national/macro-forecast-cp1251.csv": ("macro-forecast", {}),
}


def gold_of(name: str) -> pd.DataFrame:
    return pd.read_csv(SAMPLES / "gold" / f"{name}.csv", dtype="str", keep_default_na=False)


def table_of(name: str) -> dict[str, object]:
    if name == "stops":
        return {"structure": "27/stops", "columns": []}
    with (SAMPLES / "gold" / f"{name}.csv").open(encoding="utf-8") as lines:
        header = next(csv.reader(lines))
    return {"columns": [{"name": each, "type": TYPES[name].get(each, "string")} for each in header]}


def same(one: pd.Series, other: pd.Series) -> pd.Series:
    texts = [each.str.split().str.join(" ") for each in (one, other)]
    numbers = [pd.to_numeric(each, errors="coerce") for each in texts]
    return (texts[0] == texts[1]) | ((numbers[0] - numbers[1]).abs() < 1e-9)


@pytest.mark.parametrize("path", CASES)
def test_a_real_file_becomes_its_gold_table_and_its_faults_are_told(path, tmp_path):
    name, reported = CASES[path]
    made = catalogue({"id": "things", **table_of(name)})
    outcome = check(made, made.dataset("schools"), [SAMPLES / path], out=tmp_path)
    gold, ours = gold_of(name), pd.read_csv(tmp_path / "things.csv", dtype="str", keep_default_na=False)
    assert list(ours.columns) == list(gold.columns)
    assert len(ours) == len(gold)
    named = {
        (each["row"], each["column"]) for each in outcome.report["tables"][0]["findings"] if each["severity"] == "error"
    }
    rows = outcome.tables[0][1].rows
    for column in gold:
        differ = {(int(rows[at]), column) for at in (~same(ours[column], gold[column])).to_numpy().nonzero()[0]}
        assert differ <= named, "a cell differs from the gold without an error that names it"
    counts: dict[tuple[str, str], int] = {}
    for each in outcome.report["tables"][0]["findings"]:
        key = (each["code"], each["column"])
        counts[key] = counts.get(key, 0) + each["count"]
    assert reported.items() <= counts.items()


@pytest.mark.parametrize("path", sorted((SAMPLES / "official-examples").glob("*.xlsx")), ids=lambda path: path.stem)
def test_an_official_example_is_read_whole_and_judged_by_its_structure(path, tmp_path):
    annex, table = path.stem.split("-")
    structure = f"{int(annex)}/{table}"
    made = catalogue({"id": "things", "structure": structure, "columns": []})
    assert isinstance(made.datasets[0].tables[0], Table)
    outcome = check(made, made.dataset("schools"), [path], out=tmp_path)
    (judged,) = outcome.report["tables"]
    codes = {each["code"] for each in judged["findings"]}
    assert "header-not-found" not in codes
    assert judged["rows"] or "table-empty" in codes
    assert "column-missing" not in codes or judged["rows"]
