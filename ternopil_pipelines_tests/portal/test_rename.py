"""A dataset's new name: another `id` alone moves nothing a reader knows, another `package` its page and no file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines.portal.answers import PortalMissing
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.hidden_half import staging_name
from ternopil_pipelines.portal.passport import extra_of
from ternopil_pipelines.portal.resumption import resume
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import Shelf, catalogue

_SENT_ANEW = ("id", "url", "hash", "size", "created", "last_modified", "position", "name", "edition_file")


def seen(client: PortalClient, package: str) -> dict[str, Any]:
    """What a reader knows a dataset by: its id, its resources and when each was sent, every row with its number."""
    shown = client.read("package_show", anonymous=True, id=package)
    rows = {
        each["id"]: client.read("datastore_search", anonymous=True, resource_id=each["id"], limit=1000)["records"]
        for each in shown["resources"]
        if each["datastore_active"]
    }
    resources = [{key: each[key] for key in _SENT_ANEW} for each in shown["resources"]]
    return {"id": shown["id"], "name": shown["name"], "resources": resources, "rows": rows}


@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_another_id_with_the_old_name_as_package_keeps_url_ids_files_and_rows(
    client: PortalClient, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    first = press(shelf.keep(catalogue(name, publish_mode=mode), "v1"))
    before = seen(client, name)
    city = catalogue(f"{name}-renamed", package=name, publish_mode=mode)
    pair = shelf.keep(city, "v1")
    second = press(pair)
    assert second.url == first.url
    assert seen(client, name) == before, "nothing is sent again, and nothing a second time"
    assert extra_of(client.read("package_show", id=name), "identifier") == f"{name}-renamed"
    with pytest.raises(PortalMissing):
        client.read("package_show", id=f"{name}-renamed")
    assert press(pair).unchanged
    press(shelf.keep(city, "v2"))
    after = seen(client, name)
    assert (after["id"], len(after["resources"])) == (before["id"], len(before["resources"]))


@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_another_package_renames_the_page_and_every_address_with_an_id_in_it_keeps_working(
    client: PortalClient, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    first = press(shelf.keep(catalogue(name, publish_mode=mode), "v1"))
    before = seen(client, name)
    pair = shelf.keep(catalogue(name, package=f"{name}-new", publish_mode=mode), "v1")
    press(pair)
    assert press.journal.unfinished() == ()
    assert seen(client, f"{name}-new") == {**before, "name": f"{name}-new"}
    assert press(pair).unchanged
    for each in first.resources:
        assert client.sha256_of(each.url)[0] == each.sha256, "downloaded from where it was before"
        assert client.status_of(f"{client.url}/dataset/{before['id']}/resource/{each.id}") == 200
        if each.datastore:
            assert client.status_of(f"{client.url}/datastore/dump/{each.id}") == 200
    assert client.status_of(f"{client.url}/dataset/{before['id']}") == 200
    assert client.read("package_show", anonymous=True, id=before["id"])["name"] == f"{name}-new"
    # CKAN keeps no old name: page, resource pages under it and the API's answer by name are gone.
    for address in (f"dataset/{name}", f"dataset/{name}/resource/{first.resources[0].id}"):
        assert client.status_of(f"{client.url}/{address}") == 404
    with pytest.raises(PortalMissing):
        client.read("package_show", anonymous=True, id=name)


@pytest.mark.parametrize(
    ("mode", "point", "version"),
    [
        ("in_place", "intent-written", "v1"),
        ("in_place", "intent-written", "v2"),
        ("in_place", "renamed", "v1"),
        ("in_place", "renamed", "v2"),
        ("ab", "renamed", "v1"),
        ("direct", "renamed", "v2"),
    ],
)
def test_a_renaming_that_was_killed_is_finished_by_the_next_run_and_makes_no_second_dataset(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, mode: str, point: str,
    version: str,
) -> None:  # fmt: skip
    press(shelf.keep(catalogue(name, publish_mode=mode), "v1"))
    before = seen(client, name)
    pair = shelf.keep(catalogue(name, package=f"{name}-new", publish_mode=mode), version)
    apart.killed_at(point, tmp_path, pair, package=f"{name}-new")
    (entry,) = press.journal.unfinished()
    assert (entry.package, entry.edition) == (name, pair[1].address)
    resume(
        client=client, archive=shelf.archive, ledger=shelf.ledger, datasets=[pair[0]], journal=press.journal,
        datastore_url=press.datastore_url,
    )  # fmt: skip
    after = seen(client, f"{name}-new")
    assert after["id"] == before["id"]
    assert [each["id"] for each in after["resources"]] == [each["id"] for each in before["resources"]]
    with pytest.raises(PortalMissing):
        client.read("package_show", id=name)
    done = press.journal.read(name)
    assert done is not None and (done.package, done.done) == (f"{name}-new", True)
    assert press(pair).unchanged


def test_the_same_edition_under_a_new_package_is_renamed_and_nothing_is_left_unfinished(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    press(pair)
    before = seen(client, name)
    assert press((catalogue(name, package=f"{name}-new").datasets[0], pair[1])).unchanged
    assert seen(client, f"{name}-new") == {**before, "name": f"{name}-new"}
    assert press.journal.unfinished() == ()


def test_after_a_switch_the_parked_half_goes_along_and_the_next_edition_goes_out(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name, publish_mode="ab")
    press(shelf.keep(city, "v1"))
    press(shelf.keep(city, "v2"))
    renamed = catalogue(name, package=f"{name}-new", publish_mode="ab")
    for version in ("v2", "v3", "v4"):
        pair = shelf.keep(renamed, version)
        press(pair)
        assert press(pair).unchanged
    with pytest.raises(PortalMissing):
        client.read("package_show", id=staging_name(name))
    assert len(client.read("package_show", id=staging_name(f"{name}-new"))["resources"]) > 0
