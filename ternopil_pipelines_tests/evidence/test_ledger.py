from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from ternopil_pipelines.evidence.ledger import FIRST, Ledger
from ternopil_pipelines.faults import EvidenceBroken, PermanentFault
from ternopil_pipelines_tests.evidence.making import HOUR
from ternopil_pipelines_tests.postgres_fixture import running_postgres

APPENDER = (
    "import sys\n"
    "from ternopil_pipelines.evidence.ledger import Ledger\n"
    "ledger = Ledger(sys.argv[1])\n"
    "for number in range(25):\n"
    "    ledger.append('looked', who=sys.argv[2], dataset='stops', number=number)\n"
)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with running_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/state/ledger.db"
        return
    address = request.getfixturevalue("postgres")
    yield address
    _execute(address, "DROP TABLE IF EXISTS ledger_entries")


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _without_triggers(url: str) -> None:
    if url.startswith("sqlite"):
        _execute(url, "DROP TRIGGER ledger_entries_no_update", "DROP TRIGGER ledger_entries_no_delete")
    else:
        _execute(url, "ALTER TABLE ledger_entries DISABLE TRIGGER ALL")


def _entries_named(problems: list[str]) -> list[str]:
    """Without what the SQLite file shows by itself, the dropped triggers among it."""
    return [each for each in problems if not each.startswith("ledger file:")]


def test_nothing_is_made_before_the_first_entry(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/state/ledger.db")
    assert ledger.entries() == ()
    assert ledger.last("stops", "published") is None
    assert ledger.verify() == []
    assert not (tmp_path / "state").exists()


def test_entries_come_back_as_they_were_appended_each_with_the_hash_of_the_one_before(url: str) -> None:
    ledger = Ledger(url)
    first = ledger.append("received", who="run 1", dataset="stops", rows=5, findings={"blank": 2})
    second = ledger.append("published", who="оператор", dataset="stops", edition="a" * 64, note="ї", nothing=None)
    third = ledger.append("digest", who="run 2")
    assert Ledger(url).entries() == (first, second, third)
    assert (first.sequence, first.previous_hash, second.previous_hash) == (1, FIRST, first.hash)
    assert second.body == {"note": "ї", "nothing": None}
    assert ledger.entries(dataset="stops", what="published") == (second,)
    assert ledger.last("stops", "received", "published") == second
    assert ledger.last("stops", edition="b" * 64) is None
    assert ledger.verify() == []


def test_the_database_itself_refuses_to_change_or_remove_an_entry(url: str) -> None:
    Ledger(url).append("published", who="run 1")
    verbs = ["UPDATE ledger_entries SET who = 'x'", "DELETE FROM ledger_entries"]
    for statement in verbs if url.startswith("sqlite") else [*verbs, "TRUNCATE ledger_entries"]:
        with pytest.raises(DBAPIError, match="never changed or removed"):
            _execute(url, statement)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE ledger_entries SET who = 'run 9' WHERE sequence = 3", ["ledger entry 3: not what was written"]),
        ("UPDATE ledger_entries SET at = '2020' WHERE sequence = 5", ["ledger entry 5: not what was written"]),
        ("UPDATE ledger_entries SET body = '{' WHERE sequence = 2", ["ledger entry 2: its body"]),
        (
            "UPDATE ledger_entries SET hash = 'x' WHERE sequence = 2",
            ["ledger entry 2: not", "ledger entry 3: does not"],
        ),
        (
            "DELETE FROM ledger_entries WHERE sequence = 2",
            ["ledger entry 3: entry 2 was expected", "entry 3: does not"],
        ),
        (
            "UPDATE ledger_entries SET sequence = 9 WHERE sequence = 5",
            ["ledger entry 9: entry 5 was exp", "entry 9: not"],
        ),
    ],
)
def test_every_change_is_named_with_its_entry(url: str, change: str, named: list[str]) -> None:
    ledger = Ledger(url)
    for number in range(5):
        ledger.append("looked", who="run 1", dataset="stops", number=number)
    _without_triggers(url)
    _execute(url, change)
    problems = _entries_named(ledger.verify())
    assert len(problems) == len(named)
    assert all(part in problem for part, problem in zip(named, problems, strict=True))


def test_an_end_that_was_cut_off_is_named_by_a_digest_given_out_before(url: str) -> None:
    hours = iter([HOUR, HOUR + timedelta(hours=2), HOUR + timedelta(days=1)])
    ledger = Ledger(url, clock=lambda: next(hours))
    entries = [ledger.append("looked", who="run 1") for _ in range(3)]
    assert ledger.digest(HOUR.date()) == {"day": "2026-03-01", "sequence": 2, "hash": entries[1].hash}
    assert ledger.digest(date(2026, 2, 28)) == {"day": "2026-02-28", "sequence": 0, "hash": FIRST}
    digests = [ledger.digest(date(2026, 2, 28)), ledger.digest(date(2026, 3, 2))]
    assert ledger.verify(digests) == []
    _without_triggers(url)
    _execute(url, "DELETE FROM ledger_entries WHERE sequence = 3")
    assert _entries_named(ledger.verify()) == []
    assert _entries_named(ledger.verify(digests)) == ["ledger entry 3: not the one of the digest of 2026-03-02"]


def test_four_processes_appending_at_once_keep_one_chain(url: str) -> None:
    children = [subprocess.Popen([sys.executable, "-c", APPENDER, url, f"run {number}"]) for number in range(4)]
    while any(child.poll() is None for child in children):
        assert Ledger(url).verify() == []  # a reader in between finds nothing half
    assert [child.wait() for child in children] == [0, 0, 0, 0]
    entries = Ledger(url).entries()
    assert [entry.sequence for entry in entries] == list(range(1, 101))
    for number in range(4):
        assert [entry.body["number"] for entry in entries if entry.who == f"run {number}"] == list(range(25))
    assert Ledger(url).verify() == []


def test_a_body_that_is_no_json_is_refused_before_anything_is_entered(url: str) -> None:
    ledger = Ledger(url)
    wrong: list[Any] = [float("nan"), object()]
    for value in wrong:
        with pytest.raises((ValueError, TypeError)):
            ledger.append("looked", who="run 1", value=value)
    assert ledger.entries() == ()


def test_a_file_that_is_no_ledger_is_broken_evidence(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"not a database, certainly" * 100)
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    with pytest.raises(EvidenceBroken):
        ledger.entries()
    assert len(ledger.verify()) == 1


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    ledger = Ledger("postgresql://clerk:secret-word@127.0.0.1:9/ledger?application_name=secret-too")
    with pytest.raises(Exception, match=r"127\.0\.0\.1") as caught:
        ledger.append("looked", who="run 1")
    told = f"{caught.value!r} {ledger!r}"
    assert "secret" not in told
    with pytest.raises(PermanentFault):
        Ledger("no address")
    # `@` in a password that nobody escaped: what follows it is taken for host and port.
    with pytest.raises(PermanentFault) as refused:
        Ledger("postgresql://clerk:sec@ret:word@db/ledger")
    assert "word" not in str(refused.value) and refused.value.__cause__ is None and refused.value.__suppress_context__


def test_the_hash_can_be_recomputed_by_anyone(tmp_path: Path) -> None:
    import hashlib

    entry = Ledger(f"sqlite:///{tmp_path}/l.db").append("looked", who="Олена", dataset="stops", b=1, a="ї")
    with sqlite3.connect(tmp_path / "l.db") as connection:
        row = connection.execute("SELECT * FROM ledger_entries").fetchone()
    connection.close()
    told = [*row[:6], json.loads(row[6]), row[7]]
    plain = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(plain.encode()).hexdigest() == entry.hash
