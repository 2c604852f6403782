"""The portal as a whole, started for real."""

from __future__ import annotations

import json
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import sqlalchemy as sa
from ckanapi import RemoteCKAN
from ckanapi.errors import NotAuthorized

from ternopil_pipelines.faults import PermanentFault
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.local_portal.processes import recall
from ternopil_pipelines_tests.local_portal.conftest import ORGANIZATION
from ternopil_pipelines_tests.portal_fixture import portal_environment, start_test_portal


@pytest.fixture
def base() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ternopil-portal-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _processes_of(portal: LocalPortal) -> list[psutil.Process]:
    """Every process of this portal, found without its own records: by the folder in the command line, and children."""
    found = []
    for process in psutil.process_iter():
        try:
            words = " ".join(process.cmdline())
            pid_file = portal.places.database / "postmaster.pid"
            postmaster = pid_file.exists() and pid_file.read_text().split()[0] == str(process.pid)
            if postmaster or str(portal.places.state) in words:
                found += [process, *process.children(recursive=True)]
            web = "gunicorn" in words and process.environ().get("CKAN_INI") == str(portal.places.ini)
            redis = "redis-server" in words and Path(process.cwd()) == portal.places.run
            if web or redis:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return list({process.pid: process for process in found}.values())


def test_a_second_up_finds_it_running_and_starts_nothing(portal: LocalPortal) -> None:
    before = {process.pid for process in _processes_of(portal)}
    said: list[str] = []
    state = portal.up(say=said.append)
    assert state.running
    assert state == portal.status()
    assert "уже працює" in said[-1]
    assert {process.pid for process in _processes_of(portal)} >= before


def test_anybody_may_ask_for_its_status_and_it_is_the_version_we_say(portal: LocalPortal) -> None:
    answer = requests.get(f"{portal.status().url}/api/3/action/status_show", timeout=30).json()["result"]
    assert answer["ckan_version"].startswith("2.12")
    assert {"ternopil_search", "datastore", "activity"} <= set(answer["extensions"])


def test_what_is_shown_of_the_state_holds_no_token(portal: LocalPortal) -> None:
    state = portal.status()
    assert state.admin_token and state.editor_token
    assert state.admin_token not in repr(state)
    assert state.editor_token not in repr(state)


def test_files_with_secrets_are_for_their_owner_alone(portal: LocalPortal) -> None:
    secrets = json.loads(portal.places.credentials.read_text(encoding="utf-8"))
    holders = [
        path
        for path in portal.places.state.rglob("*")
        if path.is_file()
        and portal.places.database not in path.parents
        and any(secret.encode() in path.read_bytes() for secret in secrets.values())
    ]
    assert {path.name for path in holders} >= {"credentials.json", "ckan.ini", "redis.conf"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in holders} == {0o600}
    assert stat.S_IMODE(portal.places.sockets.stat().st_mode) == 0o700


def test_nothing_listens_beyond_this_machine(portal: LocalPortal) -> None:
    listening = {
        connection.laddr.ip
        for process in _processes_of(portal)
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_organisations_are_made_once_and_the_publisher_edits_each(portal: LocalPortal) -> None:
    wanted = [("finance", "Фінансове управління"), ("culture", "Управління культури")]
    portal.ensure_organizations(wanted)
    portal.ensure_organizations([("finance", "Фінансове управління міської ради"), wanted[1]])
    with RemoteCKAN(str(portal.status().url), apikey=portal.status().editor_token) as editor:
        mine = {found["name"]: found for found in editor.action.organization_list_for_user(permission="create_dataset")}
    assert mine["finance"]["title"] == "Фінансове управління міської ради"
    assert mine["culture"]["capacity"] == "editor"


def test_the_publisher_creates_datasets_in_its_organisation_and_no_organisation(
    editor: RemoteCKAN, new_dataset: Callable[..., dict[str, Any]]
) -> None:
    assert new_dataset()["organization"]["name"] == ORGANIZATION
    with pytest.raises(NotAuthorized):
        editor.action.organization_create(name="self-made")


def test_an_uploaded_file_comes_back_byte_for_byte(
    editor: RemoteCKAN, new_dataset: Callable[..., dict[str, Any]]
) -> None:
    content = "назва;вулиця\nЗупинка «Їжакова»;Ґонти\n".encode()
    dataset = new_dataset(title="Зупинки міського транспорту")
    upload = ("zupynky.csv", BytesIO(content))
    resource = editor.action.resource_create(package_id=dataset["id"], name="Зупинки", format="CSV", upload=upload)
    assert requests.get(resource["url"], timeout=30).content == content
    assert editor.action.package_show(id=dataset["id"])["title"] == "Зупинки міського транспорту"


def test_a_table_is_loaded_found_and_shown(
    editor: RemoteCKAN, anonymous: RemoteCKAN, portal: LocalPortal, new_dataset: Callable[..., dict[str, Any]]
) -> None:
    dataset = new_dataset()
    upload = ("stops.csv", BytesIO(b"id\n1\n"))
    resource = editor.action.resource_create(package_id=dataset["id"], format="CSV", upload=upload)
    editor.action.datastore_create(
        resource_id=resource["id"],
        force=True,
        fields=[{"id": "id", "type": "int"}, {"id": "назва", "type": "text"}, {"id": "ціна", "type": "numeric"}],
        records=[{"id": number, "назва": f"Вулиця {number}", "ціна": "8.50"} for number in range(2000)],
        calculate_record_count=True,
    )
    found = anonymous.action.datastore_search(resource_id=resource["id"], q="Вулиця", limit=3, sort="id")
    assert found["total"] == 2000
    assert found["records"][0]["назва"] == "Вулиця 0"
    views = editor.action.resource_create_default_resource_views(
        resource=editor.action.resource_show(id=resource["id"]), create_datastore_views=True
    )
    assert "datatables_view" in {view["view_type"] for view in views}
    page = requests.get(f"{portal.status().url}/dataset/{dataset['name']}/resource/{resource['id']}", timeout=60)
    assert page.status_code == 200
    assert "Словник даних" in page.text


def test_the_datastore_is_reached_directly_by_its_owner_and_the_server_by_its_superuser(portal: LocalPortal) -> None:
    state = portal.status()
    for url, expected in ((state.datastore_write_url, ("ckan_default", False)), (state.postgres, ("postgres", True))):
        engine = sa.create_engine(str(url))
        with engine.connect() as connection:
            query = sa.text("SELECT usename, usesuper FROM pg_user WHERE usename = current_user")
            assert tuple(connection.execute(query).one()) == expected
        engine.dispose()


@pytest.mark.parametrize(("format_", "view"), [("GEOJSON", "text_view"), ("JSON", "text_view"), ("PNG", "image_view")])
def test_files_are_shown_by_the_view_of_their_format(
    editor: RemoteCKAN, new_dataset: Callable[..., dict[str, Any]], format_: str, view: str
) -> None:
    upload = (f"file.{format_.lower()}", BytesIO(b'{"type": "FeatureCollection", "features": []}'))
    resource = editor.action.resource_create(package_id=new_dataset()["id"], format=format_, upload=upload)
    assert [found["view_type"] for found in editor.action.resource_view_list(id=resource["id"])] == [view]


@pytest.mark.parametrize("path", ["/", "/dataset/", "/dataset/?q=зупинки&tags=транспорт", "/organization/", "/about"])
def test_people_read_its_pages_in_ukrainian(prepared: LocalPortal, path: str) -> None:
    page = requests.get(f"{prepared.status().url}{path}", timeout=60)
    assert page.status_code == 200
    assert "Портал відкритих даних Тернополя" in page.text
    assert "Набори даних" in page.text


def test_down_ends_every_process_and_up_finds_the_data_again(base: Path) -> None:
    portal = start_test_portal(base)
    portal.ensure_organizations([("finance", "Фінансове управління")])
    first = portal.status()
    ran = _processes_of(portal)
    assert len(ran) >= 6  # PostgreSQL and its helpers, Redis, gunicorn and its workers
    portal.down()
    assert [process for process in ran if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []
    assert _processes_of(portal) == []
    assert portal.status().running is False
    portal.down()  # nothing to stop is no fault

    again = LocalPortal(base, environment=portal_environment()).up()
    assert (again.url, again.admin_token) == (first.url, first.admin_token)
    assert requests.get(f"{again.url}/organization/finance", timeout=60).status_code == 200
    portal.purge()
    assert not portal.places.database.exists()
    assert not portal.places.credentials.exists()


def test_a_killed_web_server_is_noticed_and_started_again(base: Path) -> None:
    portal = start_test_portal(base)
    try:
        # By its number: while it names itself anew it has no command line to be found by, and goes on answering.
        (web,) = (each.process() for each in recall(portal.places.processes) if each.name == "gunicorn")
        assert web is not None
        ended = [web, *web.children(recursive=True)]
        for process in ended:
            process.kill()
        psutil.wait_procs(ended, timeout=30)
        assert portal.status().running is False
        with pytest.raises(PermanentFault, match="not running"):
            portal.ensure_organizations([("finance", "Фінансове управління")])
        assert portal.up().running
    finally:
        ran = _processes_of(portal)
        portal.purge()
    assert [process for process in ran if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []


def test_a_failed_start_names_its_log_and_leaves_nothing_running(base: Path) -> None:
    portal = start_test_portal(base)
    portal.down()
    # gunicorn cannot write its log; PostgreSQL and Redis have started by then.
    access = portal.places.logs / "access.log"
    access.unlink()
    access.mkdir()
    try:
        with pytest.raises(PermanentFault, match=r"gunicorn ended while starting, see .*ckan\.log") as refused:
            portal.up()
        assert "access.log" in str(refused.value)
        secrets = json.loads(portal.places.credentials.read_text(encoding="utf-8"))
        assert not [name for name, secret in secrets.items() if secret in str(refused.value)]
        assert _processes_of(portal) == []
    finally:
        portal.purge()
