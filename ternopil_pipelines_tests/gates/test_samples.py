"""The gate over real files of the country: what it blocks there is known, file by file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.structures import structure, structure_names
from ternopil_pipelines.gates.columns import suspicions
from ternopil_pipelines.gates.formulas import formulas
from ternopil_pipelines.gates.lawful import lawful

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason=f"no real files at {SAMPLES}")


def blocked(frame: pd.DataFrame, name: str | None = None) -> set[str]:
    known = {each.name.casefold(): each for each in structure(name).columns} if name else {}
    found = set()
    for place, header in enumerate(frame.columns):
        column = known.get(str(header).strip().casefold()) or Column(name=str(header)[:60], type="string")
        cells = [None if pd.isna(cell) else str(cell) for cell in frame.iloc[:, place]]
        array = pa.array(cells, pa.large_string())
        assert not len(formulas(array)), header
        ground = lawful(name, column)
        for each in suspicions(column, array, today=date(2026, 3, 1)):
            if each.code != "personal-cell" and not (ground and ground.covers(each.kind.name)):
                found.add(column.name)
    return found


@pytest.mark.parametrize("name", ["capital-works", "charitable-contributions", "macro-forecast", "stops"])
def test_a_lawful_register_of_a_city_is_not_blocked(name: str) -> None:
    assert blocked(pd.read_csv(SAMPLES / "gold" / f"{name}.csv", dtype=str)) == set()


def test_citizens_named_among_organisations_are_shown_to_a_person() -> None:
    assert blocked(pd.read_csv(SAMPLES / "gold" / "tree-pruning.csv", dtype=str)) == {"senderName"}


def test_no_official_example_is_blocked() -> None:
    columns = 0
    for path in sorted((SAMPLES / "official-examples").glob("*.xlsx")):
        annex, _, table = path.stem.partition("-")
        near = {str(int(annex) + step) for step in (-1, 0, 1)}
        names = [each for each in structure_names() if each.split("/")[1] == table and each.split("/")[0] in near]
        frame = pd.read_excel(path, dtype=str, engine="calamine")
        columns += len(frame.columns)
        assert blocked(frame, names[0] if names else None) == set(), path.name
    assert columns >= 300
