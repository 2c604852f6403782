"""APIs with pages, moods and traps, served by a real server."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.model import ApiSource
from ternopil_pipelines.faults import Fault, SourceDenied, SourceRefused, SourceUnreachable, VariableMissing
from ternopil_pipelines.receive.addresses import is_public
from ternopil_pipelines.receive.api import api_change_mark, receive_api
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines_tests.receive.making import codes, rows_of

Serving = Callable[[Callable[[BaseHTTPRequestHandler], None]], str]
RECORDS = [{"id": number, "name": f"назва {number}"} for number in range(25)]


def answer(handler: BaseHTTPRequestHandler, content: Any, *, status: int = 200, **headers: str) -> None:
    body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    handler.send_response(status)
    known = {"Content_Type": "application/json", "Content_Length": str(len(body))}
    for name, value in {**known, **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    if handler.command == "GET":
        handler.wfile.write(body)


def asked(handler: BaseHTTPRequestHandler) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(handler.path).query))


def received(
    url: str, *, variables: Mapping[str, str] | None = None, identity: tuple[str, ...] = (), **source: Any
) -> Receipt:
    source.setdefault("private_network", True)
    declared = ApiSource.model_validate({"kind": "api", "url": url, **source})
    return receive_api(declared, Environment(variables or {}), key="datasets.x", identity=identity)


def ids(receipt: Receipt) -> list[int]:
    return [int(value) for value in receipt.text["id"]]


def page_of(number: int, size: int = 10) -> list[dict[str, Any]]:
    return RECORDS[number * size : (number + 1) * size]


def test_values_come_as_exact_text_and_nested_ones_as_json(serving: Serving) -> None:
    body = b'{"data": {"items": [{"a": 1250.10, "b": 1e-7, "c": true, "d": null, "e": {"x": [1, 2.5]}, "f": "007"}]}}'
    receipt = received(serving(lambda handler: answer(handler, body)), records="data.items")
    assert rows_of(receipt) == [["1250.10", "0.0000001", "true", None, '{"x": [1, 2.5]}', "007"]]
    assert receipt.content == body
    assert receipt.rows.tolist() == [1]


@pytest.mark.parametrize(
    "paging",
    [
        {"kind": "page", "size": 10, "size_parameter": "size"},
        {"kind": "page", "parameter": "p", "start": 0, "total": "total"},
        {"kind": "offset", "size": 10},
        {"kind": "offset", "size": 100, "total": "total"},
        {"kind": "cursor", "parameter": "after", "next": "meta.cursor"},
        {"kind": "next", "next": "next"},
        {"kind": "link"},
    ],
)
def test_every_kind_of_paging_brings_every_record_once_and_in_order(serving: Serving, paging: dict[str, Any]) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        said = asked(handler)
        start = int(said.get("offset") or said.get("after") or 0)
        if "page" in said or "p" in said:
            start = 10 * (int(said["page"]) - 1 if "page" in said else int(said["p"]))
        more = start + 10 < len(RECORDS)
        content = {
            "items": RECORDS[start : start + 10],
            "total": len(RECORDS),
            "meta": {"cursor": start + 10 if more else None},
            "next": f"?after={start + 10}" if more else None,
        }
        link = {"Link": f'<?after={start + 10}>; rel="next"'} if more else {}
        answer(handler, content, **link)

    receipt = received(serving(respond), records="items", paging=paging)
    assert ids(receipt) == list(range(25))


def test_a_page_beyond_the_last_may_be_refused(serving: Serving) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        number = int(asked(handler)["page"]) - 1
        answer(handler, page_of(number, 5)) if number < 5 else answer(handler, {}, status=404)

    assert ids(received(serving(respond), paging={"kind": "page", "size": 5})) == list(range(25))


def test_a_server_that_turns_no_page_is_denied(serving: Serving) -> None:
    with pytest.raises(SourceDenied, match="does not turn the page"):
        received(serving(lambda handler: answer(handler, RECORDS)), paging={"kind": "page"})


def test_a_circle_of_pages_is_denied(serving: Serving) -> None:
    content = {"items": RECORDS, "next": "?again=1"}
    with pytest.raises(SourceDenied, match="already read"):
        received(
            serving(lambda handler: answer(handler, content)), records="items", paging={"kind": "next", "next": "next"}
        )


def test_records_that_move_while_pages_are_read_are_never_lost(serving: Serving) -> None:
    records = list(RECORDS)

    def respond(handler: BaseHTTPRequestHandler) -> None:
        start = int(asked(handler)["offset"])
        answer(handler, records[start : start + 10])
        if len(records) == 25 and start == 10:
            records.pop(0)

    receipt = received(serving(respond), paging={"kind": "offset", "size": 10}, identity=("id",))
    assert ids(receipt) == list(range(1, 25))


def test_a_source_that_never_stands_still_is_asked_again_later(serving: Serving) -> None:
    records = list(RECORDS)

    def respond(handler: BaseHTTPRequestHandler) -> None:
        start = int(asked(handler)["offset"])
        answer(handler, records[start : start + 10])
        records.insert(0, {"id": 100 + len(records), "name": "нове"})

    with pytest.raises(SourceUnreachable, match="changed during each"):
        received(serving(respond), paging={"kind": "offset", "size": 10})


def test_a_total_that_disagrees_is_no_whole_answer(serving: Serving) -> None:
    content = {"items": RECORDS, "total": 26}
    with pytest.raises(SourceUnreachable, match="total disagrees"):
        received(serving(lambda handler: answer(handler, content)), records="items", paging={"total": "total"})


def test_headers_and_parameters_are_filled_from_the_environment(serving: Serving) -> None:
    seen: list[tuple[str | None, dict[str, str]]] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        seen.append((handler.headers["Authorization"], asked(handler)))
        answer(handler, RECORDS)

    declared = {"headers": {"Authorization": "Bearer ${TOKEN}"}, "parameters": {"city": "${CITY:-Тернопіль}", "n": 5}}
    received(serving(respond), variables={"TOKEN": "very-secret"}, **declared)
    assert seen == [("Bearer very-secret", {"city": "Тернопіль", "n": "5"})]
    with pytest.raises(VariableMissing, match="TOKEN"):
        received("http://127.0.0.1:1/", **declared)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, SourceDenied),
        (404, SourceDenied),
        (500, SourceUnreachable),
        (502, SourceUnreachable),
        (429, SourceUnreachable),
    ],
)
def test_refusals_are_denied_and_failures_come_again(serving: Serving, status: int, fault: type[Fault]) -> None:
    url = serving(lambda handler: answer(handler, {"error": "very-secret"}, status=status))
    with pytest.raises(fault, match=f"HTTP {status}") as raised:
        received(f"{url}/data?key=very-secret")
    assert "very-secret" not in str(raised.value)


def test_a_short_retry_after_is_waited_for_and_a_long_one_is_not(serving: Serving) -> None:
    calls = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        calls.append(handler.path)
        if len(calls) == 1:
            answer(handler, {}, status=503, Retry_After="1")
        else:
            answer(handler, RECORDS)

    assert len(received(serving(respond)).text) == 25
    with pytest.raises(SourceUnreachable, match="503"):
        received(serving(lambda handler: answer(handler, {}, status=503, Retry_After="21600")))


def chunks_without_end(handler: BaseHTTPRequestHandler) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"4\r\n[1,2\r\n")
    handler.close_connection = True


def test_an_answer_cut_short_comes_again_and_a_web_page_is_refused(serving: Serving) -> None:
    whole = json.dumps(RECORDS).encode()
    for cut in (1, 40, len(whole) - 1):
        with pytest.raises(SourceUnreachable):
            received(serving(lambda handler, cut=cut: answer(handler, whole[:cut])))
    with pytest.raises(SourceUnreachable, match="broke off"):
        received(serving(lambda handler: answer(handler, whole, Content_Length=str(len(whole) + 5))), timeout=2)
    with pytest.raises(SourceUnreachable, match="broke off"):
        received(serving(chunks_without_end))
    with pytest.raises(SourceRefused) as refused:
        received(serving(lambda handler: answer(handler, b"<html>login</html>", Content_Type="text/html")))
    assert codes(refused.value) == ["answer-not-json"]


def test_an_answer_without_records_where_they_are_declared_is_denied(serving: Serving) -> None:
    with pytest.raises(SourceDenied, match="no list of records at `items`"):
        received(serving(lambda handler: answer(handler, {"data": []})), records="items")


def test_a_slow_drip_is_cut_at_the_sources_time(serving: Serving) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(100):
                handler.wfile.write(b" " * 1000)
                time.sleep(0.1)

    with pytest.raises(SourceUnreachable, match="not whole within 1 s"):
        received(serving(respond), timeout=1.0)


def test_no_connection_comes_again() -> None:
    with pytest.raises(SourceUnreachable, match="no connection"):
        received("http://127.0.0.1:1/data")


def test_only_declared_hosts_are_fetched_also_over_redirects_and_next_pages(serving: Serving) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/moved":
            answer(handler, b"", status=302, Location="/data")
        elif handler.path == "/away":
            answer(handler, b"", status=302, Location="http://localhost:9/data")
        else:
            answer(handler, {"items": RECORDS, "next": "http://localhost:9/data"})

    url = serving(respond)
    assert len(received(f"{url}/moved", records="items").text) == 25
    for path, paging in (("/away", {}), ("/data", {"kind": "next", "next": "next"})):
        with pytest.raises(SourceDenied, match="'localhost' is not among"):
            received(f"{url}{path}", records="items", paging=paging)


@pytest.mark.parametrize("url", ["https://127.0.0.1:9/", "https://localhost:9/", "https://[::1]:9/"])
def test_addresses_off_the_open_internet_need_leave(url: str) -> None:
    with pytest.raises(SourceDenied, match="open internet"):
        received(url, private_network=False)


def test_plain_http_and_credentials_in_the_url_are_denied() -> None:
    with pytest.raises(SourceDenied, match="only https"):
        received("http://example.org/", private_network=False)
    with pytest.raises(SourceDenied, match="credentials") as denied:
        received("https://user:very-secret@example.org/", private_network=False)
    assert "very-secret" not in str(denied.value)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("not an address", False),
    ],
)
def test_wrapped_private_addresses_are_seen_through(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_dialects_know_where_things_stand(serving: Serving) -> None:
    def arcgis(handler: BaseHTTPRequestHandler) -> None:
        start = int(asked(handler)["resultOffset"])
        features = [{"attributes": {"id": number}, "geometry": {"x": 25.5, "y": 49.5}} for number in range(3)]
        answer(handler, {"features": features[start : start + 1000]})

    def ckan(handler: BaseHTTPRequestHandler) -> None:
        start = int(asked(handler)["offset"])
        answer(handler, {"success": True, "result": {"records": RECORDS[start : start + 10], "total": 25}})

    def odata(handler: BaseHTTPRequestHandler) -> None:
        start = int(asked(handler).get("$skip", 0))
        more = {"@odata.nextLink": f"?$skip={start + 20}"} if start == 0 else {}
        answer(handler, {"value": [{"@odata.id": "x", **each} for each in RECORDS[start : start + 20]], **more})

    assert rows_of(received(serving(arcgis), dialect="arcgis")) == [[str(at), "25.5", "49.5"] for at in range(3)]
    assert ids(received(serving(ckan), dialect="ckan")) == list(range(25))
    table = received(serving(odata), dialect="odata")
    assert (ids(table), list(table.text.columns)) == (list(range(25)), ["id", "name"])
    with pytest.raises(SourceDenied, match="ArcGIS error 498"):
        received(serving(lambda handler: answer(handler, {"error": {"code": 498}})), dialect="arcgis")


def test_the_change_mark_is_the_declared_one_or_the_servers(serving: Serving) -> None:
    url = serving(lambda handler: answer(handler, {"meta": {"at": 7}, "items": []}, ETag='"v1"', X_Version="3"))

    def mark(**declared: Any) -> str | None:
        source = ApiSource.model_validate({"kind": "api", "url": url, "private_network": True, **declared})
        return api_change_mark(source, Environment({}), key="x")

    assert mark(changed="meta.at") == "7"
    assert mark(changed="X-Version") == "3"
    assert mark() == '"v1"'
    assert received(url, records="items", changed="meta.at").changed == "7"
