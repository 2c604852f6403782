"""The API over real HTTP, and started as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ternopil_pipelines.demo.api import api_rows, server

TOKEN = "demo-token"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server(token=TOKEN) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def get(url: str, **keywords: object) -> requests.Response:
    with requests.Session() as session:
        return session.get(url, timeout=10, **keywords)


def test_pages_by_number_serve_each_vehicle_once(url: str) -> None:
    served, page = [], 1
    while items := get(f"{url}/transport/vehicles", params={"page": page, "per_page": 50}).json()["items"]:
        served += items
        page += 1
    assert page == 4
    assert served == api_rows("vehicles")


def test_pages_by_offset_serve_each_petition_once(url: str) -> None:
    served: list[object] = []
    while True:
        answer = get(
            f"{url}/participation/petitions",
            params={"offset": len(served), "limit": 100},
            headers={"Authorization": f"Bearer {TOKEN}"},
        ).json()
        served += answer["data"]
        if len(served) >= answer["meta"]["total"]:
            break
    assert served == api_rows("petitions")


def test_following_the_next_link_serves_each_station_once(url: str) -> None:
    served, following = [], f"{url}/infrastructure/charging-stations"
    while following:
        answer = get(following).json()
        served += answer["results"]
        following = answer["links"]["next"]
    assert served == api_rows("charging-stations")


def test_positions_come_at_once(url: str) -> None:
    assert get(f"{url}/transport/positions").json()["vehicles"] == api_rows("positions")


@pytest.mark.parametrize("given", [None, "Bearer wrong", TOKEN])
def test_petitions_need_the_token(url: str, given: str | None) -> None:
    answer = get(f"{url}/participation/petitions", headers={"Authorization": given} if given else {})
    assert answer.status_code == 401
    assert "data" not in answer.json()


def test_without_a_token_in_its_environment_nobody_reads_petitions() -> None:
    with server(token=None) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        address = f"http://127.0.0.1:{running.server_address[1]}/participation/petitions"
        assert get(address, headers={"Authorization": "Bearer None"}).status_code == 401
        running.shutdown()
        thread.join()


def test_an_unchanged_page_is_not_sent_again(url: str) -> None:
    first = get(f"{url}/transport/positions")
    again = get(f"{url}/transport/positions", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("query", ["page=0", "page=x", "per_page=-1", "page=²"])
def test_a_page_that_is_no_number_is_refused(url: str, query: str) -> None:
    assert get(f"{url}/transport/vehicles?{query}").status_code == 400


def test_an_unknown_register_is_not_found(url: str) -> None:
    assert get(f"{url}/residents").status_code == 404


def test_the_program_says_where_it_answers(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    command = [sys.executable, "-m", "ternopil_pipelines.demo.api", "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen(command, env={**os.environ, "CITY_API_TOKEN": TOKEN}) as process:
        try:
            while not ready.exists() and process.poll() is None:
                time.sleep(0.05)
            assert get(f"{ready.read_text().strip()}/transport/vehicles").json()["total"] == 140
        finally:
            process.terminate()
