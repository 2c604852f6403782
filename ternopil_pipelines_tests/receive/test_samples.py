"""Real files of cities against gold tables made by an independent script. They lie outside the repository."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.catalogue.structures import structure_names
from ternopil_pipelines.receive.file import receive_file
from ternopil_pipelines_tests.receive.making import codes, rows_of, table

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the real files are not at {SAMPLES}")


def _value(cell: str | None) -> str | float | None:
    """Text with blanks collapsed; numbers as numbers, whatever their thousands and decimal marks."""
    text = " ".join((cell or "").split())
    if text in {"", "null"}:
        return None
    plain = text.replace(" ", "").replace(",", ".")
    return round(float(plain), 9) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else text


@pytest.mark.parametrize(
    ("file", "gold", "first", "untyped"),
    [
        ("ternopil/capital-works (2)(1).xlsx", "capital-works", 2, {(440, "Longitude")}),
        ("ternopil/charitable-contributions.csv", "charitable-contributions", 2, set()),
        ("lviv/stops-semicolon-bom.csv", "stops", 2, set()),
        ("lviv/stops-comma.csv", "stops", 2, set()),
        ("kropyvnytskyi/tree-pruning.xlsx", "tree-pruning", 3, set()),
        ("national/macro-forecast-cp1251.csv", "macro-forecast", 2, set()),
    ],
)
def test_a_real_file_gives_its_gold_table(file: str, gold: str, first: int, untyped: set[tuple[int, str]]) -> None:
    """`untyped`: cells that only typing makes absent, which is not receiving's."""
    with (SAMPLES / "gold" / f"{gold}.csv").open(encoding="utf-8", newline="") as opened:
        header, *expected = csv.reader(opened)
    receipt = receive_file(SAMPLES / file, table(*header))
    assert list(receipt.text.columns) == header
    assert int(receipt.rows[0]) == first
    differing = {
        (row, name)
        for row, (one, other) in enumerate(zip(rows_of(receipt), expected, strict=True))
        for name, left, right in zip(header, one, other, strict=True)
        if _value(left) != _value(right)
    }
    assert differing == untyped


def test_every_fifth_official_example_is_read_by_its_structure() -> None:
    names = {name.replace("/", "-").casefold(): name for name in structure_names()}
    read = 0
    for path in sorted((SAMPLES / "official-examples").glob("*.xlsx"))[::5]:
        annex, _, own = path.stem.partition("-")
        structure = names[f"{int(annex)}-{own}".casefold()]
        declared = Table.model_validate({"id": "t", "structure": structure, "source": {"kind": "folder"}})
        receipt = receive_file(path, declared)
        assert set(codes(receipt)) <= {"label-row-left-out"}, path.name
        assert len(receipt.text) in {0, 3}, path.name
        read += 1
    assert read > 10
