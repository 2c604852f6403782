"""Search on the running portal: what CKAN, its pages and harvesters ask."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
import requests
from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, SearchIndexError

from ternopil_pipelines.local_portal.portal import LocalPortal

Create = Callable[..., dict[str, Any]]


@pytest.fixture
def mark() -> str:
    """A tag no other test has, so that tests sharing the portal do not see each other's datasets."""
    return f"mark-{secrets.token_hex(4)}"


@pytest.fixture
def search_off(portal: LocalPortal) -> Iterator[None]:
    portal.set_search(False)
    yield
    portal.set_search(True)


def test_a_dataset_is_found_by_another_form_of_its_words(anonymous: RemoteCKAN, new_dataset: Create, mark: str) -> None:
    stops = new_dataset(title="Зупинки міського транспорту", tags=[{"name": mark}])
    new_dataset(title="Укриття цивільного захисту", tags=[{"name": mark}])
    found = anonymous.action.package_search(q="зупинок транспорт", fq=f"tags:{mark}")
    assert [dataset["id"] for dataset in found["results"]] == [stops["id"]]


def test_filters_take_signs_words_and_brackets(anonymous: RemoteCKAN, new_dataset: Create, mark: str) -> None:
    one, two = (new_dataset(tags=[{"name": mark}, {"name": tag}]) for tag in ("перший тег", "другий-тег"))
    for fq, expected in (
        (f"+tags:{mark} -name:{one['name']}", [two]),
        (f'tags:"{mark}" tags:"перший тег"', [one]),
        (f'tags:{mark} AND (id:"{one["id"]}" OR name:"{two["name"]}")', [one, two]),
        (f"tags:{mark} organization:transport state:active", [one, two]),
        (f"tags:{mark} organization:other", []),
        (f"tags:{mark} NOT tags:другий*", [one]),
    ):
        found = anonymous.action.package_search(fq=fq)["results"]
        assert {dataset["id"] for dataset in found} == {dataset["id"] for dataset in expected}, fq


def test_results_are_sorted_and_paged_as_asked(anonymous: RemoteCKAN, new_dataset: Create, mark: str) -> None:
    made = [new_dataset(tags=[{"name": mark}])["id"] for _ in range(5)]
    by_id = [
        dataset["id"]
        for start in (0, 2, 4)
        for dataset in anonymous.action.package_search(fq=f"tags:{mark}", sort="id asc", rows=2, start=start)["results"]
    ]
    assert by_id == sorted(made)
    newest = anonymous.action.package_search(fq=f"tags:{mark}", sort="metadata_modified desc")
    assert [dataset["id"] for dataset in newest["results"]] == made[::-1]
    assert newest["count"] == 5


def test_titles_follow_the_ukrainian_alphabet(anonymous: RemoteCKAN, new_dataset: Create, mark: str) -> None:
    for title in ("Ялинки", "Ґанки", "Інтернет", "Зупинки", "Єдність"):
        new_dataset(title=title, tags=[{"name": mark}])
    found = anonymous.action.package_search(fq=f"tags:{mark}", sort="title_string asc")["results"]
    assert [dataset["title"] for dataset in found] == ["Ґанки", "Єдність", "Зупинки", "Інтернет", "Ялинки"]


def test_a_harvester_gets_what_changed_since_its_last_visit(
    anonymous: RemoteCKAN, editor: RemoteCKAN, new_dataset: Create, mark: str
) -> None:
    new_dataset(tags=[{"name": mark}])
    changed = new_dataset(tags=[{"name": mark}])
    before = editor.action.package_patch(id=changed["id"], notes="one")["metadata_modified"]
    asked = {"sort": "id asc", "rows": 100, "fq": f"tags:{mark} metadata_modified:[{before}Z TO *]"}
    assert [dataset["id"] for dataset in anonymous.action.package_search(**asked)["results"]] == [changed["id"]]
    asked["fq"] = f"tags:{mark} metadata_modified:{{{before}Z TO *]"
    assert anonymous.action.package_search(**asked)["count"] == 0


def test_facets_count_what_was_found(anonymous: RemoteCKAN, editor: RemoteCKAN, new_dataset: Create, mark: str) -> None:
    dataset = new_dataset(tags=[{"name": mark}], license_id="cc-by")
    new_dataset(tags=[{"name": mark}])
    editor.action.resource_create(package_id=dataset["id"], format="CSV", upload=("a.csv", BytesIO(b"a\n1\n")))
    names = ["organization", "tags", "groups", "res_format", "license_id"]
    answer = anonymous.action.package_search(**{"fq": f"tags:{mark}", "rows": 0, "facet.field": names})
    counted = {
        name: {item["name"]: item["count"] for item in facet["items"]}
        for name, facet in answer["search_facets"].items()
    }
    assert counted["organization"] == {"transport": 2}
    assert counted["tags"] == {mark: 2}
    assert counted["res_format"] == {"CSV": 1}
    assert counted["license_id"] == {"cc-by": 1}
    assert counted["groups"] == {}
    assert answer["search_facets"]["organization"]["items"][0]["display_name"] == "Управління транспорту"
    assert answer["results"] == []


def test_a_private_dataset_is_seen_by_its_organisation_alone(
    anonymous: RemoteCKAN, editor: RemoteCKAN, new_dataset: Create, mark: str
) -> None:
    hidden = new_dataset(tags=[{"name": mark}], private=True)
    assert anonymous.action.package_search(fq=f"tags:{mark}", include_private=True)["count"] == 0
    assert editor.action.package_search(fq=f"tags:{mark}")["count"] == 0
    found = editor.action.package_search(fq=f"tags:{mark}", include_private=True)
    assert [dataset["id"] for dataset in found["results"]] == [hidden["id"]]


def test_a_deleted_dataset_is_gone_from_search(
    anonymous: RemoteCKAN, editor: RemoteCKAN, new_dataset: Create, mark: str
) -> None:
    dataset = new_dataset(tags=[{"name": mark}])
    editor.action.package_delete(id=dataset["id"])
    assert anonymous.action.package_search(fq=f"tags:{mark}")["count"] == 0


def test_what_every_worker_serves_is_what_was_indexed_last(
    anonymous: RemoteCKAN, editor: RemoteCKAN, new_dataset: Create, mark: str
) -> None:
    dataset = new_dataset(tags=[{"name": mark}])
    for number in range(10):
        editor.action.package_patch(id=dataset["id"], notes=f"опис {number}")
        served = {anonymous.action.package_search(fq=f"tags:{mark}")["results"][0]["notes"] for _ in range(4)}
        assert served == {f"опис {number}"}


def test_a_query_that_means_nothing_is_refused_and_the_page_stays_up(portal: LocalPortal) -> None:
    url = portal.status().url
    refused = requests.get(f"{url}/api/3/action/package_search", params={"q": "title:(a"}, timeout=30)
    assert refused.status_code == 409
    assert refused.json()["error"]["__type"] == "Search Error"
    sort = requests.get(f"{url}/api/3/action/package_search", params={"sort": "name upwards"}, timeout=30)
    assert sort.json()["success"] is False
    assert requests.get(f"{url}/dataset/", params={"q": "title:(a"}, timeout=60).status_code == 200


@pytest.mark.usefixtures("search_off")
def test_with_search_down_every_change_answers_500(
    anonymous: RemoteCKAN, editor: RemoteCKAN, portal: LocalPortal, mark: str
) -> None:
    answer = requests.get(f"{portal.status().url}/api/3/action/package_search", timeout=30)
    assert answer.status_code == 500
    with pytest.raises(SearchIndexError):
        editor.action.package_create(name=mark, owner_org="transport")
    with pytest.raises(CKANAPIError):
        anonymous.action.package_search()
    portal.set_search(True)
    with pytest.raises(CKANAPIError):
        anonymous.action.package_show(id=mark)  # the change was taken back
    assert editor.action.package_create(name=mark, owner_org="transport")["name"] == mark
