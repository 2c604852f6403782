"""Where the embedded portal keeps its things on this machine.

Here belongs the choice of folders and what may forbid one: root's closed folders, the length of socket paths.
Not here: what is written into them.

PostgreSQL refuses to run as root, so under root it runs as a system user, which must be able to walk to its data and
to its programs. Rather than opening root's home to everybody, state and environment then live under `/var/lib`, and
`location.txt` in the home says where.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ternopil_pipelines.faults import PermanentFault

SYSTEM_STATE = Path("/var/lib/ternopil-portal")

# A unix socket's path holds 107 bytes on Linux, 103 on macOS; PostgreSQL adds `/.s.PGSQL.5432.lock` to the folder.
LONGEST_SOCKET_FOLDER = 80

# The folder goes unquoted through a URL, an ini file and a shell; other names get a folder under the temporary one.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")


@dataclass(frozen=True)
class Places:
    home: Path
    state: Path
    environment: Path
    sockets: Path

    @property
    def database(self) -> Path:
        return self.state / "postgresql"

    @property
    def storage(self) -> Path:
        return self.state / "storage"

    @property
    def logs(self) -> Path:
        return self.home / "log"

    @property
    def run(self) -> Path:
        return self.state / "run"

    @property
    def ini(self) -> Path:
        return self.state / "ckan.ini"

    @property
    def credentials(self) -> Path:
        return self.state / "credentials.json"

    @property
    def initialised(self) -> Path:
        return self.state / "initialised"

    @property
    def processes(self) -> Path:
        return self.run / "processes.json"

    @property
    def search_switch(self) -> Path:
        """While this file exists, search is down."""
        return self.run / "search-is-down"

    def prepare(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.state.mkdir(parents=True, exist_ok=True)
        # Root's database user walks through the state folder to its own; nobody else needs to.
        walkable = 0o711 if as_root() else 0o700
        if self.state != self.home:
            self.state.parent.chmod(0o755)
            (self.home / "location.txt").write_text(f"{self.state}\n", encoding="utf-8")
        for folder, mode in ((self.logs, 0o700), (self.run, walkable), (self.storage, 0o700)):
            folder.mkdir(exist_ok=True)
            folder.chmod(mode)
        if self.state != self.home:
            self.state.chmod(walkable)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if self.sockets.is_symlink() or self.sockets.stat().st_uid not in (os.geteuid(), _owner(self.database)):
            raise PermanentFault(f"the folder {self.sockets} for the database's socket belongs to somebody else")


def as_root() -> bool:
    return os.geteuid() == 0


def find_places(home: Path, environment: Path | None) -> Places:
    home = Path(os.path.abspath(home.expanduser()))  # noqa: PTH100 - keeps a symbolic link as the caller named it
    environment = Path(os.path.abspath(environment.expanduser())) if environment else home / "venv"  # noqa: PTH100
    state = home
    if as_root():
        if not others_may_enter(home):
            state = SYSTEM_STATE / _short_hash(home)
        if not others_may_enter(environment):
            environment = SYSTEM_STATE / f"environment-{_short_hash(environment)}"
    return Places(home=home, state=state, environment=environment, sockets=_socket_folder(state))


def others_may_enter(folder: Path) -> bool:
    """Whether a user who owns nothing here can walk to this folder; what does not exist yet will be walkable."""
    return all(
        part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.parents) if part.exists() and part.is_dir()
    )


def write_private(path: Path, text: str) -> None:
    """Replaces a file whole; only its owner can read it at any moment."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:  # mkstemp makes it 0600
        file.write(text)
    os.replace(name, path)  # noqa: PTH105


def _socket_folder(state: Path) -> Path:
    beside = state / "run" / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER and PLAIN_PATH.fullmatch(str(beside)):
        return beside
    return Path("/tmp") / f"ternopil-portal-{os.geteuid()}-{_short_hash(state)}"  # noqa: S108 - checked in prepare()


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _owner(path: Path) -> int:
    return path.stat().st_uid if path.exists() else os.geteuid()
