"""Pages of datasets without data, on a real CKAN: made, left alone, brought up to date, turned into data and back."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines.catalogue.model import Catalogue
from ternopil_pipelines.evidence.decisions import decide
from ternopil_pipelines.faults import GateRefused, PortalRefused
from ternopil_pipelines.gates.three_part import Register
from ternopil_pipelines.gates.three_part import Test as Record
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Entry, Journal
from ternopil_pipelines.portal.pages import PageShown, show_page
from ternopil_pipelines.portal.passport import STATE, extra_of
from ternopil_pipelines.portal.withdrawal import withdraw
from ternopil_pipelines.reports.dataset_page import page_passport
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import Shelf, catalogue

TODAY = date(2026, 11, 23)
Shown = dict[str, Any]


def record(name: str, **changes: object) -> Record:
    return Record.model_validate(
        {
            "dataset": name,
            "interest": "public order",
            "norm": "стаття 9 Закону України «Про оборону України»",
            "harm": "Розкриття місць зберігання.",
            "public_interest": "Загальні обсяги оприлюднено.",
            "weighing": "Шкода переважає.",
            "decision": "restrict until",
            "until": "2028-01-01",
            "person": "Відповідальна Особа",
            "position": "начальник управління",
            "date": "2026-01-15",
            "document": "№ 3-тт від 15.01.2026",
            "review": "2027-01-15",
            **changes,
        }
    )


class Pages:
    def __init__(self, client: PortalClient, journal: Journal, name: str) -> None:
        self.client, self.journal, self.name = client, journal, name

    def city(self, state: str = "not applicable", reason: str = "Трамваїв у місті немає", **changes: Any) -> Catalogue:
        return catalogue(self.name, state=state, reason=reason, required="local/10", **changes)

    def put(self, city: Catalogue, *tests: Record) -> PageShown:
        [dataset] = city.datasets
        passport = page_passport(city, dataset, Register(tests), TODAY)
        return show_page(client=self.client, dataset=dataset, passport=passport, journal=self.journal)

    def seen(self, name: str | None = None) -> Shown:
        """As a citizen."""
        return dict(self.client.read("package_show", anonymous=True, id=name or self.name))


@pytest.fixture
def pages(client: PortalClient, tmp_path: Path, name: str) -> Pages:
    return Pages(client, Journal(tmp_path / "journal"), name)


def test_a_page_says_state_reason_ground_review_and_whom_to_ask_and_has_no_files(pages: Pages) -> None:
    shown = pages.put(pages.city())
    seen = pages.seen()
    assert not shown.unchanged and shown.url.endswith(f"/dataset/{pages.name}")
    assert seen["resources"] == [] and seen["private"] is False
    for words in (
        "Стан: не застосовується", "Причина: Трамваїв у місті немає.", "№ 835", "пункт 10", "Перегляд:",
        "kontakt@example.ua", "+380352000000", "Перелік робіт",
    ):  # fmt: skip
        assert words in seen["notes"]
    assert extra_of(seen, STATE) == "not applicable"
    assert extra_of(seen, "update_frequency") == "once a day"


def test_the_second_time_nothing_is_written_and_another_reason_is(pages: Pages) -> None:
    first = pages.put(pages.city())
    before = pages.seen()["metadata_modified"]
    assert pages.put(pages.city()).unchanged
    assert pages.seen()["metadata_modified"] == before
    changed = pages.put(pages.city(reason="Трамвайного депо немає"))
    assert (changed.unchanged, changed.package) == (False, first.package)
    assert "Трамвайного депо немає" in pages.seen()["notes"]
    assert "Трамваїв у місті" not in pages.seen()["notes"]


def test_what_others_changed_on_the_page_is_brought_back_and_what_they_added_stays(pages: Pages) -> None:
    pages.put(pages.city())
    package = pages.seen()
    theirs = {"key": "their-note", "value": "тут"}
    pages.client.call("package_patch", id=pages.name, notes="", extras=[*package["extras"], theirs])
    pages.client.call(
        "resource_create", package_id=pages.name, url="https://example.ua/a.pdf", format="PDF", name="Акт"
    )
    assert not pages.put(pages.city()).unchanged
    seen = pages.seen()
    assert "не застосовується" in seen["notes"] and extra_of(seen, "their-note") == "тут"
    assert [each["name"] for each in seen["resources"]] == ["Акт"]
    assert pages.put(pages.city()).unchanged


def test_the_result_of_the_three_part_test_is_on_the_page(pages: Pages) -> None:
    city = pages.city(state="restricted", reason="Відомості з обмеженим доступом")
    pages.put(city, record(pages.name))
    notes = pages.seen()["notes"]
    for words in (
        "доступ обмежено до 01.01.2028", "№ 3-тт від 15.01.2026", "громадський порядок", "Розкриття місць зберігання.",
        "Загальні обсяги оприлюднено.", "Шкода переважає.", "Про оборону України", "статті 6", "до 15.01.2027",
        "начальник управління", "Запитати:",
    ):  # fmt: skip
        assert words in notes
    later = record(pages.name, review="2027-06-01", date="2026-06-01")
    assert not pages.put(city, record(pages.name), later).unchanged
    assert "до 01.06.2027" in pages.seen()["notes"]


@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_data_come_onto_the_same_address_when_the_state_is_active_again(
    mode: str, pages: Pages, press: Press, shelf: Shelf
) -> None:
    page = pages.put(pages.city())
    published = press(shelf.keep(catalogue(pages.name, publish_mode=mode), "first"), journal=pages.journal)
    seen = pages.seen()
    assert (seen["id"], published.url) == (page.package, page.url)
    assert seen["notes"] == "Перелік робіт" and extra_of(seen, STATE) is None
    assert {each["format"] for each in seen["resources"]} >= {"CSV", "JSON"}
    rows = pages.client.read("datastore_search", anonymous=True, resource_id=published.resources[0].id, limit=0)
    assert rows["total"] == 40


def test_data_that_still_stand_are_not_hidden_behind_a_page(pages: Pages, press: Press, shelf: Shelf) -> None:
    press(shelf.keep(catalogue(pages.name), "first"), journal=pages.journal)
    with pytest.raises(PortalRefused, match="ternopil withdraw"):
        pages.put(pages.city())
    assert len(pages.seen()["resources"]) > 1


def test_what_was_withdrawn_stays_withdrawn_under_the_page_and_after_it(
    pages: Pages, press: Press, shelf: Shelf
) -> None:
    city = catalogue(pages.name)
    pair = shelf.keep(city, "leaked")
    published = press(pair, journal=pages.journal)
    withdraw(
        client=pages.client, ledger=shelf.ledger, dataset=city.datasets[0], journal=pages.journal, reason="витік",
        who="test",
    )  # fmt: skip
    restricted = pages.city(state="restricted", reason="Витік")
    pages.put(restricted, record(pages.name))
    assert pages.seen()["resources"] == []
    with pytest.raises(GateRefused):
        press(pair, journal=pages.journal)
    assert pages.put(restricted, record(pages.name)).unchanged
    for each in published.resources:
        assert pages.client.status_of(each.url) in {403, 404}
        assert pages.client.status_of(f"{pages.client.url}/datastore/dump/{each.id}") in {403, 404}
    better = shelf.keep(city, "mended")
    decide(shelf.ledger, better[1], "approved", by="test", why="без витоку")
    press(better, journal=pages.journal)
    assert "leaked" not in "".join(
        str(pages.client.read("datastore_search", anonymous=True, resource_id=each.id)["records"])
        for each in published.resources
        if each.datastore
    )


def test_an_unfinished_withdrawal_is_finished_before_a_page_is_written(pages: Pages) -> None:
    pages.journal.write(Entry(pages.name, pages.name, "e" * 64, "in_place", "withdraw", note="витік"))
    with pytest.raises(PortalRefused, match="withdraw"):
        pages.put(pages.city())
    assert [each.kind for each in pages.journal.unfinished()] == ["withdraw"]


def test_a_page_that_somebody_made_private_stays_private(pages: Pages) -> None:
    pages.put(pages.city())
    pages.client.call("package_patch", id=pages.name, private=True)
    with pytest.raises(PortalRefused, match="private"):
        pages.put(pages.city(reason="Інша причина"))
    assert pages.client.read("package_show", id=pages.name)["private"] is True


def test_a_deleted_page_does_not_come_back_by_itself(pages: Pages) -> None:
    pages.put(pages.city())
    pages.client.call("package_delete", id=pages.name)
    with pytest.raises(PortalRefused, match="deleted"):
        pages.put(pages.city())


def test_another_package_name_renames_the_page_and_leaves_none_behind(pages: Pages) -> None:
    first = pages.put(pages.city())
    other = f"other-{uuid.uuid4().hex[:10]}"
    renamed = pages.put(pages.city(package=other))
    assert renamed.package == first.package and pages.seen(other)["name"] == other
    found = pages.client.read("package_search", anonymous=True, fq=f'name:"{pages.name}"')
    assert found["count"] == 0


def test_a_page_becomes_data_under_a_new_name_too(pages: Pages, press: Press, shelf: Shelf) -> None:
    page = pages.put(pages.city())
    other = f"other-{uuid.uuid4().hex[:10]}"
    press(shelf.keep(catalogue(pages.name, package=other), "first"), journal=pages.journal)
    assert pages.seen(other)["id"] == page.package
