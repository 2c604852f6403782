"""Publishing through a private half: strictly old or new."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.faults import PublicationContested
from ternopil_pipelines.portal import claims
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.hidden_half import staging_name
from ternopil_pipelines.portal.passport import extra_of
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import COLUMNS, Shelf, catalogue
from ternopil_pipelines_tests.portal.reader import Reader


@pytest.mark.parametrize(("rows", "columns"), [(70, COLUMNS), (9, COLUMNS[:3])])
def test_the_resource_alternates_and_the_old_half_is_parked_unseen(
    client: PortalClient, shelf: Shelf, press: Press, name: str, rows: int, columns: tuple[Column, ...]
) -> None:
    first = press(shelf.keep(catalogue(name, publish_mode="ab"), "v1", rows=40))
    city = catalogue(name, publish_mode="ab", columns=columns)
    second = press(shelf.keep(city, "v2", rows=rows, columns=columns))
    old, new = (next(each for each in one.resources if each.datastore) for one in (first, second))
    assert old.id != new.id
    assert client.read("datastore_search", anonymous=True, resource_id=new.id, limit=0)["total"] == rows
    assert client.status_of(f"{client.url}/api/action/datastore_search?resource_id={old.id}") == 403
    assert client.status_of(f"{client.url}/dataset/{staging_name(name)}") in {403, 404}
    assert client.read("datastore_search", resource_id=old.id, limit=0)["total"] == 40
    assert press(shelf.keep(city, "v2", rows=rows, columns=columns)).unchanged
    third = press(shelf.keep(city, "v3", rows=rows + 5, columns=columns))
    assert next(each.id for each in third.resources if each.datastore) == old.id


def test_going_back_is_a_switch_without_loading(client: PortalClient, shelf: Shelf, press: Press, name: str) -> None:
    city = catalogue(name, publish_mode="ab")
    first, second = shelf.keep(city, "v1"), shelf.keep(city, "v2", rows=50)
    shown = press(first)
    press(second)
    told: list[str] = []
    back = press(first, say=told.append)
    assert not any("staging" in text or "loading" in text for text in told)
    assert [each.id for each in back.resources] == [each.id for each in shown.resources]
    for each in back.resources:
        assert client.sha256_of(each.url)[0] == each.sha256


def test_a_parked_half_that_somebody_changed_is_read_before_it_is_shown_and_loaded_again(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name, publish_mode="ab")
    first = shelf.keep(city, "v1")
    parked = next(each.id for each in press(first).resources if each.datastore)
    press(shelf.keep(city, "v2", rows=50))
    client.call(
        "datastore_upsert", resource_id=parked, force=True, method="update", records=[{"_id": 8, "version": "stranger"}]
    )
    told: list[str] = []
    with Reader(client.url, name, {"v1": 40, "v2": 50}) as reader:
        press(first, say=told.append)
    assert any("1 rows are not what was sent" in text for text in told)
    assert "loading 40 rows of works" in told
    assert (reader.looks.mixed, reader.looks.absent) == ([], 0)
    assert client.read("datastore_search", resource_id=parked, q="stranger", limit=0)["total"] == 0


def test_a_claim_is_respected_while_it_is_young_and_taken_over_with_other_ids_when_it_is_old(
    client: PortalClient, shelf: Shelf, press: Press, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = catalogue(name, publish_mode="ab")
    press(shelf.keep(city, "v1"))
    first = press(shelf.keep(city, "v2"))
    parked = {each["id"] for each in client.read("package_show", id=staging_name(name))["resources"]}
    client.call("package_patch", id=staging_name(name), version="another")
    pair = shelf.keep(city, "v3")
    with pytest.raises(PublicationContested, match="being prepared by another"):
        press(pair)
    monkeypatch.setattr(claims, "LEASE", timedelta())
    second = press(pair)
    moved = {each.id for each in second.resources} - {each.id for each in first.resources}
    assert moved and moved.isdisjoint(parked)
    assert extra_of(client.read("package_show", id=name), "prepared_by") is None
    assert press(pair).unchanged


def test_a_change_of_the_passport_alone_moves_nothing(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    first = press(shelf.keep(catalogue(name, publish_mode="ab"), "v1"))
    second = press(shelf.keep(catalogue(name, publish_mode="ab", purpose="Інша"), "v1"))
    assert [each.id for each in second.resources] == [each.id for each in first.resources]


def test_readers_find_only_whole_editions_through_many_switches(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name, publish_mode="ab")
    press(shelf.keep(city, "v0", rows=100))
    with Reader(client.url, name) as first, Reader(client.url, name) as second:
        for number in range(1, 5):
            press(shelf.keep(city, f"v{number}", rows=100 + number * 50))
    for looks in (first.looks, second.looks):
        assert (looks.mixed, looks.torn, looks.absent) == ([], [], 0)
    assert first.looks.whole + second.looks.whole > 4


def test_a_dataset_published_in_place_goes_on_by_halves_and_back(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    for number, mode in enumerate(("in_place", "ab", "in_place", "ab", "direct", "ab")):
        result = press(shelf.keep(catalogue(name, publish_mode=mode), f"v{number}", rows=20 + number))
        table = next(each.id for each in result.resources if each.datastore)
        assert (
            client.read("datastore_search", anonymous=True, resource_id=table, q=f"v{number}")["total"] == 20 + number
        )
