"""The demo city's servers: its API and the Dagster that publishes it, started, found again and stopped.

Each is a process of its own session, remembered by number and start time, so that `make stop` tomorrow still finds
what `make demo` started today. The portal has a keeper of its own.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ternopil_pipelines.local_portal.processes import Started, launch, recall, remember, stop, wait_until

_LOADED = (
    "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus locationOrLoadError { __typename } } } } }"
)


@dataclass(frozen=True, slots=True)
class Places:
    """`home`: TERNOPIL_HOME. Logs and the list of processes lie in `home`/demo."""

    home: Path

    @property
    def folder(self) -> Path:
        return self.home / "demo"

    @property
    def processes(self) -> Path:
        return self.folder / "processes.json"

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


def running(places: Places) -> dict[str, Started]:
    """What was started here and still lives, by name."""
    if not places.processes.exists():
        return {}
    return {each.name: each for each in recall(places.processes) if each.process() is not None}


def start_api(places: Places, known: Mapping[str, str]) -> dict[str, str]:
    """The departments' API; returns the variables by which sources.yaml finds it."""
    places.folder.mkdir(parents=True, exist_ok=True)
    if "demo.api" in running(places) and known.get("CITY_API_URL"):
        return {name: known[name] for name in ("CITY_API_URL", "CITY_API_TOKEN")}
    token, ready = secrets.token_urlsafe(24), places.folder / "api.url"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "ternopil_pipelines.demo.api", "--ready-file", str(ready)]
    started = launch("demo.api", command, log=places.log("api"), environment={**os.environ, "CITY_API_TOKEN": token})
    _keep(places, started)
    wait_until(ready.exists, started=started, log=places.log("api"), seconds=120)
    return {"CITY_API_URL": ready.read_text(encoding="utf-8").strip(), "CITY_API_TOKEN": token}


def start_dagster(places: Places, *, dagster_home: Path, port: int | None, say: Callable[[str], None]) -> str:
    """Dagster's UI on this code location; returns its address. Who watches and schedules is `start_daemon`'s."""
    address = places.folder / "dagster.url"
    if "dagster-webserver" in running(places) and address.exists():
        return address.read_text(encoding="utf-8").strip()
    chosen = port or free_port(preferred=3000)
    started = _launch_dagster(places, "dagster-webserver", ["-h", "127.0.0.1", "-p", str(chosen)], dagster_home)
    url = f"http://127.0.0.1:{chosen}"
    wait_until(lambda: _loaded(url), started=started, log=places.log("dagster-webserver"), seconds=300)
    address.write_text(url, encoding="utf-8")
    say(f"Dagster працює: {url}")
    return url


def start_daemon(places: Places, *, dagster_home: Path) -> None:
    """Schedules and sensors. After the first publication: a sensor that sees the same new files would race with it."""
    if "dagster-daemon" not in running(places):
        _launch_dagster(places, "dagster-daemon", [], dagster_home)


def _launch_dagster(places: Places, name: str, arguments: list[str], dagster_home: Path) -> Started:
    tool = str(Path(sys.executable).parent / name)
    verb = ["run"] if name == "dagster-daemon" else []
    environment = {**os.environ, "DAGSTER_HOME": str(dagster_home), "PYTHONUNBUFFERED": "1"}
    command = [tool, *verb, "-w", "workspace.yaml", *arguments]
    started = launch(name, command, log=places.log(name), environment=environment)
    _keep(places, started)
    return started


def stop_all(places: Places) -> list[str]:
    """Stops what was started here, the daemon before the rest; returns the names."""
    alive = running(places)
    for name in sorted(alive, key=lambda each: each != "dagster-daemon"):
        # The daemon and the web server end their code servers on an interrupt, not always on a termination.
        stop(alive[name], signal.SIGINT)
    places.processes.unlink(missing_ok=True)
    return sorted(alive)


def free_port(*, preferred: int) -> int:
    for wanted in (preferred, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise AssertionError("the kernel gave no free port")


def _keep(places: Places, started: Started) -> None:
    alive = {**running(places), started.name: started}
    remember(places.processes, list(alive.values()))


def _loaded(url: str) -> bool:
    body = json.dumps({"query": _LOADED}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            entries = json.load(answer)["data"]["workspaceOrError"]["locationEntries"]
    except (OSError, ValueError, KeyError, urllib.error.URLError):
        return False
    return bool(entries) and all(each["loadStatus"] == "LOADED" for each in entries)
