"""What the README promises a newcomer: one command, a city's data on a real portal, looked at from outside.

The demo is started once for the whole module, in folders and on ports of its own; the tests go on from where the one
before left the city, as a visitor would.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import openpyxl
import psutil
import pytest
import requests

from ternopil_pipelines.local_portal.portal import ENVIRONMENT_VARIABLE
from ternopil_pipelines_tests.portal_fixture import REPOSITORY, portal_environment

COMMAND = Path(sys.executable).parent / "ternopil"
PASSPORT = ("title", "notes", "license_id", "maintainer", "maintainer_email", "organization", "tags")
PASSPORT_EXTRAS = ("update_frequency", "purpose_of_collecting_information", "language", "identifier", "holder")
# A deadline for a machine at its worst, not a promise.
PATIENCE_SECONDS = 300
COMPARED_ROWS = 1000


@dataclass
class City:
    """The demo as its visitor sees it. `first`: what the first run said."""

    base: Path
    environment: dict[str, str] = field(repr=False)
    first: dict[str, Any] = field(default_factory=dict)

    def ternopil(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            [str(COMMAND), *words], cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, timeout=1200
        )
        assert done.returncode == code, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout

    @property
    def landing(self) -> Path:
        return self.base / "landing"

    @property
    def url(self) -> str:
        return str(self.first["portal"])

    def ask(self, action: str, **parameters: Any) -> Any:
        """As anyone on the internet."""
        answer = requests.get(f"{self.url}/api/action/{action}", params=parameters, timeout=120)
        assert answer.status_code == 200, answer.text[:500]
        return answer.json()["result"]

    def packages(self) -> dict[str, dict[str, Any]]:
        return {name: self.ask("package_show", id=name) for name in self.ask("package_list")}

    def modified(self) -> dict[str, str]:
        return {name: package["metadata_modified"] for name, package in self.packages().items()}

    def runs(self) -> list[dg.DagsterRun]:
        with dg.DagsterInstance.from_config(str(self.base / "home" / "dagster")) as instance:
            return list(instance.get_runs())

    def finished(self, known: set[str]) -> list[dg.DagsterRun]:
        """Runs for a changed file that began after `known` were seen, once all of them have ended."""
        fresh = [run for run in self.runs() if run.run_id not in known and run.tags.get("ternopil/cause") == "landing"]
        return fresh if all(run.is_finished for run in fresh) else []

    def settled(self) -> set[str]:
        """Nothing is running: what the daemon found on its first morning is done."""
        eventually(lambda: all(run.is_finished for run in self.runs()))
        return {run.run_id for run in self.runs()}


def eventually(holds: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until, "it never came true"
        time.sleep(2)


def _port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    # Not pytest's own folder: that one is closed to the user PostgreSQL runs as under root.
    base = Path(tempfile.mkdtemp(prefix="ternopil-demo-"))
    base.chmod(0o755)
    dropped = ("CKAN_", "CITY_", "TERNOPIL_", "LANDING_DIR", "DAGSTER_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    environment |= {
        "TERNOPIL_HOME": str(base / "home"),
        "LANDING_DIR": str(base / "landing"),
        "PORTAL_PORT": _port(),
        "DAGSTER_PORT": _port(),
        ENVIRONMENT_VARIABLE: str(portal_environment()),
    }
    made = City(base, environment)
    try:
        made.first = json.loads(made.ternopil("--json", "demo"))
        yield made
    finally:
        subprocess.run(
            [str(COMMAND), "demo", "--stop"], cwd=REPOSITORY, env=environment, capture_output=True, timeout=300
        )
        shutil.rmtree(base, ignore_errors=True)


def test_twelve_datasets_and_more_stand_on_the_portal_with_a_whole_passport(city: City) -> None:
    assert {each["state"] for each in city.first["datasets"]} <= {"published", "unchanged"}
    packages = city.packages()
    assert len(packages) >= 12
    assert set(packages) == {each["dataset"] for each in city.first["datasets"]}
    for name, package in packages.items():
        assert [key for key in PASSPORT if not package.get(key)] == [], name
        extras = {each["key"]: each["value"] for each in package["extras"]}
        assert [key for key in PASSPORT_EXTRAS if not extras.get(key)] == [], name
        formats = {each["format"] for each in package["resources"]}
        assert {"CSV", "JSON", "XLSX"} <= formats, name
        assert any("structure" in each["url"] for each in package["resources"]), name
    assert len({package["organization"]["name"] for package in packages.values()}) >= 6


def test_every_file_is_the_one_the_portal_says_and_every_table_has_its_rows(city: City) -> None:
    zeros = 0
    for name, package in city.packages().items():
        tables = 0
        for resource in package["resources"]:
            content = requests.get(resource["url"], timeout=120).content
            assert hashlib.sha256(content).hexdigest() == resource["hash"], f"{name}: {resource['name']}"
            if resource["datastore_active"]:
                tables += 1
                zeros += _same_table(city, resource, content, name)
        assert tables >= 1, name
    assert zeros > 0, "no code with a leading zero was ever compared"


def _same_table(city: City, resource: dict[str, Any], content: bytes, name: str) -> int:
    """Total and text cells of the DataStore against the file; returns how many codes began with a zero."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    found = city.ask("datastore_search", resource_id=resource["id"], limit=COMPARED_ROWS, sort="_id")
    assert found["total"] == len(rows), f"{name}: {resource['name']}"
    texts = [each["id"] for each in found["fields"] if each["type"] == "text"]
    assert texts, name
    zeros = 0
    for row, record in zip(rows, found["records"], strict=False):
        for column in texts:
            written = None if row[column] in {"", "null"} else row[column]
            assert record[column] == written, f"{name}: {resource['name']}: {column}"
            zeros += bool(written and written.isdigit() and written.startswith("0") and len(written) > 1)
    return zeros


def test_dagster_s_page_answers_and_status_names_every_dataset(city: City) -> None:
    assert requests.get(f"{city.first['dagster']}/server_info", timeout=60).status_code == 200
    shown = json.loads(city.ternopil("status", "--json"))["datasets"]
    active = {each["dataset"] for each in city.first["datasets"]}
    assert {each["id"] for each in shown if each["state"] == "fresh"} == active
    assert json.loads(city.ternopil("portal", "status", "--json")) == {"running": True, "url": city.url}
    assert json.loads(city.ternopil("evidence", "verify", "--json"))["problems"] == []


def test_a_second_demo_publishes_nothing_and_says_so(city: City) -> None:
    city.settled()
    before = city.modified()
    said = city.ternopil("demo")
    assert "на порталі нічого не торкалися" in said
    assert city.modified() == before


def test_one_changed_cell_is_published_by_dagster_and_nothing_else_moves(city: City) -> None:
    known, before = city.settled(), city.modified()
    path = city.landing / "transport" / "transport-stops" / "зупинки.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[1] if str(cell.value).strip() == "label")
    sheet.cell(row=5, column=column, value="Площа Нової Доби")
    book.save(path)
    book.close()
    eventually(lambda: city.finished(known))
    assert {run.tags["ternopil/dataset"] for run in city.finished(known)} == {"transport-stops"}
    after = city.modified()
    assert [name for name in before if after[name] != before[name]] == ["transport-stops"]
    package = city.ask("package_show", id="transport-stops")
    (table,) = [each for each in package["resources"] if each["format"] == "CSV" and each["datastore_active"]]
    assert "Площа Нової Доби".encode() in requests.get(table["url"], timeout=60).content


def test_a_broken_file_fails_its_own_run_and_the_portal_keeps_the_last_good_edition(city: City) -> None:
    known, before = city.settled(), city.packages()
    path = city.landing / "economy" / "tariffs" / "tarify.csv"
    good = path.read_bytes()
    rows = list(csv.reader(io.StringIO(good.decode("cp1251"), newline=""), delimiter=";"))
    column = next(number for number, cell in enumerate(rows[1]) if "," in cell and cell.replace(",", "").isdigit())
    rows[1][column] = "дорого"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode("cp1251"))
    eventually(lambda: city.finished(known))
    (run,) = city.finished(known)
    assert (run.tags["ternopil/dataset"], run.status) == ("tariffs", dg.DagsterRunStatus.FAILURE)
    assert city.packages() == before
    report = json.loads((path.parent / "Висновок" / "report.json").read_text(encoding="utf-8"))
    assert report["verdict"] == "rejected"
    assert [(each["row"], each["column"], each["value"]) for each in report["tables"][0]["findings"]][:1] == [
        (2, rows[0][column].strip(), "дорого")
    ]
    standing = {each["id"]: each for each in json.loads(city.ternopil("status", "--json"))["datasets"]}["tariffs"]
    assert (standing["state"], standing["waiting_for"]) == ("failed", "economy")
    city.ternopil("publish", "tariffs", code=1)
    path.write_bytes(good)
    city.ternopil("retry")
    assert {name: each["metadata_modified"] for name, each in before.items()} == city.modified()


def test_stop_leaves_no_process_behind(city: City) -> None:
    stopped = json.loads(city.ternopil("demo", "--stop", "--json"))["stopped"]
    assert {"dagster-daemon", "dagster-webserver", "demo.api", "portal"} <= set(stopped)
    eventually(lambda: _left(city) == [])
    assert json.loads(city.ternopil("portal", "status", "--json")) == {"running": False, "url": None}
    assert json.loads(city.ternopil("demo", "--stop", "--json")) == {"stopped": []}


def _left(city: City) -> list[str]:
    """Processes that know the demo's folder, by environment or by words."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if any(str(city.base) in word for word in words):
            found.append(" ".join(process.cmdline()))
    return found
