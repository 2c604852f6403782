"""A real server between publisher and portal that lets one chosen call fail, in each of the ten ways calls fail.

`killed`: the portal has done it, and the publisher dies before it hears of it. Beside the ten: `late`, the portal
answers when the publisher has long given up (`gave_up`).
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
    "before",
    "after",
    "html",
    "busy",
    "contested",
    "forbidden",
    "truncated",
    "full",
    "killed",
)
_PASSED_ON = ("content-type", "content-disposition", "etag", "last-modified", "retry-after")


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is nothing to report."""


class FailingProxy:
    """`fail`: number of the call from 1 → the way it fails. `calls`: what was asked, in order."""

    def __init__(
        self, portal: str, fail: Mapping[int, str] | None = None, *, kill: Callable[[], None] = lambda: None
    ) -> None:
        self._kill = kill
        self.calls: list[str] = []
        self.gave_up = threading.Event()
        self.fail = dict(fail or {})
        self._portal = portal
        self._lock = threading.Lock()
        self._server = _QuietServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FailingProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    def way(self, asked: str) -> str | None:
        with self._lock:
            self.calls.append(asked)
            return self.fail.get(len(self.calls))

    def forward(self, handler: BaseHTTPRequestHandler) -> requests.Response:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
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
                    if way in {None, "after", "truncated", "killed", "late"}:
                        answer = proxy.forward(self)
                        if way == "late":
                            proxy.gave_up.wait(timeout=120)
                        if way == "killed":
                            proxy._kill()
                        if way in {None, "late"}:
                            self._send(answer.status_code, answer.content, dict(answer.headers))
                        elif way == "truncated":
                            self._send(answer.status_code, answer.content[: len(answer.content) // 2], {})
                        else:
                            self._reset()
                    else:
                        self._fail(str(way))

            def _fail(self, way: str) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if way in {"refused", "before"}:
                    self._reset()
                elif way == "html":
                    page = b"<html><body>Bad Gateway, see token=secret</body></html>"
                    self._send(502, page, {"Content-Type": "text/html"})
                elif way == "busy":
                    self._send(503, b"busy", {"Retry-After": "1"})
                elif way == "contested":
                    self._send(409, _error("Validation Error", match=["metadata_modified"]), {})
                elif way == "forbidden":
                    self._send(403, _error("Authorization Error", message="Access denied"), {})
                elif way == "full":
                    self._send(500, b"No space left on device", {"Content-Type": "text/plain"})

            def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                told = {key.lower(): value for key, value in headers.items()}
                for key in _PASSED_ON:
                    if key in told:
                        self.send_header(key, told[key])
                length = told.get("content-length") if self.command == "HEAD" else None
                self.send_header("Content-Length", length or str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _reset(self) -> None:
                # A reset instead of an orderly end: the caller cannot take it for an empty answer.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()

        return Handler


def _error(kind: str, **details: Any) -> bytes:
    return json.dumps({"success": False, "error": {"__type": kind, **details}}).encode()
