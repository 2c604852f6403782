"""Rows set aside in a real run: the good ones on the portal, the gap told, the corrected file back without a trace."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import dagster as dg
import pytest
import requests
from ckanapi import RemoteCKAN

from ternopil_pipelines_tests.orchestration.town import Town

ROWS = [f"{at:03d},Руська,{at}.50,2026-02-{at:02d}" for at in range(1, 26)]
GAP = "немає 1 з 25 рядків"


@pytest.fixture
def lenient(town: Town) -> Town:
    text = town.sources.read_text(encoding="utf-8")
    town.sources.write_text(text.replace("- id: repairs\n", "- id: repairs\n        on_error: quarantine\n", 1))
    return town


def _drop(town: Town, **broken: str) -> None:
    """`broken`: number of a row → its cost."""
    rows = [
        ",".join([*row.split(",")[:2], broken.get(f"r{at}", row.split(",")[2]), row.split(",")[3]])
        for at, row in enumerate(ROWS, start=1)
    ]
    town.drop("id,street,cost,done\n" + "\n".join(rows) + "\n")


def _shown(anonymous: RemoteCKAN, town: Town) -> tuple[dict[str, Any], list[str]]:
    package = anonymous.action.package_show(id=town.repairs.id)
    (table,) = [each for each in package["resources"] if each["format"] == "CSV" and each["datastore_active"]]
    content = requests.get(table["url"], timeout=60).content.decode("utf-8")
    return package, [row["id"] for row in csv.DictReader(io.StringIO(content, newline=""))]


def test_a_bad_row_waits_aside_the_rest_goes_out_and_the_corrected_file_brings_it_back(
    lenient: Town, instance: dg.DagsterInstance, anonymous: RemoteCKAN
) -> None:
    aside = lenient.root / "home" / "quarantine" / lenient.repairs.id
    _drop(lenient, r7="дорого")
    first = lenient.run(lenient.repairs, instance)
    assert (first.state, first.rows) == ("published", 24), first.said
    package, ids = _shown(anonymous, lenient)
    assert ids == [f"{at:03d}" for at in range(1, 26) if at != 7]
    assert GAP in package["notes"], "the description states the gap"

    rows = (aside / "repairs.csv").read_text(encoding="utf-8")
    assert rows.splitlines()[1:] == ["8,007,Руська,дорого,2026-02-07"]
    about = json.loads((aside / "repairs.json").read_text(encoding="utf-8"))
    assert [(each["code"], each["row"], each["column"]) for each in about["findings"]] == [
        ("number-expected", 8, "cost")
    ]
    verdict = json.loads((lenient.verdict / "report.json").read_text(encoding="utf-8"))
    told = {each["code"]: each["count"] for table in verdict["tables"] for each in table["findings"]}
    assert (verdict["verdict"], told["rows-set-aside"]) == ("accepted_with_remarks", 1)
    edition = lenient.installation.archive.latest(lenient.repairs.id)
    assert edition is not None and b"rows-set-aside" in (lenient.installation.archive.report(edition) or b"")
    published = lenient.installation.ledger.last(lenient.repairs.id, "published")
    assert published is not None and published.body["findings"]["rows-set-aside"] == 1

    assert lenient.run(lenient.repairs, instance).state == "unchanged"
    assert (aside / "repairs.csv").exists(), "the same file again: the row still waits"

    _drop(lenient)
    mended = lenient.run(lenient.repairs, instance)
    assert (mended.state, mended.rows) == ("published", 25), mended.said
    package, ids = _shown(anonymous, lenient)
    assert (len(ids), "тимчасово немає" in package["notes"]) == (25, False)
    assert not list(aside.glob("*"))
    assert lenient.installation.ledger.verify() == []


def test_above_the_share_the_table_is_refused_and_the_portal_keeps_what_it_had(
    lenient: Town, instance: dg.DagsterInstance, anonymous: RemoteCKAN
) -> None:
    _drop(lenient)
    assert lenient.run(lenient.repairs, instance).state == "published"
    before = _shown(anonymous, lenient)
    _drop(lenient, r7="дорого", r9="дешево")
    assert lenient.run(lenient.repairs, instance).state == "refused"
    assert _shown(anonymous, lenient) == before
