"""A real server between publisher and the DataStore's database that lets one chosen call fail.

Calls are connections, statements and the end of rows copied in, each with a number from 1. `cut`: the connection is
broken and the statement never arrives; `lost`: the database has done it, and the connection is broken before it says
so; `ended`: the database's administrator ends the session; `gone`: from that call on nobody answers.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from sqlalchemy.engine import make_url

WAYS = ("cut", "lost", "ended", "gone")
PASSWORD = "s3cret-word"
_ASKING, _ANSWERED, _KEY = {b"Q", b"c"}, {b"Z", b"G"}, b"K"


class FailingDatabase:
    """`calls`: what was asked, in order, without its parameters."""

    def __init__(self, url: str, fail: Mapping[int, str] | None = None) -> None:
        self._address = make_url(url)
        self.fail = dict(fail or {})
        self.calls: list[str] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        address = self._address.set(
            host="127.0.0.1",
            port=int(self._server.server_address[1]),
            password=PASSWORD,
            query={"sslmode": "disable", "gssencmode": "disable"},
        )
        return address.render_as_string(hide_password=False)

    def __enter__(self) -> FailingDatabase:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _way(self, asked: str) -> str | None:
        with self._lock:
            self.calls.append(asked)
            number = len(self.calls)
            return next((way for at, way in self.fail.items() if at == number or (way == "gone" and at < number)), None)

    def _end_session(self, process: int) -> None:
        with session(self._address.render_as_string(hide_password=False)) as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))

    def _upstream(self) -> socket.socket:
        upstream = socket.socket(socket.AF_UNIX)
        upstream.connect(f"{self._address.query['host']}/.s.PGSQL.5432")
        return upstream

    def _handler(self) -> type[socketserver.BaseRequestHandler]:
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                if proxy._way("connect") is not None:
                    return
                self._process, self._mute, self._answered = 0, False, threading.Event()
                with contextlib.suppress(OSError), proxy._upstream() as self._upstream:
                    (length,) = struct.unpack("!i", start := _exactly(self.request, 4))
                    self._upstream.sendall(start + _exactly(self.request, length - 4))
                    answers = threading.Thread(target=self._pass_answers, daemon=True)
                    answers.start()
                    for kind, message in _messages(self.request):
                        way = proxy._way(message[5:60].decode(errors="replace")) if kind in _ASKING else None
                        if way in {"cut", "gone"}:
                            break
                        if way == "ended":
                            proxy._end_session(self._process)
                            answers.join(timeout=10)
                            break
                        self._mute = way == "lost"
                        self._answered.clear()
                        self._upstream.sendall(message)
                        if way == "lost":
                            self._answered.wait(timeout=30)
                            break
                    self._upstream.shutdown(socket.SHUT_RDWR)

            def _pass_answers(self) -> None:
                with contextlib.suppress(OSError):
                    for kind, message in _messages(self._upstream):
                        if kind == _KEY:
                            (self._process,) = struct.unpack("!i", message[5:9])
                        if not self._mute:
                            self.request.sendall(message)
                        if kind in _ANSWERED:
                            self._answered.set()

        return Handler


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextlib.contextmanager
def session(url: str) -> Iterator[Any]:
    """Another user of the same database: a cursor whose transaction is taken back at the end, unless committed."""
    connection = psycopg2.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        yield connection.cursor()
    finally:
        connection.close()


def _messages(stream: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    while kind := stream.recv(1):
        (length,) = struct.unpack("!i", size := _exactly(stream, 4))
        yield kind, kind + size + _exactly(stream, length - 4)


def _exactly(stream: socket.socket, count: int) -> bytes:
    parts = b""
    while len(parts) < count:
        part = stream.recv(count - len(parts))
        if not part:
            raise ConnectionError("hung up")
        parts += part
    return parts
