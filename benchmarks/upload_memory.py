"""How much memory a publisher needs for a large file: 200 MiB sent to a real portal in one `package_revise`.

    python benchmarks/upload_memory.py [MIB]

The upload runs in a fresh process with everything imported and the portal spoken to once; what counts is how far its
peak rises above that. The bar is 60 MiB. What is read back is compared by sha256. Prints one JSON document; fails
where the bar is missed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from ternopil_pipelines.local_portal.portal import ENVIRONMENT_VARIABLE, LocalPortal
from ternopil_pipelines.portal.client import PortalClient

REPOSITORY = Path(__file__).resolve().parent.parent
BAR_MIB = 60
MIB = 1 << 20


def send(url: str, package: str, resource: str, file: Path) -> dict[str, float]:
    """In the process that is measured."""
    client = PortalClient(url, os.environ["CKAN_API_TOKEN"])
    client.read("package_show", id=package)
    before = psutil.Process().memory_info().rss
    # The highest mark of this process so far is put back to what it holds now.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    started = time.monotonic()
    client.revise(match__name=package, files={resource: (file.name, file)}, include=["-*"])
    seconds = time.monotonic() - started
    (peak,) = [
        int(line.split()[1]) * 1024
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        if line.startswith("VmHWM:")
    ]
    return {"added_mib": (peak - before) / MIB, "seconds": seconds}


def main(mib: int) -> int:
    base = Path(tempfile.mkdtemp(prefix="ternopil-upload-"))
    base.chmod(0o755)
    environment = Path(os.environ.get(ENVIRONMENT_VARIABLE) or REPOSITORY / ".ternopil" / "portal-env")
    portal = LocalPortal(base, environment=environment)
    try:
        state = portal.up()
        portal.ensure_organizations([("speed", "Швидкість")])
        assert state.url
        file = base / "large.csv"
        line = "TE-0000000,вул. Руська,12а,100.50\n".encode()
        with file.open("wb") as stream:
            for _ in range(mib):
                stream.write((line * (MIB // len(line) + 1))[:MIB])
        client = PortalClient(state.url, state.editor_token)
        package = client.call("package_create", name="upload-memory", owner_org="speed", private=False)
        made = client.call(
            "resource_create", package_id=package["id"], name="large", url="https://example.ua/large.csv"
        )
        told = subprocess.run(
            [sys.executable, __file__, "--send", state.url, "upload-memory", made["id"], str(file)],
            env={**os.environ, "CKAN_API_TOKEN": str(state.editor_token)},
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        measured = json.loads(told.stdout)
        with file.open("rb") as stream:
            expected = hashlib.file_digest(stream, "sha256").hexdigest()
        shown = client.read("resource_show", id=made["id"])
        whole = client.sha256_of(shown["url"])[0] == expected
        report = {"mib": mib, "bar_mib": BAR_MIB, "whole": whole, **{k: round(v, 1) for k, v in measured.items()}}
        print(json.dumps(report, indent=1))
        return 0 if whole and measured["added_mib"] < BAR_MIB else 1
    finally:
        portal.purge()
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--send"]:
        _, _, url, package, resource, file = sys.argv
        print(json.dumps(send(url, package, resource, Path(file))))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
