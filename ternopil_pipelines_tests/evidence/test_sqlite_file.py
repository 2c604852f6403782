from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.evidence.ledger_schema import SQLITE_SCHEMA
from ternopil_pipelines.evidence.sqlite_file import audit


def _file(tmp_path: Path, entries: int, longest: int) -> bytes:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    chance = random.Random(7)
    for number in range(entries):
        ledger.append("looked", who="run ї", dataset="stops", note="ю" * chance.randrange(longest), number=number)
    assert ledger.verify() == []
    return (tmp_path / "ledger.db").read_bytes()


def test_a_file_of_many_pages_with_long_entries_is_as_appending_left_it(tmp_path: Path) -> None:
    data = _file(tmp_path, 400, 6_000)
    assert len(data) > 100 * 4096
    assert audit(data, SQLITE_SCHEMA) == []


def test_a_changed_byte_is_named_wherever_it_is_but_inside_a_text_which_the_chain_covers(tmp_path: Path) -> None:
    """Every byte of a small file is changed once; what `audit` lets pass must be found by the chain."""
    data = _file(tmp_path, 6, 700)
    ledger, place = Ledger(f"sqlite:///{tmp_path}/ledger.db"), tmp_path / "ledger.db"
    chance = random.Random(5)
    passed = []
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ chance.randrange(1, 256)]) + data[at + 1 :]
        if not audit(changed, SQLITE_SCHEMA):
            passed.append((at, changed))
    assert len(passed) < len(data) / 2
    for at, changed in chance.sample(passed, 200):
        place.write_bytes(changed)
        assert ledger.verify(), at


def test_other_tables_in_the_file_are_not_the_ledgers(tmp_path: Path) -> None:
    _file(tmp_path, 3, 100)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        connection.execute("CREATE TABLE other (x)")
        connection.commit()
    assert any("header" in each or "triggers" in each for each in Ledger(f"sqlite:///{tmp_path}/ledger.db").verify())
