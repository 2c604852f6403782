"""Publishers in processes of their own, to be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.local_portal.portal import LocalPortal


class Apart:
    """One process with everything imported, which becomes two for each publication."""

    def __init__(self, portal: LocalPortal, datastore_url: str) -> None:
        state = portal.status()
        self._fixed = {"url": state.url, "datastore_url": datastore_url}
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "ternopil_pipelines_tests.portal.publisher"],
            env={**os.environ, "CKAN_API_TOKEN": str(state.editor_token)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def start(
        self, folder: Path, pair: tuple[Dataset, Edition], *, crash_at: str = "", url: str = "", **others: object
    ) -> int:
        """Number of the process; `url`: of something between it and the portal; `others` as `publisher` takes them."""
        settings = {
            **self._fixed, **({"url": url} if url else {}), "folder": str(folder),
            "dataset": pair[0].id, "edition": pair[1].address,
            "mode": pair[0].publish_mode, "journal": str(folder / "journal"), "crash_at": crash_at, **others,
        }  # fmt: skip
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(settings) + "\n")
        self._parent.stdin.flush()
        return self._said()

    def ended(self) -> int:
        return self._said()

    def killed_at(self, point: str, folder: Path, pair: tuple[Dataset, Edition], **others: object) -> None:
        self.start(folder, pair, crash_at=point, **others)
        assert self.ended() == -signal.SIGKILL, point

    def close(self) -> None:
        self._parent.communicate(timeout=30)

    def _said(self) -> int:
        assert self._parent.stdout is not None
        return int(self._parent.stdout.readline())
