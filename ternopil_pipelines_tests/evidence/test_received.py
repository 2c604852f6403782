from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from ternopil_pipelines.evidence.received import Received

BYTES = "Вулиця;Вартість\n".encode("cp1251")
HASH = hashlib.sha256(BYTES).hexdigest()


def test_equal_bytes_are_kept_once_under_their_hash_and_for_their_owner_only(tmp_path: Path) -> None:
    received = Received(tmp_path)
    first = received.keep("stops", "stops", sha256=HASH, suffix=".csv", content=BYTES)
    assert received.keep("stops", "stops", sha256=HASH, suffix=".csv", content=BYTES) == first
    assert first.read_bytes() == BYTES
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert [each.name for each in first.parent.iterdir()] == [f"{HASH}.csv"]


def test_a_suffix_that_is_a_path_is_not_followed(tmp_path: Path) -> None:
    place = Received(tmp_path).keep("stops", "stops", sha256=HASH, suffix="./../../x", content=BYTES)
    assert place.name == HASH


def test_what_is_forgotten_is_gone_and_the_rest_stays(tmp_path: Path) -> None:
    received = Received(tmp_path)
    other = received.keep("stops", "stops", sha256="0" * 64, suffix=".csv", content=b"other")
    received.keep("stops", "stops", sha256=HASH, suffix=".csv", content=BYTES)
    assert received.forget("stops", HASH) == 1
    assert other.exists()
    assert received.forget("stops", HASH) == 0
