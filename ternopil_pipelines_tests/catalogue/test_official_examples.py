"""The official filled examples of the structures: what is said of each, against a list looked through by hand.

Each line of `official_examples.json` was compared with the cell it names (2026-11): codes and places only, none of the
examples' text. The examples break their own structures: years where a date is asked, codes that lost their zeros or
were made up, links without a scheme, numbers that a spreadsheet took for dates. Those with labels only have no rows.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.catalogue.structures import structure
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.file import receive_file

EXAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "official-examples"
EXPECTED: dict[str, dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("official_examples.json").read_text(encoding="utf-8")
)
pytestmark = pytest.mark.skipif(
    not EXAMPLES.exists(), reason="the official examples (../shared/samples/official-examples) are not here"
)


def place(finding: Finding) -> str:
    return finding.cell or (f"row {finding.row}" if finding.row else finding.column or "table")


def said_of(name: str) -> dict[str, list[str]]:
    annex, _, table_name = name.partition("/")
    table = Table.model_validate({"id": "t", "structure": name, "source": {"kind": "folder"}})
    receipt = receive_file(EXAMPLES / f"{int(annex):02}-{table_name}.xlsx", table)
    said: dict[str, list[str]] = {}
    for each in clean(receipt, table, structure(name).columns).findings:
        said.setdefault(each.code, []).append(place(each))
    return {code: sorted(places) for code, places in sorted(said.items())}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_official_example_is_told_exactly_what_it_breaks(name: str) -> None:
    assert said_of(name) == EXPECTED[name]


def test_no_example_is_left_out() -> None:
    there = {f"{int(path.stem.split('-')[0])}/{path.stem.split('-')[1]}" for path in EXAMPLES.glob("*.xlsx")}
    assert there == set(EXPECTED)
