"""The user PostgreSQL runs as under root."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ternopil_pipelines.local_portal.environment import only_one

ENSURE = """
import pwd, sys
from pathlib import Path
from ternopil_pipelines.local_portal.database import ensure_system_user
ensure_system_user(sys.argv[1], log=Path(sys.argv[2]))
print(pwd.getpwnam(sys.argv[1]).pw_uid)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes users")
def test_portals_begun_together_on_a_fresh_machine_make_one_user(tmp_path: Path) -> None:
    name = f"t{uuid.uuid4().hex[:8]}"

    def ensure(number: int) -> str:
        command = [sys.executable, "-c", ENSURE, name, str(tmp_path / f"{number}.log")]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout.strip()

    try:
        with ThreadPoolExecutor(6) as pool:
            seen = set(pool.map(ensure, range(6)))
        assert seen == {str(pwd.getpwnam(name).pw_uid)}
    finally:
        with only_one(Path("/etc"), say=print, waiting_for="userdel"):
            subprocess.run(["userdel", name], check=False, env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"})
