"""Taking data back, retiring, going back to an older edition, and a new name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines.evidence.decisions import decide
from ternopil_pipelines.faults import GateRefused, PortalRefused
from ternopil_pipelines.portal.answers import PortalMissing
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.hidden_half import staging_name
from ternopil_pipelines.portal.passport import PREPARED_BY, extra_of
from ternopil_pipelines.portal.resumption import resume
from ternopil_pipelines.portal.retirement import retire
from ternopil_pipelines.portal.shadow import ShadowTables
from ternopil_pipelines.portal.situation import show
from ternopil_pipelines.portal.withdrawal import TOMBSTONE, Withdrawal, addresses_of, withdraw
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import Shelf, catalogue


def take_back(press: Press, dataset: object) -> Withdrawal:
    return withdraw(
        client=press.client, ledger=press.shelf.ledger, dataset=dataset, journal=press.journal,  # type: ignore[arg-type]
        reason="витік", who="test", datastore_url=press.datastore_url,
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
    open_before = {address for each in package["resources"] for address in addresses_of(client, package, each)}
    done = take_back(press, dataset)
    assert open_before <= set(done.closed)
    assert len(done.closed) == 4 * len(done.resources)
    assert set(done.closed.values()) <= {403, 404}
    assert client.read("package_show", anonymous=True, id=name)["resources"] == []
    with pytest.raises(GateRefused, match="is withdrawn by test: витік"):
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


class Leaked:
    """Everything of a dataset that holds data, ab's parked half too, and what of it stands at any moment."""

    def __init__(self, client: PortalClient, name: str) -> None:
        halves = [each for each in (show(client, name), show(client, staging_name(name))) if each]
        self._client, self._names = client, [each["name"] for each in halves]
        self.files = {each["id"]: addresses_of(client, half, each) for half in halves for each in half["resources"]}

    @property
    def addresses(self) -> set[str]:
        return {address for each in self.files.values() for address in each}

    @property
    def resources(self) -> set[str]:
        packages = [show(self._client, name) for name in self._names]
        return {each["id"] for package in packages if package for each in package["resources"]}

    @property
    def tables(self) -> set[str]:
        return {each for each in self.files if self._table(each)}

    @property
    def data(self) -> set[str]:
        """Resources whose file is not the tombstone."""
        files = {each: self._client.download(self.files[each][0], anonymous=False) for each in self.resources}
        return {each for each, content in files.items() if b"".join(content) != TOMBSTONE}

    def _table(self, resource: str) -> bool:
        try:
            self._client.read("datastore_search", resource_id=resource, limit=0)
        except PortalMissing:
            return False
        return True


@pytest.mark.parametrize("point", ["intent-written", "tables-hidden", "files-sent", "surplus-removed"])
@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_a_withdrawal_killed_at_any_step_has_closed_in_order_and_is_finished_by_the_next_resume(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, mode: str, point: str
) -> None:
    city = catalogue(name, publish_mode=mode)
    press(shelf.keep(city, "v1"))
    pair = shelf.keep(city, "v2")
    press(pair)
    leaked = Leaked(client, name)
    every = set(leaked.files)
    assert len(leaked.tables) == (2 if mode == "ab" else 1) and leaked.data == every

    apart.killed_at(point, tmp_path, pair, withdraw="витік")
    assert bool(leaked.tables) == (point == "intent-written"), "tables are closed first, all of them"
    assert leaked.data == (every if point in {"intent-written", "tables-hidden"} else set()), "then files"
    assert len(every - leaked.resources) == (point == "surplus-removed"), "then resources"
    with pytest.raises(PortalRefused, match="withdrawal"):
        press(shelf.keep(city, "v3"))

    resume(client=client, archive=shelf.archive, ledger=shelf.ledger, datasets=[pair[0]], journal=press.journal)
    assert press.journal.unfinished() == () and leaked.resources == set()
    assert {client.status_of(each) for each in leaked.addresses} <= {403, 404}
    assert len(leaked.addresses) == 4 * len(every)
    begun, closed = [each for each in shelf.ledger.entries(name) if each.what in {"withdrawn", "closed"}]
    assert (begun.what, begun.edition, begun.body["reason"]) == ("withdrawn", pair[1].address, "витік")
    assert begun.who == closed.who == "killed", "whoever finishes it, somebody ordered it"
    assert closed.what == "closed" and set(closed.body["addresses"].values()) <= {403, 404}
    # Resumed, ab's other half of a file that never changed is looked for too.
    assert set(closed.body["addresses"]) >= set(begun.body["addresses"]) >= leaked.addresses


def test_a_withdrawal_that_was_killed_is_not_lost_to_a_publication(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    press(pair)
    better = shelf.keep(catalogue(name), "v2")
    apart.killed_at("intent-written", tmp_path, pair, withdraw="витік")
    with pytest.raises(PortalRefused, match="ternopil withdraw"):
        press(better)
    assert [each.kind for each in press.journal.unfinished()] == ["withdraw"]
    take_back(press, pair[0])
    assert not press(better).unchanged
    with pytest.raises(GateRefused):
        press(pair)


def test_what_was_never_published_by_us_is_withdrawn_with_an_entry_and_a_proof(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    resource: dict[str, Any] = {"name": "Чуже", "format": "CSV", "url": "https://example.gov.ua/old.csv"}
    client.call("package_create", name=name, title="Чуже", owner_org="transport", resources=[resource])
    leaked = Leaked(client, name)
    take_back(press, catalogue(name).datasets[0])
    begun, closed = shelf.ledger.entries(name)
    assert (begun.what, begun.edition, begun.body["reason"], begun.who) == ("withdrawn", None, "витік", "test")
    assert (closed.what, closed.body["addresses"].keys()) == ("closed", leaked.addresses)
    assert set(closed.body["addresses"].values()) <= {403, 404}


def test_each_withdrawal_has_its_own_entries(client: PortalClient, shelf: Shelf, press: Press, name: str) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    press(pair)
    take_back(press, pair[0])
    decide(shelf.ledger, pair[1], "approved", by="person", why="перевірено", who="test")
    press(pair)
    take_back(press, pair[0])
    said = [(each.what, each.edition) for each in shelf.ledger.entries(name) if each.what in {"withdrawn", "closed"}]
    assert said == [("withdrawn", pair[1].address), ("closed", None)] * 2
    take_back(press, pair[0])
    assert [(each.what, each.edition) for each in shelf.ledger.entries(name)][-2:] == [
        ("withdrawn", None),
        ("closed", None),
    ]


def test_a_new_dataset_withdrawn_before_anybody_saw_it_is_shown_by_a_later_publication(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    city = catalogue(name)
    pair, better = shelf.keep(city, "v1"), shelf.keep(city, "v2")
    apart.killed_at("files-sent", tmp_path, pair)
    leaked = Leaked(client, name)
    take_back(press, pair[0])
    assert leaked.resources == set()
    with pytest.raises(GateRefused):
        press(pair)
    press(better)
    assert extra_of(client.read("package_show", anonymous=True, id=name), "edition") == better[1].address


@pytest.mark.parametrize("killed", [False, True])
def test_data_under_the_old_name_are_withdrawn_after_package_was_changed_and_the_page_is_renamed_later(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, killed: bool
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    press(pair)
    leaked = Leaked(client, name)
    page = client.read("package_show", id=name)["id"]
    renamed = catalogue(name, package=f"{name}-new")
    if killed:
        apart.killed_at("intent-written", tmp_path, pair, withdraw="витік")
        resume(
            client=client, archive=shelf.archive, ledger=shelf.ledger, datasets=renamed.datasets, journal=press.journal
        )
    else:
        assert take_back(press, renamed.datasets[0]).package == name
    assert press.journal.unfinished() == ()
    assert {client.status_of(each) for each in leaked.addresses} <= {403, 404}
    press(shelf.keep(renamed, "v2"))
    assert client.read("package_show", anonymous=True, id=f"{name}-new")["id"] == page
    assert show(client, name) is None


def test_a_dataset_under_its_old_name_is_retired_after_package_was_changed(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    press(shelf.keep(catalogue(name), "v1"))
    assert retire(client=client, dataset=catalogue(name, package=f"{name}-new").datasets[0], journal=press.journal)
    assert extra_of(client.read("package_show", id=name), "update_frequency") == "no longer updated"


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


@pytest.mark.parametrize("point", ["staged", "detached", "switched", "parked"])
def test_halves_between_the_datasets_of_a_killed_publication_are_withdrawn_too(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, point: str
) -> None:
    city = catalogue(name, publish_mode="ab")
    press(shelf.keep(city, "v1"))
    press(shelf.keep(city, "v2"))
    leaked = Leaked(client, name)
    pair = shelf.keep(city, "v3")
    apart.killed_at(point, tmp_path, pair)
    apart.killed_at("intent-written", tmp_path, pair, withdraw="витік")
    done = take_back(press, pair[0])
    assert set(leaked.files) <= set(done.resources)
    assert leaked.tables == set()
    assert {client.status_of(each) for each in leaked.addresses} <= {403, 404}
    require_nothing_left_behind(client, name, leaked)


def test_a_file_that_nobody_saw_yet_is_withdrawn_too_where_its_publisher_was_killed_before_the_switch(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    press(shelf.keep(catalogue(name, publish_mode="ab", formats=["CSV"]), "v1"))
    pair = shelf.keep(catalogue(name, publish_mode="ab", formats=["CSV"], tables=("works", "stops")), "v2")
    apart.killed_at("staged", tmp_path, pair)
    leaked = Leaked(client, name)
    apart.killed_at("detached", tmp_path, pair)
    assert len(leaked.files.keys() - leaked.resources) == 3, "stops, works and the description are in neither dataset"
    done = take_back(press, pair[0])
    assert set(leaked.files) <= set(done.resources)
    assert {client.status_of(each) for each in leaked.addresses} <= {403, 404}
    require_nothing_left_behind(client, name, leaked)


def test_rows_that_a_killed_direct_publication_was_filling_in_are_removed_with_the_rest(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    city = catalogue(name, publish_mode="direct")
    table = next(each.id for each in press(shelf.keep(city, "v1")).resources if each.datastore)
    pair = shelf.keep(city, "v2")
    apart.killed_at("shadow-filled", tmp_path, pair)
    with ShadowTables(press.datastore_url) as tables:
        assert len(tables.stages(table)) == 1
        take_back(press, pair[0])
        assert tables.stages(table) == []


def require_nothing_left_behind(client: PortalClient, name: str, leaked: Leaked) -> None:
    """An editor who adds the same ids again would get what was left on the portal's disk."""
    again = [{"id": each, "name": "x", "url": places[0].rsplit("/", 1)[-1], "url_type": "upload"}
             for each, places in leaked.files.items()]  # fmt: skip
    client.revise(match__name=name, update__resources__extend=again)
    for resource in client.read("package_show", id=name)["resources"]:
        assert b"".join(client.download(resource["url"])) == TOMBSTONE
    assert leaked.tables == set()


@pytest.mark.parametrize(("mode", "point"), [("in_place", "claimed"), ("ab", "staged")])
def test_of_a_publication_that_was_killed_and_withdrawn_no_claim_is_left(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, mode: str, point: str
) -> None:
    city = catalogue(name, publish_mode=mode)
    press(shelf.keep(city, "v1"))
    apart.killed_at(point, tmp_path, shelf.keep(city, "v2"))
    withdraw(
        client=client, ledger=shelf.ledger, dataset=city.datasets[0], journal=press.journal, reason="test", who="test"
    )
    pair = shelf.keep(city, "v3")
    press(pair)
    assert press(pair).unchanged
    assert extra_of(client.read("package_show", id=name), PREPARED_BY) is None
