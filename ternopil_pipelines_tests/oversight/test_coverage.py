"""Coverage of the law: each state from the catalogue and from what the portal shows to anyone."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.oversight.coverage import Covered, Page, State, as_document, counts, coverage, on_portal
from ternopil_pipelines.oversight.coverage_chart import coverage_svg
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.publication import publish
from ternopil_pipelines_tests.portal.making import Shelf
from ternopil_pipelines_tests.portal.making import catalogue as one_dataset

HEAD = """\
version: 1
city: {title: Містечко, edrpou: "34334305"}
holders:
  - {id: works, title: Управління, edrpou: "40841314", contact: {name: Відділ, email: a@example.gov.ua, phone: "1"}}
datasets:
"""
DATASET = """\
  - {id: %s, title: Набір, description: Опис, purpose: Мета, keywords: [слово], holder: works, frequency: once a year,
     required: %s, %s}
"""
PUBLIC = Page("public", frozenset({"t"}), 2)


def entry(name: str, required: str, rest: str) -> str:
    return DATASET % (name, required, rest)


def table(structure: str, name: str = "t") -> str:
    return f"{{id: {name}, structure: {structure}, source: {{kind: folder, pattern: '{name}*'}}}}"


def of(required: str, *entries: str, pages: dict[str, Page]) -> Covered:
    catalogue = parse_catalogue(HEAD + "".join(entries))
    listed, number = required.split("/")

    def look(dataset: Dataset) -> Page:
        return pages.get(dataset.id, Page("absent"))

    return next(e for e in coverage(catalogue, look) if (e.list, str(e.number)) == (listed, number))


def test_every_numbered_entry_of_the_law_is_reported_once_in_its_order() -> None:
    catalogue = parse_catalogue(HEAD + entry("stops", "local/10", f"tables: [{table('27/stops')}]"))
    found = coverage(catalogue, lambda _: Page("absent"))
    assert [(e.list, e.number) for e in found] == [("all", n) for n in range(1, 17)] + [
        ("local", n) for n in range(1, 58)
    ]
    assert counts(found) == {"published": 0, "partial": 0, "not applicable": 0, "restricted": 0, "missing": 73}


@pytest.mark.parametrize(
    ("rest", "page", "state"),
    [
        (f"tables: [{table('27/stops')}]", PUBLIC, "published"),
        (f"tables: [{table('27/stops')}]", Page("absent"), "missing"),
        (f"tables: [{table('27/stops')}]", Page("hidden"), "missing"),
        (f"tables: [{table('27/stops')}]", Page("public", frozenset(), 0), "missing"),
        (f"tables: [{table('27/stops')}]", Page("public", frozenset(), 3), "partial"),
        ("state: no source yet", Page("absent"), "missing"),
        ("state: no source yet", Page("public", frozenset(), 1), "published"),
        ("state: no source yet", Page("public", frozenset(), 0), "missing"),
        ("state: retired", PUBLIC, "partial"),
        ("state: not applicable, reason: Трамваїв немає", Page("absent"), "not applicable"),
        ("state: restricted, reason: Трискладовий тест від 2026-01-15", Page("absent"), "restricted"),
        ("state: restricted, reason: Трискладовий тест від 2026-01-15", PUBLIC, "restricted"),
    ],
)
def test_the_state_follows_the_page_and_the_catalogue(rest: str, page: Page, state: State) -> None:
    found = of("local/10", entry("stops", "local/10", rest), pages={"stops": page})
    assert found.state == state
    assert found.datasets == ("stops",) and found.holder == "works"
    assert (found.reason is None) == (state == "published")


DECLARED = entry("stops", "local/10", "state: not applicable, reason: Трамваїв немає")


def test_the_catalogues_reason_is_told_word_for_word_where_the_page_says_so() -> None:
    said = Page("public", says="not applicable")
    assert of("local/10", DECLARED, pages={"stops": said}).reason == "Трамваїв немає"


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (Page("absent"), "ternopil publish stops"),
        (Page("hidden"), "закрита від читачів"),
        (Page("public"), "каже не це"),
        (Page("public", says="restricted"), "каже не це"),
        (Page("public", says="withdrawn"), "каже не це"),
        (Page("public", frozenset({"t"}), 1, None, 1), "ternopil withdraw stops"),
    ],
)
def test_a_declared_state_without_its_page_is_told_as_such(page: Page, told: str) -> None:
    found = of("local/10", DECLARED, pages={"stops": page})
    assert found.state == "not applicable"
    assert found.reason is not None and found.reason.startswith("Трамваїв немає") and told in found.reason


def test_an_entry_of_two_tables_with_one_declared_is_partial_and_the_other_is_named() -> None:
    one = entry("parking", "local/19", f"tables: [{table('36/parkingLots')}]")
    found = of("local/19", one, pages={"parking": PUBLIC})
    assert found.state == "partial"
    assert found.reason == "Ще немає таблиць: «Оператори паркування»."


def test_two_datasets_cover_an_entry_together_and_one_of_them_only_in_part() -> None:
    both = [
        entry("lots", "local/19", f"tables: [{table('36/parkingLots')}]"),
        entry("operators", "local/19", f"tables: [{table('36/operators')}]"),
    ]
    together = of("local/19", *both, pages={"lots": PUBLIC, "operators": PUBLIC})
    assert (together.state, together.datasets) == ("published", ("lots", "operators"))
    assert of("local/19", *both, pages={"lots": PUBLIC}).state == "partial"
    assert of("local/19", *both, pages={}).state == "missing"


def test_own_columns_answer_for_an_entry_and_of_two_editions_of_a_structure_one_is_enough() -> None:
    own = "{id: t, columns: [{name: a, type: string}], source: {kind: folder}}"
    assert of("local/19", entry("p", "local/19", f"tables: [{own}]"), pages={"p": PUBLIC}).state == "published"
    names = ("convocations", "motions2", "sessions", "vote", "voteEvents", "votings")
    tables = ", ".join(table(f"29/{name}", name.lower()) for name in names)
    page = Page("public", frozenset(name.lower() for name in names), 9)
    assert of("local/12", entry("v", "local/12", f"tables: [{tables}]"), pages={"v": page}).state == "published"


def test_the_document_has_the_contracts_keys_and_the_picture_every_number() -> None:
    catalogue = parse_catalogue(HEAD + entry("stops", "local/10", f"tables: [{table('27/stops')}]"))
    found = coverage(catalogue, lambda _: PUBLIC)
    document = json.loads(json.dumps(as_document(found)))
    assert len(document["required"]) == 73
    assert set(document["required"][0]) == {"list", "number", "title", "state", "holder", "datasets", "reason"}
    texts = [element.text or "" for element in ElementTree.fromstring(coverage_svg(found)).iter()]
    assert any("1 з 73" in text for text in texts)
    assert any("немає: 72" in text for text in texts)


def test_on_a_real_portal_a_publication_counts_a_hidden_page_does_not(portal: LocalPortal, tmp_path: Path) -> None:
    portal.ensure_organizations([("transport", "Управління транспорту")])
    state = portal.status()
    assert state.url is not None
    name = f"coverage-{uuid.uuid4().hex[:8]}"
    city = one_dataset(name, tables=("works", "more"), required="local/36")
    shelf = Shelf(tmp_path)
    with PortalClient(state.url, state.editor_token) as client, PortalClient(state.url, None) as reader:

        def now(catalogue: Catalogue) -> Covered:
            return next(e for e in coverage(catalogue, on_portal(reader)) if (e.list, e.number) == ("local", 36))

        assert now(city).state == "missing"
        dataset, edition = shelf.keep(city, "first")
        publish(
            client=client, archive=shelf.archive, ledger=shelf.ledger, edition=edition, dataset=dataset,
            journal=Journal(tmp_path / "journal"), datastore_url=state.datastore_write_url,
        )  # fmt: skip
        assert now(city) == Covered("local", 36, now(city).title, "published", "transport", (name,), None)
        wider = one_dataset(name, tables=("works", "more", "third"), required="local/36")
        assert now(wider).state == "partial" and "third" in (now(wider).reason or "")
        client.call("package_patch", id=name, private=True)
        hidden: Any = now(city)
        assert hidden.state == "missing" and "закритий" in hidden.reason
        client.call("package_delete", id=name)
        assert now(city).state == "missing"
