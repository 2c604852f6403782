"""What a citizen can meet while a dataset is published, and for how long, in each mode.

    python benchmarks/publication_windows.py [ROWS] [ROUNDS]

Two readers ask without a pause for the metadata, a row of the table and the metadata again; a look during which the
metadata changed says nothing. `apart`: a whole table of another edition than the metadata; `absent`: no table. Given
are medians over the publications: seconds of the publication, seconds during which readers met each, and the longest
that one row of the table took to come (`direct` holds its readers back while it exchanges). Prints JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import pandas as pd
import requests

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from ternopil_pipelines.local_portal.portal import ENVIRONMENT_VARIABLE, LocalPortal  # noqa: E402
from ternopil_pipelines.portal.client import PortalClient  # noqa: E402
from ternopil_pipelines.portal.journal import Journal  # noqa: E402
from ternopil_pipelines.portal.passport import EDITION, extra_of  # noqa: E402
from ternopil_pipelines_tests.portal.conftest import Press  # noqa: E402
from ternopil_pipelines_tests.portal.making import COLUMNS, Shelf, catalogue, cells  # noqa: E402

# mode, rows of the next editions in percent of the first, columns of every second edition
CASES = {
    "in_place, few rows differ": ("in_place", (100, 100), 9),
    "in_place, all rows differ": ("in_place", (100, 100), 9),
    "in_place, more rows": ("in_place", None, 9),
    "in_place, fewer rows": ("in_place", (100, 90), 9),
    "in_place, other columns": ("in_place", (100, 100), 8),
    "direct, fewer rows": ("direct", (100, 90), 9),
    "ab, fewer rows": ("ab", (100, 90), 9),
}


class Watcher(threading.Thread):
    def __init__(self, url: str, package: str, versions: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self._url, self._package, self._versions = url, package, versions
        self._over = threading.Event()
        self.seconds = {"whole": 0.0, "apart": 0.0, "absent": 0.0, "longest answer": 0.0}

    def __enter__(self) -> Watcher:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(timeout=60)

    def run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            before, state = time.monotonic(), "whole"
            while not self._over.is_set():
                seen = self._look(session)
                now = time.monotonic()
                self.seconds[state] += now - before
                before, state = now, seen or state

    def _look(self, session: requests.Session) -> str | None:
        first = self._package_of(session)
        # Not by `datastore_active`: CKAN takes that back while there is no table.
        resource = next(each["id"] for each in first["resources"] if each.get("edition_file") == "works.csv")
        answer = session.get(
            f"{self._url}/api/action/datastore_search", params={"resource_id": resource, "limit": 1}, timeout=60
        )
        self.seconds["longest answer"] = max(self.seconds["longest answer"], answer.elapsed.total_seconds())
        second = self._package_of(session)
        if first["metadata_modified"] != second["metadata_modified"]:
            return None
        if answer.status_code == 404:
            return "absent"
        version = answer.json()["result"]["records"][0]["version"]
        return "whole" if self._versions[str(extra_of(second, EDITION))] == version else "apart"

    def _package_of(self, session: requests.Session) -> dict[str, object]:
        return dict(
            session.get(f"{self._url}/api/action/package_show", params={"id": self._package}, timeout=60).json()[
                "result"
            ]
        )


def measure(press: Press, url: str, case: str, rows: int, rounds: int) -> dict[str, float]:
    mode, sizes, width = CASES[case]
    name = "windows-" + "".join(letter if letter.isalnum() else "-" for letter in case.lower().replace("_", ""))
    versions: dict[str, str] = {}
    taken: dict[str, list[float]] = {"publication": [], "apart": [], "absent": [], "longest answer": []}
    for number in range(rounds + 1):
        columns = COLUMNS[: width if number % 2 else 9]
        city = catalogue(name, publish_mode=mode, columns=columns)
        count = rows + number * rows // 20 if sizes is None else rows * sizes[number % 2] // 100
        frame = cells(count, f"v{number}", columns)
        if case.endswith("few rows differ"):
            # One in a hundred, the first among them: the readers tell the edition by it.
            frame = frame.where(pd.Series(range(count)) % 100 == 0, cells(count, "v0", columns))
        pair = press.shelf.keep(city, f"v{number}", frame=frame, columns=columns)
        versions[pair[1].address] = f"v{number}"
        if number == 0 or (case.endswith("fewer rows") and number % 2 == 0):
            press(pair)
            continue
        with Watcher(url, name, versions) as one, Watcher(url, name, versions) as other:
            taken["publication"].append(press(pair).seconds)
        for state in ("apart", "absent", "longest answer"):
            taken[state].append(max(one.seconds[state], other.seconds[state]))
    return {key: round(statistics.median(values), 2) for key, values in taken.items()}


def main(rows: int, rounds: int) -> None:
    base = Path(tempfile.mkdtemp(prefix="ternopil-windows-"))
    base.chmod(0o755)
    environment = Path(os.environ.get(ENVIRONMENT_VARIABLE) or REPOSITORY / ".ternopil" / "portal-env")
    portal = LocalPortal(base, environment=environment)
    try:
        state = portal.up()
        portal.ensure_organizations([("transport", "Управління транспорту")])
        assert state.url and state.datastore_write_url
        (base / "shelf").mkdir()
        with PortalClient(state.url, state.editor_token) as client:
            press = Press(client, Shelf(base / "shelf"), Journal(base / "journal"), state.datastore_write_url)
            found = {case: measure(press, state.url, case, rows, rounds) for case in CASES}
        print(json.dumps({"rows": rows, "columns": 9, "rounds": rounds, "seconds": found}, indent=1))
    finally:
        portal.purge()
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [5_000, 6][len(given) :]))
