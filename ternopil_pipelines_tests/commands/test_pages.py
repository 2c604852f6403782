"""`publish` of datasets that have a page in place of data, and what coverage, status and the ledger say of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from ternopil_pipelines_tests.commands.conftest import Ternopil
from ternopil_pipelines_tests.orchestration.town import Town

PAGES = """\
  - {id: PREFIX-trams, title: Трамваї, description: Трамвайні маршрути., purpose: Облік., keywords: [трамвай],
     holder: PREFIX-works, frequency: once a year, required: local/10, state: not applicable, reason: Трамваїв немає}
  - {id: PREFIX-stores, title: Сховища, description: Місця зберігання., purpose: Облік., keywords: [сховища],
     holder: PREFIX-works, frequency: once a year, required: local/11, state: restricted, reason: Обмежений доступ}
"""
RECORD = """\
dataset: PREFIX-stores
interest: public order
norm: стаття 9 Закону України «Про оборону України»
harm: Розкриття місць зберігання.
public_interest: Загальні обсяги оприлюднено.
weighing: Шкода переважає.
decision: restrict until
until: 2098-01-01
person: Відповідальна Особа
position: начальник управління
date: 2026-01-15
document: № 3-тт від 15.01.2026
review: 2097-01-15
"""


@pytest.fixture
def town(town: Town) -> Town:
    text = town.sources.read_text(encoding="utf-8")
    town.sources.write_text(text + PAGES.replace("PREFIX", town.prefix), encoding="utf-8")
    return town


def record(town: Town) -> Path:
    path = town.root / "three-part-tests" / "stores.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(RECORD.replace("PREFIX", town.prefix), encoding="utf-8")
    return path


def notes(town: Town, name: str) -> str:
    answer = requests.get(f"{town.variables['CKAN_URL']}/api/action/package_show", {"id": name}, timeout=60)
    return str(answer.json()["result"]["notes"])


def covered(ternopil: Ternopil, number: int) -> tuple[str, str]:
    listed = ternopil("report", "coverage", "--json").document["required"]
    found = next(each for each in listed if (each["list"], each["number"]) == ("local", number))
    return found["state"], found["reason"]


def test_pages_go_out_with_everything_else_once_and_follow_their_reason(town: Town, ternopil: Ternopil) -> None:
    trams, stores = f"{town.prefix}-trams", f"{town.prefix}-stores"
    assert covered(ternopil, 10) == (
        "not applicable",
        f"Трамваїв немає (Сторінки про це на порталі ще немає: її створить `ternopil publish {trams}`.)",
    )
    record(town)
    first = ternopil("publish", "--all", "--json")
    assert first.code == 0
    assert {each["dataset"]: each["state"] for each in first.document["datasets"]} == {
        town.repairs.id: "published", town.calls.id: "published", trams: "published", stores: "published",
    }  # fmt: skip
    assert "Трамваїв немає." in notes(town, trams) and "Розкриття місць зберігання." in notes(town, stores)
    assert covered(ternopil, 10) == ("not applicable", "Трамваїв немає")
    assert covered(ternopil, 11) == ("restricted", "Обмежений доступ")

    again = ternopil("publish", "--due", "--json").document["datasets"]
    assert {each["dataset"]: each["state"] for each in again} == {trams: "unchanged", stores: "unchanged"}
    town.sources.write_text(town.sources.read_text(encoding="utf-8").replace("Трамваїв немає", "Депо немає"))
    assert [each["state"] for each in ternopil("publish", trams, "--json").document["datasets"]] == ["published"]
    assert "Депо немає." in notes(town, trams)

    entries = ternopil("evidence", "show", trams, "--json").document["entries"]
    assert [each["what"] for each in entries] == ["page", "page"]
    standing = {each["id"]: each["state"] for each in ternopil("status", "--json").document["datasets"]}
    assert (standing[trams], standing[stores]) == ("fresh", "fresh")
    assert ternopil("evidence", "verify", "--json").document["problems"] == []


def test_a_restriction_without_a_record_of_its_test_has_no_page_and_says_why(town: Town, ternopil: Ternopil) -> None:
    stores = f"{town.prefix}-stores"
    said = ternopil("publish", stores)
    assert said.code == 2 and "three-part-tests/" in said.out
    assert covered(ternopil, 11)[1].endswith(f"`ternopil publish {stores}`.)")
    assert ternopil("retry", "--json").document["datasets"][0]["dataset"] == stores
    record(town)
    assert ternopil("retry", "--json").document["datasets"][0]["state"] == "published"
    assert ternopil("retry", "--json").document == {"datasets": []}


def test_personal_data_in_a_record_stop_the_page(town: Town, ternopil: Ternopil) -> None:
    path = record(town)
    path.write_text(path.read_text().replace("Розкриття місць зберігання.", "Телефон сторожа +380671234567."))
    said = ternopil("publish", f"{town.prefix}-stores")
    assert said.code == 1 and "harm" in said.out and "671234567" not in said.out + said.err


def test_published_data_are_withdrawn_before_a_restriction_has_its_page(town: Town, ternopil: Ternopil) -> None:
    repairs = town.repairs.id
    assert ternopil("publish", repairs).code == 0
    text = town.sources.read_text(encoding="utf-8")
    declared = f"  - id: {repairs}\n    state: not applicable\n    reason: Ремонтів не буває\n"
    town.sources.write_text(text.replace(f"  - id: {repairs}\n", declared), encoding="utf-8")
    refused = ternopil("publish", repairs)
    assert refused.code == 3 and "ternopil withdraw" in refused.out
    assert ternopil("withdraw", repairs, "--reason", "немає підстави").code == 0
    assert ternopil("publish", repairs).code == 0
    assert "Ремонтів не буває" in notes(town, repairs)

    town.sources.write_text(text, encoding="utf-8")
    back = ternopil("publish", repairs)
    assert back.code in {0, 1} and "Ремонтів не буває" in notes(town, repairs)
    town.drop(
        "id,street,cost,done\n001,Руська,11.50,2026-01-02\n002,Київська,7,2026-02-03\n003,Замкова,3.25,2026-03-04\n"
    )
    assert ternopil("publish", repairs).code == 0
    assert notes(town, repairs) == "Що ремонтують."
