"""Folders: sockets within the system's limit, root's home left closed."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from ternopil_pipelines.faults import PermanentFault
from ternopil_pipelines.local_portal.places import (
    LONGEST_SOCKET_FOLDER,
    find_places,
    others_may_enter,
    write_private,
)

ROOT = os.geteuid() == 0


def test_a_deep_home_gets_a_socket_folder_within_the_limit() -> None:
    deep = Path("/srv") / "/".join(["p" * 30] * 5)
    sockets = find_places(deep, None).sockets
    assert len(os.fsencode(sockets / ".s.PGSQL.5432.lock")) < 104
    assert sockets != find_places(deep / "other", None).sockets


@pytest.mark.parametrize("name", ["мій портал", "with space", "100%", "a'b", "$HOME"])
def test_a_name_that_a_url_or_shell_would_misread_gets_a_plain_socket_folder(name: str) -> None:
    sockets = str(find_places(Path("/srv") / name, None).sockets)
    assert name not in sockets
    assert len(sockets) <= LONGEST_SOCKET_FOLDER


def test_a_plain_short_home_keeps_everything_together() -> None:
    places = find_places(Path("/srv/portal"), None)
    assert places.state == places.home == Path("/srv/portal")
    assert places.environment == Path("/srv/portal/venv")
    assert places.sockets == Path("/srv/portal/run/socket")


@pytest.mark.skipif(not ROOT, reason="only root's servers run as another user")
def test_root_keeps_its_closed_folders_closed_and_puts_the_state_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    places = find_places(closed / "portal", closed / "environment")
    assert places.state.parent == places.environment.parent == Path("/var/lib/ternopil-portal")
    assert not others_may_enter(closed / "portal")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.skipif(ROOT, reason="root's state moves out of closed folders")
def test_a_user_keeps_the_state_in_a_closed_folder(tmp_path: Path) -> None:
    assert find_places(tmp_path / "portal", None).state == tmp_path / "portal"


def test_a_socket_folder_that_somebody_else_put_there_is_refused() -> None:
    home = Path(tempfile.mkdtemp(prefix="ternopil-portal-")) / ("п" * 60)
    home.parent.chmod(0o755)
    places = find_places(home, None)
    elsewhere = home.parent / "elsewhere"
    elsewhere.mkdir()
    places.sockets.symlink_to(elsewhere)
    try:
        with pytest.raises(PermanentFault, match="belongs to somebody else"):
            places.prepare()
    finally:
        places.sockets.unlink()
        shutil.rmtree(home.parent)


def test_a_private_file_is_readable_for_its_owner_alone_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old, open")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
