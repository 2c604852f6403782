"""The canary search of this room: what a gate says, keeps or draws never shows the cell it is about."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ternopil_pipelines.gates.judging import enter, summary
from ternopil_pipelines.reports.diff_page import diff_markdown, diff_page
from ternopil_pipelines_tests.gates.corpus import CALLED, KINDS
from ternopil_pipelines_tests.gates.town import COLUMNS, Town, rows


@pytest.mark.parametrize("kind", KINDS)
def test_no_value_of_a_blocked_column_is_shown_anywhere(tmp_path: Path, kind: str) -> None:
    dice = random.Random(kind)
    label = CALLED.get(kind, "Вид робіт")
    columns = [{**each, "label": label} if each["name"] == "kind" else each for each in COLUMNS]
    town = Town(tmp_path, columns=columns)
    town.publish(rows())
    data = [{**row, "kind": KINDS[kind](dice)} for row in rows(110)]
    edition, tables = town.keep(data)
    said = town.judge_edition(edition, tables)
    assert (said.verdict, said.gate) == ("rejected", "personal-data")
    enter(town.ledger, edition, said, who="run 1")
    page = diff_page(said, dataset=edition.dataset, title="Роботи", edition=edition.address)
    shown = "".join(
        [str(said), str(summary(said)), str(said.diff and said.diff.as_json()), page, diff_markdown(said),
         str([each.as_json() for each in said.findings]), str(town.ledger.entries())]
    )  # fmt: skip
    leaked = [row["kind"] for row in data if row["kind"] in shown]
    assert leaked == []
