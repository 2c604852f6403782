"""What is read back wrong is sent again; what cannot be helped is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests
from sqlalchemy import create_engine

from ternopil_pipelines.faults import PortalRefused, PortalUnreachable
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal import datastore
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.publication import quiet
from ternopil_pipelines.portal.situation import Work, look
from ternopil_pipelines.portal.verification import verify
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.failing_proxy import FailingProxy
from ternopil_pipelines_tests.portal.making import Shelf, catalogue
from ternopil_pipelines_tests.portal.reader import Reader


def test_a_file_exchanged_by_somebody_is_noticed_and_sent_again(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    file = next(each for each in press(pair).resources if each.format == "JSON")
    client.revise(match__name=name, files={file.id: ("works.json", b"[]")})
    again = press(pair)
    assert not again.unchanged
    assert client.sha256_of(file.url)[0] == file.sha256


def test_rows_changed_by_somebody_are_noticed_by_their_number(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    table = next(each.id for each in press(pair).resources if each.datastore)
    client.call(
        "datastore_upsert", resource_id=table, force=True, method="insert", records=[{"id": 1}],
        calculate_record_count=True,
    )  # fmt: skip
    assert not press(pair).unchanged
    assert client.read("datastore_search", resource_id=table, limit=0)["total"] == 40


@pytest.mark.parametrize("shown", [True, False])
def test_one_changed_cell_of_a_table_is_found_by_reading_every_row(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path, shown: bool
) -> None:
    """After a run that was cut off; and a dataset that nobody has seen yet is not shown with it."""
    pair = shelf.keep(catalogue(name), "v1")
    apart.killed_at("made-public" if shown else "tables-loaded", tmp_path, pair)
    resources = client.read("package_show", id=name)["resources"]
    table = next(each["id"] for each in resources if each["datastore_active"])
    changed = [{"_id": 23, "version": "stranger"}]
    client.call("datastore_upsert", resource_id=table, force=True, method="update", records=changed)
    told: list[str] = []
    with Reader(client.url, name, {"v1": 40}) as reader:
        assert not press(pair, say=told.append).unchanged
    if not shown:
        assert any("1 rows are not what was sent" in text for text in told)
        assert reader.looks.mixed == []
    assert client.read("datastore_search", resource_id=table, q="stranger", limit=0)["total"] == 0
    assert press(pair).unchanged


@contextmanager
def trigger(press: Press, table: str, name: str, body: str) -> Iterator[None]:
    """Something of the portal's operator on a table, for each row written."""
    made = f"""
        CREATE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;
        CREATE TRIGGER meddling BEFORE INSERT OR UPDATE ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{name}"();
    """
    database = create_engine(press.datastore_url)
    try:
        with database.begin() as connection:
            connection.exec_driver_sql(made)
        yield
    finally:
        with database.begin() as connection:
            connection.exec_driver_sql(f'DROP FUNCTION "{name}"() CASCADE')
        database.dispose()


def test_a_portal_that_changes_what_it_is_sent_is_named_and_not_tried_for_ever(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name)
    table = next(each.id for each in press(shelf.keep(city, "v1")).resources if each.datastore)
    pair = shelf.keep(city, "v2")
    told: list[str] = []
    with (
        trigger(press, table, name, "IF NEW.id = 3 THEN NEW.note := 'kept'; END IF;"),
        pytest.raises(PortalRefused, match="works: 1 rows differ from the file; something on the portal"),
    ):
        press(pair, say=told.append)
    assert sum(text.startswith("sending again") for text in told) == 1
    assert not press(pair).unchanged
    assert press(pair).unchanged


class StaleCache(FailingProxy):
    """In front of the portal something that goes on showing citizens an older title."""

    def forward(self, handler: BaseHTTPRequestHandler) -> requests.Response:
        answer = super().forward(handler)
        if "package_show" in handler.path and "Authorization" not in handler.headers:
            body = answer.json()
            body["result"]["title"] = "Стара назва"
            answer._content = json.dumps(body).encode()
        return answer


def test_what_somebodys_cache_shows_to_citizens_is_a_passing_fault_for_nothing_was_sent_that_could_mend_it(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    with (
        StaleCache(client.url) as proxy,
        PortalClient(proxy.url, client.token) as behind,
        pytest.raises(PortalUnreachable, match="passport: title differs"),
    ):
        press(pair, client=behind)
    assert press(pair).unchanged


def test_a_full_disk_of_the_portal_costs_no_reader_the_table_that_stands(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name)
    table = next(each.id for each in press(shelf.keep(city, "v1")).resources if each.datastore)
    pair = shelf.keep(city, "v2", rows=45)
    full = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';"
    with Reader(client.url, name, {"v1": 40, "v2": 45}) as reader:
        with (
            trigger(press, table, name, f"IF NEW.id = 30 THEN {full} END IF;"),
            pytest.raises(PortalUnreachable, match="the portal's database has trouble"),
        ):
            press(pair)
        assert client.read("datastore_search", anonymous=True, resource_id=table, q="v1", limit=0)["total"] == 40
        press(pair)
    assert (reader.looks.mixed, reader.looks.absent) == ([], 0)
    assert press(pair).unchanged


def test_a_label_somebody_changed_is_read_back_and_mended_without_the_rows(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name)
    dataset, edition = shelf.keep(city, "v1")
    table = next(each.id for each in press((dataset, edition)).resources if each.datastore)
    work = Work(client, shelf.archive, edition, name, quiet)
    before = look(work)
    state = before.tables[table]
    assert state is not None
    fields = [{"id": each, "type": kind, "info": {}} for each, kind in state.fields]
    fields[0]["info"] = {datastore.MARK: state.mark}
    client.call("datastore_create", resource_id=table, force=True, fields=fields, records=[])
    _, found = verify(work, before)
    assert found.told == ["table works: its data dictionary differs"]
    told: list[str] = []
    assert not press((dataset, edition), say=told.append).unchanged
    assert not any("loading" in text or "writing" in text for text in told)
    assert not verify(work, look(work))[1]


def test_whoever_was_killed_after_all_was_done_leaves_a_receipt_to_the_next_run(
    apart: Apart, client: PortalClient, shelf: Shelf, press: Press, name: str, tmp_path: Path
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    apart.killed_at("verified", tmp_path, pair)
    result = press(pair)
    assert result.unchanged and result.receipt is not None and result.receipt.tables == {"works": 40}
    assert (result.user, result.decision.verdict) == (client.user(), "passed") and result.user
    again = press(pair)
    assert (again.receipt, again.user) == (None, client.user())


class IdleConnectionLost(FailingProxy):
    """Closes what citizens' reading back left idle: the publisher's own next call is not answered."""

    def way(self, asked: str) -> str | None:
        super().way(asked)
        idle = any("datastore_search" in each for each in self.calls)
        return "lost" if idle and asked.endswith("user_show") else None


def test_whose_token_it_was_is_asked_before_and_costs_no_receipt_when_all_is_done(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    """Once in 74 kills the edition stood, the run failed by its last call, and the next one found nothing to do."""
    pair = shelf.keep(catalogue(name), "v1")
    with IdleConnectionLost(client.url) as proxy, PortalClient(proxy.url, client.token) as behind:
        result = press(pair, client=behind)
    assert result.receipt is not None and result.user == client.user()
    assert press(pair).unchanged


def test_a_file_written_to_the_wrong_resource_while_publishing_is_healed_in_the_same_run(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    city = catalogue(name)
    first = press(shelf.keep(city, "v1"))
    file = next(each for each in first.resources if each.format == "JSON")
    told: list[str] = []

    def meddle(text: str) -> None:
        told.append(text)
        if text.startswith("loading"):
            client.revise(match__name=name, files={file.id: ("works.json", b"another resource's bytes")})

    second = press(shelf.keep(city, "v2", rows=39), say=meddle)
    assert any(text.startswith("sending again") for text in told)
    json_file = next(each for each in second.resources if each.format == "JSON")
    assert client.sha256_of(json_file.url)[0] == json_file.sha256


@pytest.mark.parametrize("mode", ["in_place", "ab", "direct"])
def test_while_search_is_down_the_run_fails_and_the_next_one_finishes(
    portal: LocalPortal, client: PortalClient, shelf: Shelf, press: Press, name: str, mode: str
) -> None:
    city = catalogue(name, publish_mode=mode)
    press(shelf.keep(city, "v1", rows=10))
    pair = shelf.keep(city, "v2", rows=20)
    portal.set_search(False)
    try:
        with pytest.raises(PortalUnreachable):
            press(pair)
    finally:
        portal.set_search(True)
    result = press(pair)
    assert result.receipt is not None and result.receipt.in_search
    assert press(pair).unchanged
    for each in result.resources:
        assert client.sha256_of(each.url)[0] == each.sha256


def test_a_wrong_file_is_sent_again_without_touching_the_table(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    table = next(each for each in press(pair).resources if each.datastore)
    client.revise(match__name=name, files={table.id: ("works.csv", b"id\n")})
    told: list[str] = []
    assert not press(pair, say=told.append).unchanged
    assert told == ["sending 1 files"]
    assert client.sha256_of(table.url)[0] == table.sha256
