"""A publisher in a process of its own, so that it can be killed: `python -m … settings.json`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.faults import Fault
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.publication import publish
from ternopil_pipelines_tests.portal.making import COLUMNS, catalogue


def main(settings: dict[str, str]) -> int:
    folder = Path(settings["folder"])
    city = catalogue(settings["dataset"], columns=COLUMNS, publish_mode=settings["mode"])
    archive = Archive(str(folder / "editions"))
    print("ready", flush=True)
    try:
        done = publish(
            client=PortalClient(settings["url"], os.environ["CKAN_API_TOKEN"]),
            archive=archive,
            ledger=Ledger(f"sqlite:///{folder / 'ledger.db'}"),
            edition=archive.read(settings["dataset"], settings["edition"]),
            dataset=city.datasets[0],
            journal=Journal(Path(settings["journal"])),
            datastore_url=settings["datastore_url"],
        )
    except Fault as fault:
        print(json.dumps({"fault": type(fault).__name__, "told": str(fault)}))
        return 3
    print(json.dumps({"unchanged": done.unchanged}))
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
