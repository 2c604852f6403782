"""The connection to a portal, against small servers that answer as portals and their proxies do."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines.faults import Fault, PortalRefused, PortalUnreachable, PublicationContested
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal import transport
from ternopil_pipelines.portal.answers import PortalForbidden, PortalMissing, PortalTooSmall
from ternopil_pipelines.portal.client import PortalClient

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJzZWNyZXQifQ.sgnaturesgnature"

Answer = tuple[int, dict[str, str], bytes]


class Served:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.url = ""


@contextmanager
def serving(answer: Callable[[int], Answer]) -> Iterator[Served]:
    """A server that answers the n-th call (from 1) with `answer(n)`."""
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            served.asked.append((self.command, self.path, dict(self.headers), body))
            status, headers, content = answer(len(served.asked))
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_HEAD = _do

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def fine(result: Any) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps({"success": True, "result": result}).encode()


def error(status: int, kind: str, **details: Any) -> Answer:
    return status, {}, json.dumps({"success": False, "error": {"__type": kind, **details}}).encode()


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (error(404, "Not Found Error", message="Not found"), PortalMissing),
        (error(403, "Authorization Error", message="Access denied"), PortalForbidden),
        (error(409, "Validation Error", match=["metadata_modified"]), PublicationContested),
        (error(409, "Validation Error", name=["That URL is already in use."]), PortalRefused),
        (error(500, "Search Index Error", message="Unable to add package"), PortalUnreachable),
        ((502, {"Content-Type": "text/html"}, b"<html>Bad Gateway</html>"), PortalUnreachable),
        ((500, {}, b"Internal Server Error"), PortalUnreachable),
        ((408, {}, b"<html>Request Timeout</html>"), PortalUnreachable),
        ((413, {}, b"<html>Request Entity Too Large</html>"), PortalRefused),
        ((200, {}, b'{"success": true, "resu'), PortalUnreachable),
        ((200, {}, b"[]"), PortalUnreachable),
        ((301, {"Location": "https://other.example/"}, b""), PortalRefused),
        ((418, {}, b"<html>" + b"x" * 10_000), PortalRefused),
    ],
)
def test_each_answer_becomes_a_fault_without_page_token_or_address(answer: Answer, fault: type[Fault]) -> None:
    with serving(lambda n: answer) as served, PortalClient(served.url, TOKEN) as client, pytest.raises(fault) as caught:
        client.call("package_revise", match__id="x")
    told = str(caught.value)
    assert "html" not in told.lower() and TOKEN not in told and "127.0.0.1" not in told
    assert len(told) < 400 and told.startswith("package_revise: ")
    assert caught.value.__cause__ is None
    assert len(served.asked) == 1


def test_a_token_in_the_portals_own_words_is_not_passed_on() -> None:
    answer = error(409, "Validation Error", notes=[f"strange value {TOKEN} at https://user:pw@portal/x?key=1"])
    with serving(lambda number: answer) as served, PortalClient(served.url, TOKEN) as client:
        assert TOKEN not in repr(client)
        with pytest.raises(PortalRefused) as caught:
            client.call("package_create", name="x")
    assert TOKEN not in str(caught.value) and "pw" not in str(caught.value)


def test_the_token_goes_to_the_portal_alone() -> None:
    with (
        serving(lambda number: fine([])) as other,
        serving(lambda number: fine([])) as served,
        PortalClient(served.url, TOKEN) as client,
    ):
        client.read("package_show", id="x")
        client.read("package_show", anonymous=True, id="x")
        list(client.download(f"{other.url}/file", anonymous=False))
        list(client.download(f"{served.url}/file", anonymous=False))
    assert [TOKEN in str(headers) for _, _, headers, _ in served.asked] == [True, False, True]
    assert TOKEN not in str(other.asked)


def test_nothing_listening_is_a_transient_fault() -> None:
    with PortalClient("http://127.0.0.1:9", None) as client, pytest.raises(PortalUnreachable):
        client.read("status_show")


@pytest.mark.parametrize("url", ["ftp://portal", "portal.example", "javascript:alert(1)", ""])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(PortalRefused):
        PortalClient(url, None)


def test_no_call_goes_over_a_connection_that_stood_idle_and_may_be_closed_just_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert transport.LONGEST_IDLE < 2  # gunicorn's
    monkeypatch.setattr(transport, "LONGEST_IDLE", 3.0)  # so that a busy machine's own pauses are none
    connections: list[int] = []
    both = threading.Barrier(2)

    class ClosesIdle(BaseHTTPRequestHandler):
        """One object for each connection."""

        protocol_version = "HTTP/1.1"
        answered: float | None = None

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.answered is not None and time.monotonic() - self.answered > 3:
                self.close_connection = True
                return
            connections.append(self.client_address[1])
            if self.path.endswith("datastore_upsert"):
                both.wait(timeout=60)
            content = json.dumps({"success": True, "result": {}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.answered = time.monotonic()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), ClosesIdle)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        with PortalClient(f"http://127.0.0.1:{server.server_port}", TOKEN) as client, ThreadPoolExecutor(2) as pool:
            for _ in range(2):
                list(pool.map(client.call, ["datastore_upsert"] * 2))
                # One of the two connections is used meanwhile, the other rests.
                for _ in range(5):
                    time.sleep(0.7)
                    client.call("user_show")
            time.sleep(3.5)
            client.call("user_show")
    finally:
        server.shutdown()
        server.server_close()
    first, second, *between = connections[:7]
    assert first != second and set(between) < {first, second}
    assert set(connections[7:9]) != {first, second}
    assert connections[-1] not in connections[:-1]


@contextmanager
def taking_calls(handle: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A port where each connection is `handle`d and closed, over TLS with `context`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            with suppress(OSError):
                while True:
                    taken, _ = listening.accept()
                    with taken, context.wrap_socket(taken, server_side=True) if context else taken as connection:
                        handle(connection)

        threading.Thread(target=take, daemon=True).start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            listening.shutdown(socket.SHUT_RDWR)


def answered(connection: socket.socket, status: str = "200 OK") -> None:
    content = json.dumps({"success": True, "result": {}}) if status.startswith("200") else "<html></html>"
    said = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(content)}\r\n\r\n{content}"
    connection.sendall(said.encode())


@pytest.mark.parametrize("as_file", [False, True])
def test_a_portal_may_take_longer_to_take_a_call_than_to_be_connected_to(
    monkeypatch: pytest.MonkeyPatch, as_file: bool
) -> None:
    """All its workers are busy: a call waits in the buffers of two systems, and does not fit there."""
    monkeypatch.setattr("ternopil_pipelines.portal.client.CONNECT_TIMEOUT", 0.5)
    sent = "ї" * 1_500_000

    def busy(connection: socket.socket) -> None:
        time.sleep(2)
        taken = 0
        while taken < len(sent):
            taken += len(connection.recv(1 << 16))
        answered(connection)

    with taking_calls(busy) as port, PortalClient(f"http://127.0.0.1:{port}", TOKEN) as client:
        if as_file:
            assert client.revise(files={"r": ("works.csv", sent.encode())}, match__id="x") == {}
        else:
            assert client.call("datastore_upsert", records=sent) == {}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here to make a certificate")
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out",
            str(path.with_name("certificate.pem")),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    with path.open("a") as both:
        both.write(path.with_name("certificate.pem").read_text())
    return path


@contextmanager
def over_tls(
    certificate: Path, handle: Callable[[socket.socket], None], *, trusted: bool = True
) -> Iterator[PortalClient]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with taking_calls(handle, context) as port, PortalClient(f"https://localhost:{port}", TOKEN) as client:
        if trusted:
            client._session.verify = str(certificate.with_name("certificate.pem"))
        yield client


@pytest.mark.parametrize("size", [50_000, 8_000_000])
@pytest.mark.parametrize("abrupt", [False, True])
def test_a_portal_that_closes_over_tls_while_files_are_sent_has_not_refused_them(
    certificate: Path, size: int, abrupt: bool
) -> None:
    def close(connection: socket.socket) -> None:
        connection.recv(20_000)
        if abrupt:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with over_tls(certificate, close) as client, pytest.raises(PortalUnreachable):
        client.revise(files={"r": ("works.csv", b" " * size)}, match__id="x")


def test_what_a_portal_says_over_tls_before_it_has_all_files_is_heard(certificate: Path) -> None:
    def say(connection: socket.socket) -> None:
        connection.recv(20_000)
        answered(connection, "413 Content Too Large")
        time.sleep(0.5)

    with over_tls(certificate, say) as client, pytest.raises(PortalTooSmall):
        client.revise(files={"r": ("works.csv", b" " * 8_000_000)}, match__id="x")


def test_a_portal_that_closes_before_it_has_shown_its_certificate_may_be_asked_again() -> None:
    def close(connection: socket.socket) -> None:
        connection.recv(20_000)

    with taking_calls(close) as port, PortalClient(f"https://localhost:{port}", TOKEN) as client:
        pytest.raises(PortalUnreachable, client.call, "user_show")


def test_a_certificate_that_is_not_trusted_is_told_as_such(certificate: Path) -> None:
    with over_tls(certificate, answered, trusted=False) as client:
        pytest.raises(PortalRefused, client.call, "user_show").match("certificate is not trusted")


def test_a_silent_portal_is_left_after_the_timeout() -> None:
    def slow(number: int) -> Answer:
        time.sleep(1.5)
        return fine([])

    with serving(slow) as served, PortalClient(served.url, TOKEN, timeout=0.2) as client:
        pytest.raises(PortalUnreachable, client.call, "package_revise").match("unknown")
    assert len(served.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_portal_that_says_when_to_come_again_is_obeyed(status: int) -> None:
    def answer(number: int) -> Answer:
        return (status, {"Retry-After": "0"}, b"") if number == 1 else fine("done")

    with serving(answer) as served, PortalClient(served.url, TOKEN) as client:
        assert client.call("package_revise", match__id="x") == "done"
    assert len(served.asked) == 2
    with serving(answer) as served, PortalClient(served.url, TOKEN) as client:
        assert client.read("package_show", id="x") == "done"


class Noted:
    """A hold that keeps in order whether it was held."""

    def __init__(self) -> None:
        self.now, self.changes = False, [False]

    def take(self) -> None:
        self._become(True)

    def let_go(self) -> None:
        self._become(False)

    def _become(self, held: bool) -> None:
        if held != self.now:
            self.changes.append(held)
        self.now = held


@pytest.mark.parametrize("files", [{}, {"r": ("works.csv", b"id\n" * 50_000)}])
@pytest.mark.parametrize(("told", "changes"), [("0", [False, True, False, True]), ("121", [False, True, False])])
def test_what_is_held_for_a_call_is_let_go_where_the_portal_asks_to_come_later(
    files: dict[str, tuple[str, bytes]], told: str, changes: list[bool]
) -> None:
    def answer(number: int) -> Answer:
        return (503, {"Retry-After": told}, b"") if number == 1 else fine({})

    hold = Noted()
    with serving(answer) as served, PortalClient(served.url, TOKEN) as client, suppress(PortalUnreachable):
        client.revise(files=files, hold=hold, match__id="x")
    assert hold.changes == changes


@pytest.mark.parametrize("told", ["121", "86400"])
def test_a_wait_over_two_minutes_is_a_fault_and_not_a_wait(told: str) -> None:
    with serving(lambda number: (503, {"Retry-After": told}, b"")) as served, PortalClient(served.url, TOKEN) as client:
        with pytest.raises(PortalUnreachable):
            client.call("package_revise")
        with pytest.raises(PortalUnreachable):
            client.read("package_show", id="x")


def test_a_download_that_ends_early_is_a_fault() -> None:
    cut = (200, {"Content-Length": "1000"}, b"x" * 10)
    with serving(lambda number: cut) as served, PortalClient(served.url, None) as client:
        pytest.raises(PortalUnreachable, client.sha256_of, f"{served.url}/file.csv")


def test_files_and_parameters_travel_in_one_multipart_call(tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    big.write_bytes(b"0123456789" * 300_000)
    with serving(lambda number: fine({"package": {}})) as served, PortalClient(served.url, TOKEN) as client:
        client.revise(
            match__id="x", match__resources__abcde__hash="123", filter=["-extras"], update={"title": "Назва"},
            files={"abcde": ("big.csv", big), "fghij": ("small.json", b"[]")},
        )  # fmt: skip
    (_, path, headers, body) = served.asked[0]
    assert path == "/api/action/package_revise"
    assert int(headers["Content-Length"]) == len(body)
    for piece in (
        b'name="update__resources__abcde__upload"; filename="big.csv"',
        b'name="update__resources__fghij__upload"; filename="small.json"',
        b'"123"',
        '{"title": "Назва"}'.encode(),
        b'["-extras"]',
    ):
        assert piece in body


def test_the_preflight_tells_what_is_wrong_and_whom_to_ask(portal: LocalPortal, organization: str) -> None:
    state = portal.status()
    assert state.url is not None
    with PortalClient(state.url, state.editor_token) as client:
        client.preflight(organization)
        with pytest.raises(PortalRefused, match="does not exist.*administrator"):
            client.preflight("no-such-organization")
    for token, told in ((None, "no token"), ("dead", "revoked or expired"), (TOKEN, "revoked or expired")):
        with PortalClient(state.url, token) as client, pytest.raises(PortalForbidden, match=told) as caught:
            client.preflight(organization)
        assert token is None or token not in str(caught.value)


def test_an_editor_of_another_organization_is_told_so(portal: LocalPortal, organization: str) -> None:
    state = portal.status()
    assert state.url is not None
    with PortalClient(state.url, state.admin_token) as admin:
        if "elsewhere" not in admin.read("organization_list"):
            admin.call("organization_create", name="elsewhere", title="Elsewhere")
    with PortalClient(state.url, state.editor_token) as client:
        pytest.raises(PortalForbidden, client.preflight, "elsewhere").match("not an editor of organization `elsewhere`")
