"""The departments' HTTP API: four registers as JSON, each paged in a way of its own; reading only.

    /transport/vehicles                   ?page=1&per_page=50      {"total", "page", "items"}
    /transport/positions                  everything at once       {"observed", "vehicles"}
    /infrastructure/charging-stations     ?after=EV-025            {"results", "links": {"next"}}
    /participation/petitions              ?offset=0&limit=100      {"meta": {"total"}, "data"}, asks for a token

Run as `python -m ternopil_pipelines.demo.api --port P --ready-file F`; the token is CITY_API_TOKEN's. Rows are made in
memory from the seed. What pages look like is `pages`; here is only the serving.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ternopil_pipelines.demo import digital, parking, transport
from ternopil_pipelines.demo.pages import BadQuery, at_once, following, numbered, offset

_ROWS = {
    "vehicles": transport.vehicles,
    "positions": transport.positions,
    "charging-stations": parking.stations,
    "petitions": digital.petitions,
}
_PAGES: dict[str, tuple[str, Callable[..., dict[str, object]]]] = {
    "/transport/vehicles": ("vehicles", numbered),
    "/transport/positions": ("positions", at_once),
    "/infrastructure/charging-stations": ("charging-stations", following),
    "/participation/petitions": ("petitions", offset),
}
_WITH_TOKEN = frozenset({"/participation/petitions"})


def api_rows(name: str, *, seed: int = 835) -> list[dict[str, object]]:
    """Everything the API serves under `vehicles`, `positions`, `charging-stations` or `petitions`."""
    return [dict(row) for row in _ROWS[name](seed)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(self, *args: object, rows: dict[str, list[dict[str, object]]], token: str | None) -> None:
        self._rows, self._token = rows, token
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path not in _PAGES:
            return self._answer(404, {"error": "no such register"})
        if url.path in _WITH_TOKEN and not self._may_read():
            return self._answer(401, {"error": "a token is needed"}, {"WWW-Authenticate": "Bearer"})
        name, page = _PAGES[url.path]
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        here = f"http://{self.headers.get('Host', 'localhost')}{url.path}"
        try:
            return self._answer(200, page(self._rows[name], query, here=here))
        except BadQuery as error:
            return self._answer(400, {"error": str(error)})

    do_HEAD = do_GET

    def _may_read(self) -> bool:
        given = self.headers.get("Authorization", "").encode()
        return self._token is not None and hmac.compare_digest(given, f"Bearer {self._token}".encode())

    def _answer(self, status: int, content: dict[str, object], headers: dict[str, str] | None = None) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        unchanged = status == 200 and self.headers.get("If-None-Match") == mark
        self.send_response(304 if unchanged else status)
        self.send_header("ETag", mark)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if not unchanged:
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not unchanged and self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a request line of this API would repeat the query of whoever calls."""


def server(*, port: int = 0, token: str | None, seed: int = 835) -> ThreadingHTTPServer:
    """Bound to 127.0.0.1 and not yet serving; port 0 takes a free one, see `server_address`."""
    rows = {name: api_rows(name, seed=seed) for name in _ROWS}
    return ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, rows=rows, token=token))


def main() -> None:
    arguments = argparse.ArgumentParser(description="The demo city's HTTP API")
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--ready-file", type=Path, help="gets the API's address once it answers")
    given = arguments.parse_args()
    with server(port=given.port, token=os.environ.get("CITY_API_TOKEN") or None) as running:
        if given.ready_file:
            part = given.ready_file.with_name(f"{given.ready_file.name}.part")
            part.write_text(f"http://127.0.0.1:{running.server_address[1]}\n", encoding="utf-8")
            part.replace(given.ready_file)
        with contextlib.suppress(KeyboardInterrupt):
            running.serve_forever()


if __name__ == "__main__":
    main()
