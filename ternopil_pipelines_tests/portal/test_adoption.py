"""Datasets that stood on the portal before us: what somebody keeps from readers is never opened by publishing to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.passport import extra_of
from ternopil_pipelines.portal.resumption import resume
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import Shelf, catalogue
from ternopil_pipelines_tests.portal.test_pages import Pages


def kept_private(client: PortalClient, name: str) -> dict[str, Any]:
    resource = {"name": "Мешканці", "format": "PDF", "url": "https://example.gov.ua/people.pdf"}
    made = client.call(
        "package_create", name=name, title="Чуже", owner_org="transport", private=True, resources=[resource]
    )
    return dict(made)


@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_a_private_dataset_that_was_taken_over_is_neither_shown_nor_written_to(
    client: PortalClient, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    before = kept_private(client, name)
    with pytest.raises(PortalRefused, match="private on the portal, and it was not us who closed it"):
        press(shelf.keep(catalogue(name, publish_mode=mode), "v1"))
    assert client.read("package_show", id=name)["metadata_modified"] == before["metadata_modified"]
    assert client.status_of(f"{client.url}/dataset/{name}") in {403, 404}
    assert press.journal.unfinished() == ()
    client.call("package_patch", id=name, private=False)
    press(shelf.keep(catalogue(name, publish_mode=mode), "v1"))
    assert "Мешканці" in {each["name"] for each in client.read("package_show", anonymous=True, id=name)["resources"]}


def test_no_page_opens_a_private_dataset_either(client: PortalClient, name: str, press: Press) -> None:
    before = kept_private(client, name)
    pages = Pages(client, press.journal, name)
    with pytest.raises(PortalRefused, match="private"):
        pages.put(pages.city())
    assert client.read("package_show", id=name)["metadata_modified"] == before["metadata_modified"]


def test_a_page_takes_the_place_of_a_new_dataset_whose_publisher_was_killed(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    apart.killed_at("dataset-created", tmp_path, shelf.keep(catalogue(name), "v1"))
    pages = Pages(client, press.journal, name)
    pages.put(pages.city())
    assert extra_of(pages.seen(), "publication_state") == "not applicable"


@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
@pytest.mark.parametrize("point", ["dataset-created", "files-sent", "made-public"])
def test_our_own_half_made_dataset_says_so_until_it_is_shown_and_is_finished(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, mode: str, point: str
) -> None:
    pair = shelf.keep(catalogue(name, publish_mode=mode), "v1")
    apart.killed_at(point, tmp_path, pair)
    half = client.read("package_show", id=name)
    shown = point == "made-public"
    assert (half["private"], extra_of(half, "publication_state")) == (not shown, None if shown else "being prepared")
    resume(
        client=client, archive=shelf.archive, ledger=shelf.ledger, datasets=[pair[0]], journal=press.journal,
        datastore_url=press.datastore_url,
    )  # fmt: skip
    assert press(pair).unchanged
    harvested = client.read("package_search", anonymous=True, fq=f'name:"{name}"')["results"]
    for each in (client.read("package_show", anonymous=True, id=name), *harvested):
        assert (each["id"], each["private"]) == (half["id"], False)
        assert (extra_of(each, "publication_state"), extra_of(each, "edition")) == (None, pair[1].address)
    assert len(harvested) == 1
