"""Faults of APIs at the size the fault model asks for: a sample in every run, the whole with `-m bars`."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from ternopil_pipelines.faults import SourceDenied, SourceRefused, SourceUnreachable
from ternopil_pipelines.receive import fetching
from ternopil_pipelines_tests.receive.test_api import RECORDS, Serving, answer, asked, ids, received
from ternopil_pipelines_tests.receive.test_faulty_files import sized

# Loopback, private, link-local and reserved addresses in every spelling that has fooled somebody.
OFF_THE_INTERNET = [
    "https://127.0.0.1:{port}/", "https://127.1:{port}/", "https://2130706433:{port}/", "https://0x7f000001:{port}/",
    "https://017700000001:{port}/", "https://0:{port}/", "https://0.0.0.0:{port}/", "https://localhost:{port}/",
    "https://localhost.:{port}/", "https://[::1]:{port}/", "https://[::ffff:127.0.0.1]:{port}/",
    "https://[::ffff:7f00:1]:{port}/", "https://[64:ff9b::7f00:1]:{port}/", "https://[2002:7f00:1::]:{port}/",
    "https://[::]:{port}/", "https://10.0.0.1:{port}/", "https://172.16.0.1:{port}/", "https://192.168.0.1:{port}/",
    "https://169.254.169.254:{port}/", "https://100.64.0.1:{port}/", "https://[fe80::1]:{port}/",
    "https://[fc00::1]:{port}/", "https://224.0.0.1:{port}/",
]  # fmt: skip


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


@pytest.mark.parametrize("url", OFF_THE_INTERNET)
def test_no_address_off_the_open_internet_is_connected_to(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    calls: list[str] = []
    port = port_of(serving(lambda handler: calls.append(handler.path)))
    connected: list[Any] = []
    connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda self, to: (connected.append(to), connect(self, to))[1])
    with pytest.raises((SourceDenied, SourceUnreachable)):
        received(url.format(port=port), private_network=False, timeout=2)
    assert (calls, connected) == ([], [])


@pytest.mark.parametrize("answers", [["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "93.184.216.34"]])
def test_a_name_that_changes_its_address_gains_nothing(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    """A rebinding name server: the first answer is judged, the second would be connected to."""
    calls: list[str] = []
    port = port_of(serving(lambda handler: calls.append(handler.path)))
    resolve, given, connected = socket.getaddrinfo, [], []

    def rebinding(host: Any, *rest: Any, **named: Any) -> Any:
        if host == "data.example.ua":
            given.append(host)
            host = answers[min(len(given), 2) - 1]
        return resolve(host, *rest, **named)

    def connect(self: socket.socket, to: Any) -> None:
        connected.append(to[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(fetching, "REFUSED_TRIES", 1)
    with pytest.raises((SourceDenied, SourceUnreachable)):
        received(f"https://data.example.ua:{port}/", private_network=False, timeout=2)
    assert calls == []
    assert set(connected) <= {"93.184.216.34"}


@sized(25, 1000)
def test_records_are_never_lost_in_silence_while_the_source_changes(serving: Serving, count: int) -> None:
    """Before some pages a record goes or comes: what is received is one state the source was in, or a fault."""
    state: dict[str, Any] = {}

    def respond(handler: BaseHTTPRequestHandler) -> None:
        chosen, records = state["chosen"], state["records"]
        if chosen.random() < state["unrest"]:
            if records and chosen.random() < 0.6:
                records.pop(chosen.randrange(len(records)))
            else:
                state["next"] += 1
                records.insert(chosen.randrange(len(records) + 1), {"id": state["next"], "name": "нове"})
            state["seen"].add(tuple(record["id"] for record in records))
        start = int(asked(handler)["offset"])
        content: dict[str, Any] = {"items": records[start : start + 10]}
        if state["total"]:
            content["total"] = len(records)
        answer(handler, content)

    url = serving(respond)
    told = 0
    for seed in range(count):
        chosen = random.Random(seed)
        records = [{"id": number, "name": "назва"} for number in range(chosen.choice([15, 25, 43]))]
        state.update(chosen=chosen, records=records, next=1000, unrest=chosen.choice([0.05, 0.3, 1.0]))
        state.update(total=chosen.random() < 0.5, seen={tuple(record["id"] for record in records)})
        paging = {"kind": "offset", "size": 10, **({"total": "total"} if state["total"] else {})}
        try:
            receipt = received(url, records="items", paging=paging, identity=("id",))
        except SourceUnreachable:
            told += 1
            continue
        assert tuple(ids(receipt)) in state["seen"], seed
    assert told < count


@pytest.mark.parametrize("asked_seconds", [1, 30, 50, 119, 3600])
def test_waiting_as_asked_stays_within_its_budget(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, asked_seconds: int
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(fetching.time, "sleep", slept.append)
    url = serving(lambda handler: answer(handler, {}, status=503, Retry_After=str(asked_seconds)))
    with pytest.raises(SourceUnreachable, match="HTTP 503"):
        received(url)
    assert sum(slept) <= fetching.WAIT_SECONDS
    assert len(slept) == fetching.WAIT_SECONDS // asked_seconds


def short_length(handler: BaseHTTPRequestHandler, whole: bytes, cut: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(whole)))
    handler.end_headers()
    handler.wfile.write(whole[:cut])


def without_length(handler: BaseHTTPRequestHandler, whole: bytes, cut: int) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(whole[:cut])


def cut_chunks(handler: BaseHTTPRequestHandler, whole: bytes, cut: int) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(f"{len(whole):x}\r\n".encode() + whole[:cut])
    handler.close_connection = True


def cut_gzip(handler: BaseHTTPRequestHandler, whole: bytes, cut: int) -> None:
    packed = gzip.compress(whole)
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.end_headers()
    handler.wfile.write(packed[: max(1, len(packed) * cut // len(whole))])


@sized(10, 100)
@pytest.mark.parametrize("manner", [short_length, without_length, cut_chunks, cut_gzip])
def test_a_body_cut_anywhere_is_never_taken_for_whole(
    serving: Serving, manner: Callable[[BaseHTTPRequestHandler, bytes, int], None], count: int
) -> None:
    whole = json.dumps(RECORDS, ensure_ascii=False).encode()
    cuts = [max(1, len(whole) * at // count) for at in range(count)]
    waiting = list(cuts)

    def respond(handler: BaseHTTPRequestHandler) -> None:
        with contextlib.suppress(OSError):
            manner(handler, whole, waiting.pop(0))

    url = serving(respond)
    for cut in cuts:
        try:
            # Of a packed body only the checksum may be missing: what was sent has then come whole.
            receipt = received(url, timeout=5)
            assert manner is cut_gzip, cut
            assert ids(receipt) == list(range(25)), cut
        except (SourceUnreachable, SourceRefused):
            pass
        assert len(waiting) == len(cuts) - cuts.index(cut) - 1
