"""A publisher in a process of its own, so that it can be killed: `python -m …` waits with everything imported, and for
each line of settings on its input becomes two, of which the younger publishes, or withdraws. Prints that one's number,
and how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.faults import Fault
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.publication import publish
from ternopil_pipelines.portal.withdrawal import withdraw
from ternopil_pipelines_tests.portal.failing_files import FailingFiles
from ternopil_pipelines_tests.portal.making import COLUMNS, Shelf, catalogue, make_long


def main(settings: dict[str, Any]) -> int:
    os.environ["TERNOPIL_CRASH_AT"] = settings["crash_at"]
    folder = Path(settings["folder"])
    named = {"package": settings["package"]} if "package" in settings else {}
    city = catalogue(settings["dataset"], columns=COLUMNS, publish_mode=settings["mode"], **named)
    archive = Archive(str(folder / "editions"))
    if settings.get("long"):
        make_long(pytest.MonkeyPatch())
    if failing := settings.get("failing"):
        FailingFiles(folder, failing["call"], failing["way"], Path(failing["told"])).watch()
    try:
        if keeping := settings.get("keeping"):
            Shelf(folder).keep(city, keeping["version"], rows=keeping["rows"])
            return 0
        client = PortalClient(settings["url"], os.environ["CKAN_API_TOKEN"])
        ledger, journal = Ledger(f"sqlite:///{folder / 'ledger.db'}"), Journal(Path(settings["journal"]))
        if reason := settings.get("withdraw"):
            withdraw(
                client=client, ledger=ledger, dataset=city.datasets[0], journal=journal, reason=reason, who="killed"
            )  # fmt: skip
            return 0
        publish(
            client=client,
            archive=archive,
            ledger=ledger,
            edition=archive.read(settings["dataset"], settings["edition"]),
            dataset=city.datasets[0],
            journal=journal,
            datastore_url=settings["datastore_url"],
        )
    except Fault as fault:
        with contextlib.suppress(OSError):  # where no byte may be written to any file
            print(f"{type(fault).__name__}: {fault}", file=sys.stderr, flush=True)
        return 3
    return 0


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(main(json.loads(line)))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
