"""A whole publication by Dagster to the real CKAN, and what becomes of a department's mistake."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from typing import Any

import dagster as dg
import pytest
import requests
from ckanapi import RemoteCKAN

from ternopil_pipelines.faults import PermanentFault
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration import publishing
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.names import publication_key, table_key
from ternopil_pipelines.portal.publication import Publication
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town, events

PASSPORT_FIELDS = ("title", "notes", "license_id", "maintainer", "maintainer_email", "organization", "tags")
PASSPORT_EXTRAS = ("update_frequency", "purpose_of_collecting_information", "language", "identifier", "holder")


def _shown(anonymous: RemoteCKAN, town: Town, dataset: str) -> dict[str, Any]:
    return dict(anonymous.action.package_show(id=f"{town.prefix}-{dataset}"))


def _csv(package: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The resource with the table and its rows; the structure file is a CSV too."""
    (resource,) = [each for each in package["resources"] if each["format"] == "CSV" and each["datastore_active"]]
    content = requests.get(resource["url"], timeout=60).content
    return resource, list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def test_a_department_s_file_is_published_whole_and_a_second_run_touches_nothing(
    town: Town, instance: dg.DagsterInstance, anonymous: RemoteCKAN
) -> None:
    first = town.run(town.repairs, instance)
    assert (first.state, first.rows, first.exit_code) == ("published", 3, 0), first.said
    package = _shown(anonymous, town, "repairs")
    assert all(package[name] for name in PASSPORT_FIELDS)
    extras = {each["key"]: each["value"] for each in package["extras"]}
    assert all(extras[name] for name in PASSPORT_EXTRAS)
    assert extras["edition"] == first.edition
    for resource in package["resources"]:
        content = requests.get(resource["url"], timeout=60).content
        assert hashlib.sha256(content).hexdigest() == resource["hash"], resource["name"]
    resource, rows = _csv(package)
    assert [row["id"] for row in rows] == ["001", "002", "003"]
    assert [row["street"] for row in rows] == ["Руська", "Київська", "Замкова"]
    table = anonymous.action.datastore_search(resource_id=resource["id"])
    assert table["total"] == len(rows)
    assert [(row["id"], row["street"]) for row in table["records"]] == [(row["id"], row["street"]) for row in rows]

    entry = town.installation.ledger.last(town.repairs.id, "published")
    assert entry is not None and entry.body["receipt"]["tables"] == {"repairs": 3}
    assert set(entry.body["receipt"]["files"].values()) == {each["hash"] for each in package["resources"]}
    with town.installation.client(town.repairs) as client:
        assert entry.body["user"] and entry.body["user"] == client.user()
    judged = town.installation.ledger.last(town.repairs.id, "decision")
    assert judged is not None and entry.body["decision"]["sequence"] == judged.sequence
    shown = instance.get_latest_materialization_event(publication_key(town.repairs))
    assert shown is not None and shown.asset_materialization is not None
    assert shown.asset_materialization.metadata["receipt"].value == entry.body["receipt"]

    second = town.run(town.repairs, instance)
    assert (second.state, second.edition) == ("unchanged", first.edition)
    assert _shown(anonymous, town, "repairs") == package
    names = [each for each in anonymous.action.package_list() if each.startswith(town.prefix)]
    assert names == [f"{town.prefix}-repairs"]
    shown = instance.get_latest_materialization_event(publication_key(town.repairs))
    assert shown is not None and shown.asset_materialization is not None
    assert shown.asset_materialization.metadata["unchanged"].value is True
    assert [each.what for each in town.installation.ledger.entries(dataset=town.repairs.id)] == [
        "received",
        "kept",
        "decision",
        "published",
        "received",
        "unchanged",
    ]
    assert town.installation.ledger.verify() == []


def test_a_run_that_ends_between_the_portal_and_its_entry_leaves_the_receipt_to_the_next(
    town: Town, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Publication] = []

    def dies(_: Installation, published: Publication, **__: object) -> None:
        shown.append(published)
        raise PermanentFault("no entry")

    with monkeypatch.context() as broken:
        broken.setattr(publishing, "_enter", dies)
        assert town.run(town.repairs, instance).state == "refused"
    town.run(town.repairs, instance)
    entry = town.installation.ledger.last(town.repairs.id, "published")
    assert entry is not None and entry.body["receipt"]["tables"] == {"repairs": 3}
    assert town.run(town.repairs, instance).state == "unchanged"
    ledger = town.installation.ledger
    assert ledger.last(town.repairs.id, "published") == entry
    # What was withdrawn and found on the portal again is published again, not unchanged.
    ledger.append("withdrawn", who="person x", dataset=town.repairs.id, edition=entry.edition, reason="витік")
    publishing._enter(town.installation, replace(shown[0], unchanged=True), run="next")
    again = ledger.last(town.repairs.id)
    assert again is not None and (again.what, again.edition) == ("published", entry.edition)


def test_one_changed_cell_of_a_database_is_a_new_edition_of_that_dataset_alone(
    town: Town, instance: dg.DagsterInstance, anonymous: RemoteCKAN
) -> None:
    assert town.run(town.repairs, instance).state == "published"
    first = town.run(town.calls, instance)
    before, ids = _shown(anonymous, town, "repairs"), {e["id"] for e in _shown(anonymous, town, "calls")["resources"]}
    town.call(3, "тепло")
    second = town.run(town.calls, instance)
    assert (first.state, second.state, second.rows) == ("published", "published", 3)
    after = _shown(anonymous, town, "calls")
    assert {each["id"] for each in after["resources"]} == ids
    assert [row["about"] for row in _csv(after)[1]] == ["вода", "світло", "тепло"]
    assert _shown(anonymous, town, "repairs") == before


BROKEN = {
    "a letter in a decimal column": (REPAIRS.replace("10.50", "десять"), "2", "cost", "десять"),
    "a person's phone in a decimal column": (REPAIRS.replace("10.50", "067 123-45-67"), "2", "cost", "67"),
    "a repeated key": (REPAIRS.replace("002,", "001,"), "3", "id", "001"),
}


def test_a_broken_file_is_refused_by_row_column_and_value_and_the_portal_keeps_the_last_good_edition(
    town: Town, instance: dg.DagsterInstance, anonymous: RemoteCKAN, subtests: pytest.Subtests
) -> None:
    good = town.run(town.repairs, instance)
    before = _shown(anonymous, town, "repairs")
    for name, (text, row, column, value) in BROKEN.items():
        with subtests.test(name):
            town.drop(text)
            refused = town.run(town.repairs, instance)
            assert (refused.state, refused.exit_code) == ("refused", 1)
            assert refused.said is not None
            assert f"рядок {row}" in refused.said and column in refused.said and value in refused.said
            assert _shown(anonymous, town, "repairs") == before
            assert "report.html" in {each.name for each in town.verdict.iterdir()}
            assert town.repairs_file.read_text(encoding="utf-8") == text
    (latest,) = instance.get_latest_materialization_events([table_key(town.repairs, town.repairs.tables[0])]).values()
    assert latest is not None and latest.run_id == good.run

    assert _publication_alone(town, instance).success
    assert _shown(anonymous, town, "repairs") == before
    town.drop(REPAIRS.replace("10.50", "11.50"))
    mended = town.run(town.repairs, instance)
    assert (mended.state, mended.edition != good.edition) == ("published", True)
    assert _csv(_shown(anonymous, town, "repairs"))[1][0]["cost"] == "11.50"


def test_a_person_s_number_in_the_wrong_cell_is_masked_wherever_it_is_told(
    town: Town, instance: dg.DagsterInstance
) -> None:
    town.drop(REPAIRS.replace("10.50", "067 123-45-67"))
    refused = town.run(town.repairs, instance)
    told = [str(refused.said), *(path.read_text(encoding="utf-8") for path in town.verdict.glob("report.*"))]
    told += [str(event) for event in events(instance)]
    told += [str(entry) for entry in town.installation.ledger.entries()]
    assert len(told) > 10
    assert [each for each in told if "123-45-67" in each or "1234567" in each] == []


def test_a_file_that_is_no_table_gets_a_verdict_too(town: Town, instance: dg.DagsterInstance) -> None:
    town.repairs_file.write_bytes(b"%PDF-1.7 \xff\xfe")
    refused = town.run(town.repairs, instance)
    assert (refused.state, refused.exit_code) == ("refused", 1)
    assert (town.verdict / "report.html").is_file()


def test_cells_are_previewed_on_the_edition_alone(town: Town, instance: dg.DagsterInstance) -> None:
    assert town.run(town.repairs, instance).state == "published"
    showing = set()
    for event in events(instance):
        if "Замкова" in str(event):
            showing.add(str(event.step_key))
    assert showing == {f"{town.prefix}_repairs__edition"}


def _publication_alone(town: Town, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    job = build_definitions(town.installation).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, asset_selection=[publication_key(town.repairs)])
