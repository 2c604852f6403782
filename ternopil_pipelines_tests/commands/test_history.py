"""What a person does to a publication: back, away, erased, taken over; each by name and with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from ckanapi import RemoteCKAN

from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines_tests.commands.conftest import Ternopil
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town


@pytest.fixture
def editor(portal: LocalPortal) -> Iterator[RemoteCKAN]:
    with RemoteCKAN(str(portal.status().url), apikey=portal.status().editor_token) as client:
        yield client


def _table(town: Town, package: str) -> dict[str, Any]:
    answer = requests.get(f"{town.variables['CKAN_URL']}/api/action/package_show", {"id": package}, timeout=60)
    found = [each for each in answer.json()["result"]["resources"] if each["format"] == "CSV"]
    return dict(next(each for each in found if each["datastore_active"]))


def test_a_leak_is_rolled_back_withdrawn_and_erased(town: Town, ternopil: Ternopil) -> None:
    name = town.repairs.id
    good = ternopil("publish", name, "--json").document["datasets"][0]["edition"]
    town.drop(REPAIRS + "004,Будинок Шевчук Олени,1,2026-04-05\n")
    bad = ternopil("publish", name, "--json").document["datasets"][0]["edition"]
    table = _table(town, name)
    assert "Олени" in requests.get(table["url"], timeout=60).content.decode()

    back = ternopil("rollback", name, "--note", "витік", "--json")
    assert (back.code, back.document["edition"]) == (0, good)
    assert "Олени" not in requests.get(table["url"], timeout=60).content.decode()
    again = ternopil("publish", name, "--json")
    assert (again.code, again.document["datasets"][0]["state"]) == (1, "refused"), "a person rejected this edition"
    assert "Олени" not in requests.get(table["url"], timeout=60).content.decode()

    away = ternopil("withdraw", name, "--reason", "витік", "--json")
    assert away.code == 0
    assert requests.get(table["url"], timeout=60).status_code in {403, 404}

    erased = ternopil("evidence", "erase", name, bad[:12], "--reason", "імʼя особи", "--json")
    assert (erased.code, erased.document["erased"]) == (0, bad)
    # As text, and as JSON in Dagster's event database writes it.
    forms = ("Олени".encode(), json.dumps("Олени").strip('"').encode())
    kept = [path for path in (town.root / "home").rglob("*") if path.is_file()]
    assert [path for path in kept if any(form in path.read_bytes() for form in forms)] == []
    assert ternopil("evidence", "verify", "--json").document["problems"] == []
    said = ternopil("evidence", "show", name, "--json").document["entries"]
    assert {"withdrawn", "erased"} <= {each["what"] for each in said}
    assert all(each["who"] for each in said)
    told = ternopil("evidence", "show", name).out
    assert all(f"{status}  {address}" in told for address, status in away.document["closed"].items())


def test_what_cannot_be_gone_back_to_is_wrong_use(town: Town, ternopil: Ternopil) -> None:
    assert ternopil("rollback", town.repairs.id).code == 2
    assert ternopil("rollback", town.repairs.id, "--to", "abc").code == 2
    assert ternopil("evidence", "erase", town.repairs.id, "abc", "--reason", "x").code == 2
    assert ternopil("withdraw", town.repairs.id).code == 2, "a reason is asked for"


def test_a_dataset_of_the_portal_is_taken_over_with_its_address(
    town: Town, ternopil: Ternopil, editor: RemoteCKAN
) -> None:
    old = f"{town.prefix}-old-name"
    made = editor.action.package_create(
        name=old,
        title="Ремонти, як було",
        owner_org=f"{town.prefix}-works",
        resources=[{"name": "Ремонти", "format": "CSV", "url": "https://example.gov.ua/old.csv"}],
    )
    said = ternopil("adopt", town.repairs.id, old, "--json")
    assert (said.code, said.document["package"]) == (0, old)
    assert town.repairs.package_name == old
    done = ternopil("publish", town.repairs.id, "--json")
    assert (done.code, done.document["datasets"][0]["state"]) == (0, "published")
    shown = editor.action.package_show(id=old)
    assert (shown["id"], shown["title"]) == (made["id"], "Ремонти")
    assert made["resources"][0]["id"] in {each["id"] for each in shown["resources"]}
    assert ternopil("adopt", town.repairs.id, f"{town.prefix}-nobody").code == 3


def test_a_dataset_somebody_keeps_private_is_not_taken_over(town: Town, ternopil: Ternopil, editor: RemoteCKAN) -> None:
    old = f"{town.prefix}-closed"
    editor.action.package_create(name=old, title="Закрите", owner_org=f"{town.prefix}-works", private=True)
    before = town.sources.read_text(encoding="utf-8")
    said = ternopil("adopt", town.repairs.id, old)
    assert said.code == 3
    assert "приватний" in said.out and "адміністратора порталу" in said.out
    assert town.sources.read_text(encoding="utf-8") == before
    assert [each.what for each in town.installation.ledger.entries(town.repairs.id)] == []
    assert ternopil("adopt", town.repairs.id, old, "--json").document["error"]["kind"] == "PortalRefused"
