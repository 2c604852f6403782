"""A real server between publisher and portal that lets one chosen call fail, in each of the ten ways calls fail.

`refused`: nobody listens on the port, until the publisher has noticed; `ignored`: nothing is done and nothing is
answered; `unheard`: the portal has done it and nothing is answered; `html`: 502; `busy`: 503 with Retry-After;
`contested`: 409 of a match; `forbidden`: 403; `truncated`: half of the answer; `full`: the portal finds no room for a
file (a call that brings none is answered as such a portal would); `killed`: the portal has done it, and the publisher
dies before it hears of it. Beside the ten: `lost`, the connection is reset when the portal has done it, and `late`, the
portal answers when the publisher has long given up (`gave_up`).
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

WAYS = (
    "refused",
    "ignored",
    "unheard",
    "html",
    "busy",
    "contested",
    "forbidden",
    "truncated",
    "full",
    "killed",
)
# A publisher's patience where nothing is answered.
PATIENCE = 2.0
_PASSED_ON = ("content-type", "content-disposition", "etag", "last-modified", "retry-after")


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is nothing to report."""


class FailingProxy:
    """`fail`: number of the call from 1 → the way it fails. `calls`: what was asked, in order. `kill` ends the
    publisher; within `without_room` the portal can write no file."""

    # Seconds, of a portal that is busy.
    retry_after = 1

    def __init__(
        self,
        portal: str,
        fail: Mapping[int, str] | None = None,
        *,
        kill: Callable[[], None] = lambda: None,
        without_room: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        self._kill = kill
        self._without_room = without_room
        self.calls: list[str] = []
        self.gave_up = threading.Event()
        self.fail = dict(fail or {})
        self._portal = portal
        self._lock = threading.Lock()
        # Bound and never listening: while no server does, whoever calls is refused, and the port stays ours.
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self._server: _QuietServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._held.getsockname()[1]}"

    def __enter__(self) -> FailingProxy:
        if self.fail.get(1) != "refused":
            self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        self._held.close()

    def noticed(self) -> None:
        """The publisher met the closed port: from now on somebody listens again."""
        if self._server is None:
            self.calls.append("refused")
            self._open()

    def way(self, asked: str) -> str | None:
        with self._lock:
            self.calls.append(asked)
            return self.fail.get(len(self.calls))

    def body(self, handler: BaseHTTPRequestHandler) -> bytes:
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))

    def forward(self, handler: BaseHTTPRequestHandler) -> requests.Response:
        body = self.body(handler)
        headers = {key: value for key, value in handler.headers.items() if key.lower() not in {"host", "connection"}}
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                handler.command,
                self._portal + handler.path,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=60,
            )

    def _open(self) -> None:
        self._server = _QuietServer(self._held.getsockname(), self._handler())
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _close_before(self, number: int) -> None:
        if self.fail.get(number) == "refused" and len(self.calls) == number - 1:
            self._close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer()

            def do_HEAD(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def log_message(self, *_: Any) -> None:
                return

            def _answer(self) -> None:
                way = proxy.way(self.path.partition("?")[0])
                with contextlib.suppress(OSError):
                    if way in {None, "unheard", "truncated", "killed", "lost", "late"}:
                        self._fail_after(way, proxy.forward(self))
                    elif way == "full" and "multipart" in self.headers.get("Content-Type", ""):
                        with proxy._without_room():
                            answer = proxy.forward(self)
                        self._pass_on(answer)
                    else:
                        proxy.body(self)
                        self._fail(str(way))

            def _fail_after(self, way: str | None, answer: requests.Response) -> None:
                if way == "truncated":
                    self._send(answer.status_code, answer.content[: len(answer.content) // 2], {})
                elif way == "unheard":
                    self._until_hung_up()
                elif way == "lost":
                    self._reset()
                elif way == "killed":
                    proxy._kill()
                    self._reset()
                else:
                    if way == "late":
                        proxy.gave_up.wait(timeout=120)
                    proxy._close_before(len(proxy.calls) + 1)
                    self._pass_on(answer)

            def _fail(self, way: str) -> None:
                if way == "ignored":
                    self._until_hung_up()
                elif way == "html":
                    page = b"<html><body>Bad Gateway, see token=secret</body></html>"
                    self._send(502, page, {"Content-Type": "text/html"})
                elif way == "busy":
                    self._send(503, b"busy", {"Retry-After": str(proxy.retry_after)})
                elif way == "contested":
                    self._send(409, _error("Validation Error", match=["metadata_modified"]), {})
                elif way == "forbidden":
                    self._send(403, _error("Authorization Error", message="Access denied"), {})
                elif way == "full":
                    self._send(500, b"No space left on device", {"Content-Type": "text/plain"})

            def _pass_on(self, answer: requests.Response) -> None:
                self._send(answer.status_code, answer.content, dict(answer.headers))

            def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                told = {key.lower(): value for key, value in headers.items()}
                for key in _PASSED_ON:
                    if key in told:
                        self.send_header(key, told[key])
                length = told.get("content-length") if self.command == "HEAD" else None
                self.send_header("Content-Length", length or str(len(content)))
                if "refused" in proxy.fail.values():
                    # A connection that stands would carry the call that nobody should take.
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(content)

            def _until_hung_up(self) -> None:
                self.connection.settimeout(120)
                self.connection.recv(1)
                self.close_connection = True

            def _reset(self) -> None:
                # A reset instead of an orderly end: the caller cannot take it for an empty answer.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()

        return Handler


def _error(kind: str, **details: Any) -> bytes:
    return json.dumps({"success": False, "error": {"__type": kind, **details}}).encode()
