"""The walls between the rooms, read from the code itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ternopil_pipelines

PACKAGE = Path(ternopil_pipelines.__file__).parent
NAME = PACKAGE.name
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "search_plugin" not in path.parts)
# A room may use those after it, never one before it.
ORDER = (
    "orchestration",
    "oversight",
    "reports",
    ("portal", "gates"),
    "evidence",
    "clean",
    "receive",
    "catalogue",
    "findings",
    "faults",
)
LONGEST = 250


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> Iterator[str]:
    """Every module imported anywhere in the file, inside functions too; those for annotations alone left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            yield str(node.module)


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def _reach(room: str) -> set[str]:
    ranks = [{each} if isinstance(each, str) else set(each) for each in ORDER]
    at = next(number for number, rank in enumerate(ranks) if room in rank)
    return {room}.union(*ranks[at + 1 :])


def test_dagster_is_imported_by_orchestration_and_definitions_alone() -> None:
    importing = {
        _room(_name(path)) for path in MODULES if any(each.split(".")[0] == "dagster" for each in _imports(path))
    }
    assert importing == {"orchestration", "definitions"}


def test_the_catalogue_imports_neither_pandas_nor_dagster_nor_what_imports_them() -> None:
    code = (
        "import sys, ternopil_pipelines.catalogue.loading, ternopil_pipelines.catalogue.structures;"
        "assert not {'pandas', 'dagster', 'numpy', 'pyarrow', 'sqlalchemy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


# What a room says to users of the installation is told by the rooms of the installation itself.
FREE = {
    "installation": {"catalogue", "evidence", "gates", "portal", "faults"},
    "definitions": {"installation", "orchestration"},
    "demo": {"demo", "local_portal", "catalogue", "faults"},
    "local_portal": {"local_portal", "faults", "catalogue"},
}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_arrows_between_rooms_run_one_way(path: Path) -> None:
    room = _room(_name(path))
    used = {_room(each) for each in _imports(path) if each.split(".")[0] == NAME and each != NAME}
    if room in {"cli", "commands", ""}:
        return
    if room in FREE:
        allowed = FREE[room] | {room}
    else:
        allowed = _reach(room) | ({"installation"} if room in {"orchestration", "oversight"} else set())
    assert used <= allowed, f"{_name(path)} reaches {sorted(used - allowed)}"


def test_portal_and_gates_do_not_know_each_other() -> None:
    for path in MODULES:
        room, used = _room(_name(path)), {_room(each) for each in _imports(path) if each.startswith(f"{NAME}.")}
        assert not (room == "portal" and "gates" in used) and not (room == "gates" and "portal" in used), _name(path)


def test_the_portal_on_this_machine_and_the_demo_are_started_by_the_command_alone() -> None:
    users = {
        _room(_name(path))
        for path in MODULES
        for each in _imports(path)
        if _room(each) in {"local_portal", "demo"} and each.startswith(NAME)
    }
    assert users <= {"cli", "commands", "demo", "local_portal"}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_says_what_belongs_to_it_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    # A list of codes is a table, not a program.
    if not path.stem.endswith("_codes"):
        assert len(text.splitlines()) <= LONGEST
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "a charter comes first"


WATCHED = """
import os, sys, importlib
touched = []
def hook(event, arguments):
    if not watching:
        return
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.mkdir", "os.remove",
                 "os.rename", "sqlite3.connect", "os.system", "os.posix_spawn"}:
        touched.append((current, event, str(arguments)[:120]))
    elif event == "open" and isinstance(arguments[0], str) and "__path_hook__" not in arguments[0]:
        name, mode = os.path.realpath(arguments[0]), str(arguments[1] or "r")
        if any(letter in mode for letter in "wax+") and not name.startswith("/dev/") and "__pycache__" not in name:
            touched.append((current, event, name))
        elif name.startswith(package) and not name.endswith((".py", ".pyc", ".so")):
            touched.append((current, event, name))
        elif name.startswith(here):
            touched.append((current, event, name))
watching, current = False, ""
here, package, modules = os.getcwd(), sys.argv[1], sys.argv[2].split(",")
# What we stand on opens what it likes while it is imported; it is loaded before anybody looks.
import dagster, dagster._daemon, pandas, pandera.pandas, sqlalchemy, ckanapi, openpyxl, pyarrow.parquet, rich.console
import requests_toolbelt, jinja2, click, psutil, python_calamine, upath, stdnum, pydantic
sys.addaudithook(hook)
real = os._Environ.__getitem__
def reading(self, key):
    frame = sys._getframe(1)
    while frame is not None and (frame.f_globals.get("__name__") or "").split(".")[0] in {"os", "_collections_abc"}:
        frame = frame.f_back
    if watching and frame is not None and (frame.f_globals.get("__name__") or "").startswith("ternopil_pipelines"):
        touched.append((current, "environment", key))
    return real(self, key)
os._Environ.__getitem__ = reading
for current in modules:
    watching = True
    importlib.import_module(current)
    watching = False
print("\\n".join(map(str, touched)))
"""


def test_importing_every_module_does_nothing(tmp_path: Path) -> None:
    """No file of the package or of this folder opened, nothing written, no connection, process or variable read."""
    modules = ",".join(_name(path) for path in MODULES)
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED, str(PACKAGE), modules],  # -B: a fresh checkout has no bytecode yet
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == ""
    assert list(tmp_path.iterdir()) == []
