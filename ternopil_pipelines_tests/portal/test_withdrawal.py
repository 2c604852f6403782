"""Taking data back, retiring, going back to an older edition, and a new name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ternopil_pipelines.evidence.decisions import decide
from ternopil_pipelines.faults import GateRefused, PortalRefused
from ternopil_pipelines.portal.answers import PortalMissing
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.passport import extra_of
from ternopil_pipelines.portal.resumption import resume
from ternopil_pipelines.portal.retirement import retire
from ternopil_pipelines.portal.withdrawal import Withdrawal, prove, withdraw
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import Shelf, catalogue


def take_back(press: Press, dataset: object) -> Withdrawal:
    return withdraw(
        client=press.client, ledger=press.shelf.ledger, dataset=dataset, journal=press.journal,  # type: ignore[arg-type]
        reason="витік", who="test",
    )  # fmt: skip


@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_withdrawn_data_answer_nowhere_and_need_a_new_decision(
    client: PortalClient, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    city = catalogue(name, publish_mode=mode)
    press(shelf.keep(city, "v1"))
    dataset, edition = pair = shelf.keep(city, "v2")
    press(pair)
    package = client.read("package_show", id=name)
    open_before = prove(client, [(package, each) for each in package["resources"]])
    done = take_back(press, dataset)
    assert set(open_before) <= set(done.closed)
    assert len(done.closed) == 4 * len(done.resources)
    assert set(done.closed.values()) <= {403, 404}
    assert client.read("package_show", anonymous=True, id=name)["resources"] == []
    with pytest.raises(GateRefused):
        press(pair)
    decide(shelf.ledger, edition, "approved", by="person", why="перевірено", who="test")
    assert not press(pair).unchanged
    assert extra_of(client.read("package_show", id=name), "publication_state") is None


def test_the_file_left_on_the_portals_disk_is_the_tombstone(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    result = press(pair)
    take_back(press, pair[0])
    csv = next(each for each in result.resources if each.datastore)
    # CKAN serves the old bytes again to who adds the same id.
    client.revise(
        match__name=name,
        update__resources__extend=[{"id": csv.id, "name": "x", "url": csv.file, "url_type": "upload"}],
    )
    assert b"".join(client.download(csv.url)).decode() == "Дані вилучено з оприлюднення розпорядником.\n"


def test_an_interrupted_withdrawal_is_finished_by_the_next_resume(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    press(pair)
    entry = press.journal.read(name)
    assert entry is not None
    press.journal.write(replace(entry, kind="withdraw", note="витік", done=False))
    resume(client=client, archive=shelf.archive, ledger=shelf.ledger, datasets=[pair[0]], journal=press.journal)
    assert client.read("package_show", id=name)["resources"] == []
    assert press.journal.unfinished() == ()


def test_what_is_not_on_the_portal_cannot_be_withdrawn_or_retired(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    dataset = catalogue(name).datasets[0]
    with pytest.raises(PortalRefused, match="nothing to withdraw"):
        take_back(press, dataset)
    with pytest.raises(PortalRefused, match="nothing to retire"):
        retire(client=client, dataset=dataset, journal=press.journal)


def test_a_retired_dataset_stays_and_says_it_is_no_longer_updated(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    result = press(pair)
    assert retire(client=client, dataset=pair[0], journal=press.journal)
    package = client.read("package_show", anonymous=True, id=name)
    assert extra_of(package, "update_frequency") == "no longer updated"
    assert {each["id"] for each in package["resources"]} == {each.id for each in result.resources}
    assert not retire(client=client, dataset=pair[0], journal=press.journal)
    assert client.read("package_show", anonymous=True, id=name)["metadata_modified"] == package["metadata_modified"]


@pytest.mark.parametrize("mode", ["in_place", "direct"])
def test_an_older_edition_published_again_restores_bytes_table_and_metadata(
    client: PortalClient, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    first = shelf.keep(catalogue(name, publish_mode=mode, purpose="Перша мета"), "v1", rows=30)
    press(first)
    press(shelf.keep(catalogue(name, publish_mode=mode, purpose="Друга мета"), "v2", rows=20))
    back = press(first)
    package = client.read("package_show", anonymous=True, id=name)
    assert extra_of(package, "purpose_of_collecting_information") == "Перша мета"
    assert extra_of(package, "edition") == first[1].address
    for each in back.resources:
        assert client.sha256_of(each.url)[0] == each.sha256
        if each.datastore:
            found = client.read("datastore_search", anonymous=True, resource_id=each.id, q="v1", limit=0)
            assert found["total"] == 30


def test_a_new_package_name_renames_the_dataset_and_keeps_its_ids(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    first = press(shelf.keep(catalogue(name), "v1"))
    before = client.read("package_show", id=name)["id"]
    second = press(shelf.keep(catalogue(name, package=f"{name}-new"), "v1"))
    assert client.read("package_show", id=f"{name}-new")["id"] == before
    assert [each.id for each in second.resources] == [each.id for each in first.resources]
    with pytest.raises(PortalMissing):
        client.read("package_show", id=name)
