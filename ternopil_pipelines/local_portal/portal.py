"""The embedded portal as a whole: up, down, status.

Here belongs the order of things and what counts as running. Each part (folders, environment, database, servers,
configuration) has a module of its own.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ternopil_pipelines.faults import PermanentFault
from ternopil_pipelines.local_portal import configuration, credentials, database, organizations, services
from ternopil_pipelines.local_portal.environment import ensure_environment, only_one, plain_environment, python_of
from ternopil_pipelines.local_portal.places import Places, find_places, write_private
from ternopil_pipelines.local_portal.processes import Started, recall, remember, run_logged

# An environment that several portals share is named by this variable.
ENVIRONMENT_VARIABLE = "TERNOPIL_PORTAL_ENV"


@dataclass(frozen=True)
class PortalState:
    """What a caller needs to use the portal. Nothing secret is shown."""

    running: bool
    url: str | None
    admin_token: str | None = field(repr=False)
    editor_token: str | None = field(repr=False)
    postgres: str | None
    datastore_write_url: str | None
    home: Path


class LocalPortal:
    def __init__(self, home: Path, *, environment: Path | None = None) -> None:
        named = os.environ.get(ENVIRONMENT_VARIABLE)
        self._places = find_places(home, environment or (Path(named) if named else None))

    @property
    def places(self) -> Places:
        return self._places

    def up(self, *, port: int | None = None, say: Callable[[str], None] = lambda text: None) -> PortalState:
        """Idempotent. The first time installs and initialises; later starts only start."""
        places = self._places
        try:
            places.prepare()
            with only_one(places.state / "up.lock", say=say, waiting_for="запуск порталу"):
                state = self.status()
                if state.running:
                    say(f"Портал уже працює: {state.url}")
                    return state
                self._stop_all()
                ensure_environment(places.environment, logs=places.logs, say=say)
                say("Запускаю портал…")
                self._start(port=port, say=say)
        except OSError as error:
            raise PermanentFault(f"the portal's folder {places.home} cannot be used: {error}") from error
        state = self.status()
        if not state.running:
            raise PermanentFault(f"the portal started and does not answer, see {places.logs / 'ckan.log'}")
        say(f"Портал працює: {state.url}")
        return state

    def down(self) -> None:
        if not self._places.processes.exists():
            return
        with only_one(self._places.state / "up.lock", say=lambda text: None, waiting_for=""):
            self._stop_all()

    def status(self) -> PortalState:
        """Asks every process and CKAN itself."""
        places = self._places
        started = recall(places.processes)
        port = self._ports().get("web")
        if len(started) < 3 or port is None or not all(process.process() for process in started):
            return self._state(None)
        return self._state(port if services.answers(port) else None)

    def ensure_organizations(self, organizations_: Sequence[tuple[str, str]]) -> None:
        state = self._running()
        organizations.ensure_organizations(str(state.url), str(state.admin_token), organizations_)

    def set_search(self, on: bool) -> None:
        """Off: indexing and searching fail as they do when Solr is down, in every worker at once."""
        if on:
            self._places.search_switch.unlink(missing_ok=True)
        else:
            self._places.search_switch.touch()

    def purge(self) -> None:
        """Stops the portal and removes everything of it except a shared environment."""
        self.down()
        places = self._places
        for folder in {places.database, places.storage, places.run, places.logs, places.sockets}:
            shutil.rmtree(folder, ignore_errors=True)
        for file in (places.ini, places.credentials, places.initialised, places.state / "up.lock"):
            file.unlink(missing_ok=True)
        if places.state != places.home:
            shutil.rmtree(places.state, ignore_errors=True)
            (places.home / "location.txt").unlink(missing_ok=True)

    def _start(self, *, port: int | None, say: Callable[[str], None]) -> None:
        places = self._places
        secrets = credentials.load_or_create(places.credentials)
        ports = self._ports()
        web, redis = services.free_port(port or ports.get("web")), services.free_port(ports.get("redis"))
        if port is not None and web != port:
            raise PermanentFault(f"port {port} on 127.0.0.1 is taken; name another or none")
        write_private(places.run / "ports.json", json.dumps({"web": web, "redis": redis}))
        write_private(places.ini, configuration.render(places, secrets, port=web, redis_port=redis))
        self.set_search(True)
        started: list[Started] = []

        def keep(process: Started) -> None:
            # At once, before the server answers: whatever cuts this off leaves nothing that `down` does not know.
            started.append(process)
            remember(places.processes, started)

        try:
            database.start(places, keep)
            services.start_redis(places, secrets, keep, port=redis)
            self._initialise(secrets, say=say)
            services.start_web(places, keep, port=web)
        except BaseException:
            self._stop_all()
            raise

    def _initialise(self, secrets: credentials.Credentials, *, say: Callable[[str], None]) -> None:
        places = self._places
        if places.initialised.exists():
            return
        say("Створюю базу порталу (один раз)…")
        database.create_databases(places)
        issued = places.run / "issued.json"
        passwords = {"administrator": secrets.administrator_password, "publisher": secrets.publisher_password}
        write_private(issued, json.dumps(passwords))
        run_logged(
            [str(python_of(places.environment)), "-m", "ternopil_search.first_time", str(issued)],
            log=places.logs / "setup.log",
            environment=plain_environment(CKAN_INI=str(places.ini)),
            doing="initialising CKAN",
            folder=places.run,
        )
        database.grant_datastore(places)
        tokens = json.loads(issued.read_text(encoding="utf-8"))
        issued.unlink()
        complete = replace(secrets, administrator_token=tokens["administrator"], publisher_token=tokens["publisher"])
        credentials.save(places.credentials, complete)
        places.initialised.touch()

    def _stop_all(self) -> None:
        """Latest first: CKAN before what it needs."""
        for process in reversed(recall(self._places.processes)):
            stop = database.stop_server if process.name == "postgres" else services.stop_service
            stop(process)
        self._places.processes.unlink(missing_ok=True)

    def _running(self) -> PortalState:
        state = self.status()
        if not state.running:
            raise PermanentFault("the embedded portal is not running: `ternopil portal up`")
        return state

    def _ports(self) -> dict[str, int]:
        try:
            return dict(json.loads((self._places.run / "ports.json").read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):
            return {}

    def _state(self, port: int | None) -> PortalState:
        places = self._places
        secrets = credentials.load(places.credentials) if port is not None else None
        if port is None or secrets is None:
            return PortalState(False, None, None, None, None, None, places.home)
        url = configuration.database_url
        return PortalState(
            running=True,
            url=configuration.site_url(port),
            admin_token=secrets.administrator_token,
            editor_token=secrets.publisher_token,
            postgres=url(places.sockets, role=database.SUPERUSER, database="postgres", driver="+psycopg2"),
            datastore_write_url=url(
                places.sockets,
                role=configuration.OWNER_ROLE,
                database=configuration.DATASTORE_DATABASE,
                driver="+psycopg2",
            ),
            home=places.home,
        )
