"""What a person does to a publication: back, away, erased, taken over; each by name and with a reason."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests
from ckanapi import RemoteCKAN

from ternopil_pipelines.installation import code_version
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal.retirement import retire as mark_retired
from ternopil_pipelines_tests.commands.conftest import Ternopil
from ternopil_pipelines_tests.commands.test_closed_paths import look
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town

NEWER = REPAIRS.replace("10.50", "12.50") + "004,Валова,1.25,2026-05-04\n"


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
    [quiet] = again.document["datasets"]
    assert (again.code, quiet["state"], quiet["edition"]) == (0, "unchanged", good), "a person rejected the other one"
    assert bad[:12] in quiet["said"] and good[:12] in quiet["said"]
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
    assert {each.body["entered_with"] for each in town.installation.ledger.entries()} == {code_version()}
    told = ternopil("evidence", "show", name).out
    assert all(f"{status}  {address}" in told for address, status in away.document["closed"].items())


def _published(town: Town, ternopil: Ternopil, text: str, purpose: str = "Звітність.") -> str:
    town.drop(text)
    declared = town.sources.read_text(encoding="utf-8")
    town.sources.write_text(re.sub("purpose: [^\n]+", f"purpose: {purpose}", declared, count=1), encoding="utf-8")
    [said] = ternopil("publish", town.repairs.id, "--json").document["datasets"]
    assert said["state"] == "published"
    return str(said["edition"])


def _shown(town: Town) -> tuple[object, object, object]:
    """Bytes by format, rows without CKAN's own numbers, and the passport."""
    seen = look(town, town.repairs.id)
    resources = seen["page"]["resources"]
    files = sorted((each["name"], each["format"], seen["files"][each["id"]]) for each in resources)
    rows = [[{**row, "_id": None} for row in table] for table in seen["tables"].values()]
    extras = sorted((each["key"], each["value"]) for each in seen["page"]["extras"])
    return files, rows, (extras, seen["page"]["title"])


@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_a_rollback_works_there_and_back_one_command_each_way(
    town: Town, ternopil: Ternopil, portal: LocalPortal, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("DATASTORE_URL", str(portal.status().datastore_write_url))
    text = town.sources.read_text(encoding="utf-8").replace("portal: {", 'portal: {datastore_url: "${DATASTORE_URL}", ')
    monthly = "frequency: once a month\n"
    town.sources.write_text(text.replace(monthly, f"{monthly}    publish_mode: {mode}\n"), encoding="utf-8")
    name = town.repairs.id
    older = _published(town, ternopil, REPAIRS, "Перша мета")
    first = _shown(town)
    newer = _published(town, ternopil, NEWER, "Друга мета")
    second = _shown(town)
    assert first != second

    for words, edition, shown in (
        (["rollback", name, "--note", "помилка"], older, first),
        (["rollback", name, "--to", newer[:12], "--note", "усе гаразд"], newer, second),
        (["rollback", name, "--note", "таки помилка"], older, first),
    ):
        said = ternopil(*words, "--json")
        assert (said.code, said.document["edition"]) == (0, edition)
        assert _shown(town) == shown
        entry = town.installation.ledger.last(name, "published")
        assert entry is not None and entry.edition == edition and entry.body["mode"] == mode
        assert "person" in entry.who
        [quiet] = ternopil("publish", name, "--json").document["datasets"]
        assert (quiet["state"], quiet["exit_code"], quiet["edition"]) == ("unchanged", 0, edition)
        assert _shown(town) == shown, "the next run keeps what a person put there"
    assert "Нічого нового" in ternopil("publish", name).out
    why = [each.body["why"] for each in town.installation.ledger.entries(name, "decision")]
    assert [each for each in why if "rolled" in each or "brought" in each] == [
        "rolled back: помилка",
        "brought back: усе гаразд",
        "rolled back: таки помилка",
    ]
    assert ternopil("evidence", "verify", "--json").document["problems"] == []


@pytest.mark.parametrize("hindered", ["embargo", "token", "portal"])
def test_a_rollback_that_cannot_be_made_changes_nothing(
    town: Town, ternopil: Ternopil, monkeypatch: pytest.MonkeyPatch, hindered: str
) -> None:
    name = town.repairs.id
    _published(town, ternopil, REPAIRS)
    newer = _published(town, ternopil, NEWER)
    before, entries = _shown(town), town.installation.ledger.entries()
    declared = town.sources.read_text(encoding="utf-8")
    with monkeypatch.context() as patched:
        if hindered == "embargo":
            text = declared.replace("once a month\n", "once a month\n    embargo: 2999-12-01T09:00\n")
            town.sources.write_text(text, encoding="utf-8")
        elif hindered == "token":
            patched.setenv("CKAN_API_TOKEN", "dead")
        else:
            patched.setenv("CKAN_URL", "http://127.0.0.1:9")
        said = ternopil("rollback", name, "--json")
        assert said.code == (1 if hindered == "embargo" else 3), said.out
    town.sources.write_text(declared, encoding="utf-8")
    assert town.installation.ledger.entries() == entries
    [quiet] = ternopil("publish", name, "--json").document["datasets"]
    assert (quiet["state"], quiet["edition"]) == ("unchanged", newer)
    assert _shown(town) == before


def test_a_rollback_that_another_publisher_forestalls_leaves_what_stands(town: Town, ternopil: Ternopil) -> None:
    name = town.repairs.id
    _published(town, ternopil, REPAIRS)
    newer = _published(town, ternopil, NEWER)
    with town.installation.journal.claim(name):
        assert ternopil("rollback", name, "--json").code != 0
    [quiet] = ternopil("publish", name, "--json").document["datasets"]
    assert (quiet["state"], quiet["exit_code"], quiet["edition"]) == ("unchanged", 0, newer)
    assert ternopil("rollback", name, "--json").code == 0


def test_a_ledger_that_cannot_be_read_hides_no_altered_edition(town: Town, ternopil: Ternopil) -> None:
    edition = _published(town, ternopil, REPAIRS)
    file = next((town.root / "home" / "editions").rglob("*.csv"))
    file.write_bytes(file.read_bytes() + b"x")
    with closing(sqlite3.connect(town.root / "home" / "ledger.db")) as connection, connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("UPDATE ledger_entries SET body = '{' WHERE sequence = 2")
    told = ternopil("evidence", "verify", "--json")
    assert (told.code, told.document["entries"]) == (1, None)
    assert any(edition in each and file.name in each for each in told.document["problems"])
    assert any("entry 2" in each for each in told.document["problems"])
    assert "не прочитати" in ternopil("evidence", "verify").out


def test_two_rollbacks_in_a_row_go_two_editions_back_and_a_third_says_that_there_is_none(
    town: Town, ternopil: Ternopil
) -> None:
    name = town.repairs.id
    oldest = _published(town, ternopil, REPAIRS)
    middle = _published(town, ternopil, NEWER)
    _published(town, ternopil, NEWER + "005,Пасічна,2,2026-06-01\n")
    assert ternopil("rollback", name, "--json").document["edition"] == middle
    assert ternopil("rollback", name, "--json").document["edition"] == oldest
    none = ternopil("rollback", name)
    assert none.code == 2 and "no earlier publication" in none.err and middle[:12] in none.err


def test_what_was_withdrawn_is_approved_anew_by_name_and_an_erased_edition_never(
    town: Town, ternopil: Ternopil
) -> None:
    name = town.repairs.id
    older = _published(town, ternopil, REPAIRS)
    newer = _published(town, ternopil, NEWER)
    shown = _shown(town)
    assert ternopil("withdraw", name, "--reason", "помилкова тривога").code == 0
    assert ternopil("rollback", name, "--to", newer[:12]).code == 1, "a withdrawal is no rollback"
    refused = ternopil("approve", name, "--note", "так")
    assert refused.code == 1 and f"--edition {newer[:12]}" in refused.err
    assert ternopil("approve", name, "--edition", newer[:12], "--note", " ").code == 2
    assert ternopil("approve", name, "--edition", newer[:12], "--note", "тривога помилкова").code == 0
    assert ternopil("publish", name, "--json").document["datasets"][0]["state"] == "published"
    assert _shown(town)[:2] == shown[:2]

    assert ternopil("rollback", name).code == 0
    assert ternopil("evidence", "erase", name, newer[:12], "--reason", "витік").code == 0
    assert ternopil("rollback", name, "--to", newer[:12]).code == 1
    town.installation.ledger.append("withdrawn", who="person x", dataset=name, edition=newer, reason="ще раз")
    erased = ternopil("approve", name, "--edition", newer[:12], "--note", "так")
    assert erased.code == 1 and "for ever" in erased.err
    assert older[:12] in ternopil("rollback", name, "--to", "ffff").err


@pytest.mark.parametrize("state", ["retired", "no source yet"])
def test_a_leak_is_closed_whatever_state_the_dataset_has_since(town: Town, ternopil: Ternopil, state: str) -> None:
    _published(town, ternopil, REPAIRS)
    table = _table(town, town.repairs.id)
    text, monthly = town.sources.read_text(encoding="utf-8"), "frequency: once a month\n"
    town.sources.write_text(text.replace(monthly, f"{monthly}    state: {state}\n"), encoding="utf-8")
    said = ternopil("withdraw", town.repairs.id, "--reason", "витік", "--json")
    assert said.code == 0 and set(said.document["closed"].values()) <= {403, 404}
    assert requests.get(table["url"], timeout=60).status_code in {403, 404}
    assert ternopil("withdraw", "nobody", "--reason", "витік").code == 2


def test_retiring_is_said_on_the_portal_and_in_the_ledger_once(town: Town, ternopil: Ternopil) -> None:
    _published(town, ternopil, REPAIRS)
    before = _shown(town)
    assert ternopil("retire", town.repairs.id, "--json").document == {"dataset": town.repairs.id, "changed": True}
    after = _shown(town)
    assert after[:2] == before[:2], "the data stay"
    extras = {each["key"]: each["value"] for each in look(town, town.repairs.id)["page"]["extras"]}
    assert extras["update_frequency"] == "no longer updated"
    assert "уже так позначено" in ternopil("retire", town.repairs.id).out
    entries = ternopil("evidence", "show", town.repairs.id, "--json").document["entries"]
    [entry] = [each for each in entries if each["what"] == "retired"]
    assert entry["who"].startswith("person ")
    assert "retired" in ternopil("evidence", "show", town.repairs.id).out


def test_a_retirement_that_was_stopped_before_its_entry_is_entered_by_the_next_call(
    town: Town, ternopil: Ternopil
) -> None:
    _published(town, ternopil, REPAIRS)
    installation = town.installation
    with installation.client(town.repairs) as client:
        assert mark_retired(client=client, dataset=town.repairs, journal=installation.journal)
    assert ternopil("retire", town.repairs.id, "--json").document["changed"] is False
    ternopil("retire", town.repairs.id)
    entries = installation.ledger.entries(dataset=town.repairs.id)
    assert [each.what for each in entries].count("retired") == 1
    # Updated again, and retired a second time.
    _published(town, ternopil, NEWER)
    with installation.client(town.repairs) as client:
        assert mark_retired(client=client, dataset=town.repairs, journal=installation.journal)
    ternopil("retire", town.repairs.id)
    entries = installation.ledger.entries(dataset=town.repairs.id)
    assert [each.what for each in entries].count("retired") == 2


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
    [adopted] = town.installation.ledger.entries(town.repairs.id, "adopted")
    assert adopted.body["user"] == editor.action.user_show()["name"]
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
