"""Which id a file's resource has, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal.passport import differences, merged_extras, package_of, tags_of
from ternopil_pipelines.portal.resources import FILE, resource_id, surplus, targets_of
from ternopil_pipelines_tests.portal.making import Shelf, catalogue


def package(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resources": [{"id": f"id-{place}", "position": place, **each} for place, each in enumerate(resources)]}


def ids(shelf: Shelf, found: dict[str, Any] | None) -> dict[str, str]:
    edition = shelf.keep(catalogue("works"), "v1")[1]
    return {each.file.name: each.id for each in targets_of(edition, found, package_name="works")}


def test_ids_are_the_same_at_every_reckoning(shelf: Shelf) -> None:
    # A change of this value would double every resource on every portal.
    assert resource_id("works", "works.csv") == "b88db283-5bbe-5466-972d-742aca0754ab"
    assert ids(shelf, None)["works.csv"] == resource_id("works", "works.csv")


@pytest.mark.parametrize(
    "resource",
    [
        {"format": "CSV", "name": "x", "url": "https://portal/dataset/1/resource/2/download/works.csv"},
        {"format": "csv", "name": "Works.csv", "url": "https://elsewhere/download?id=1"},
        {"format": "CSV", "name": "works", "url": ""},
    ],
)
def test_a_resource_taken_over_keeps_its_id(shelf: Shelf, resource: dict[str, Any]) -> None:
    assert ids(shelf, package({"format": "PDF", "name": "works", "url": "works.pdf"}, resource))["works.csv"] == "id-1"


def test_a_foreign_resource_is_never_taken_for_ours(shelf: Shelf) -> None:
    found = package({"format": "CSV", "name": "Інша таблиця", "url": "https://x/other.csv"})
    assert ids(shelf, found)["works.csv"] == resource_id("works", "works.csv")
    assert surplus(found, ()) == ()


def test_one_resource_is_taken_over_by_one_file_only(shelf: Shelf) -> None:
    edition = shelf.keep(catalogue("works", tables=("works", "stages")), "v1")[1]
    found = package({"format": "CSV", "name": "works", "url": "stages.csv"})
    chosen = [each.id for each in targets_of(edition, found, package_name="works")]
    assert len(set(chosen)) == len(chosen)


def test_the_mark_of_its_file_finds_a_resource_again_under_any_name(shelf: Shelf) -> None:
    found = package({"format": "CSV", "name": "renamed by somebody", "url": "x.csv", FILE: "works.csv"})
    assert ids(shelf, found)["works.csv"] == "id-0"


@pytest.mark.parametrize(
    "name", ["дані.csv", "Works.csv", "../works.csv", "works.html", "works.svg", "a" * 100 + ".csv", ".csv"]
)
def test_a_name_the_portal_would_change_or_serve_as_a_page_is_refused(shelf: Shelf, name: str) -> None:
    edition = shelf.keep(catalogue("works"), "v1")[1]
    unsafe = replace(edition, files=(replace(edition.files[0], name=name),))
    with pytest.raises(PortalRefused, match="would not survive"):
        targets_of(unsafe, None, package_name="works")


def test_a_passport_is_compared_by_every_key_the_law_and_the_harvest_read(shelf: Shelf) -> None:
    passport = shelf.keep(catalogue("works"), "v1")[1].passport
    wanted = package_of(passport, edition="a" * 64)
    shown = {**wanted, "organization": {"name": wanted["owner_org"]}, "owner_org": "some-uuid"}
    assert differences(shown, wanted) == []
    for key in ("title", "notes", "license_id", "maintainer", "maintainer_email"):
        assert differences({**shown, key: "other"}, wanted) == [key]
    for extra in wanted["extras"]:
        others = [each for each in wanted["extras"] if each is not extra]
        assert differences({**shown, "extras": others}, wanted) == [f"extras:{extra['key']}"]
    assert differences({**shown, "tags": []}, wanted) == ["tags"]


def test_extras_never_shadow_a_field_and_foreign_ones_stay(shelf: Shelf) -> None:
    passport = replace(shelf.keep(catalogue("works"), "v1")[1].passport, extras=(("title", "x"), ("spatial", "UA")))
    wanted = package_of(passport, edition=None)
    keys = [each["key"] for each in wanted["extras"]]
    assert "title" not in keys and "spatial" in keys and len(keys) == len(set(keys))
    current = {
        "extras": [
            {"key": "theirs", "value": "1"},
            {"key": "edition", "value": "old"},
            {"key": "spatial", "value": "?"},
        ]
    }
    merged = {each["key"]: each["value"] for each in merged_extras(current, wanted)}
    assert merged["theirs"] == "1" and merged["spatial"] == "UA" and "edition" not in merged


def test_keywords_become_tags_the_harvester_keeps() -> None:
    assert tags_of(("роботи, ремонт", "місто", "місто", "я", "  ")) == ["місто", "роботи ремонт"]
