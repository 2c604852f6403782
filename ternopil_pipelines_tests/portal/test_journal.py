"""The journal of publications."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ternopil_pipelines.faults import PermanentFault, PublicationContested
from ternopil_pipelines.portal.journal import Entry, Journal

ENTRY = Entry("works", "works", "a" * 64, "in_place", previous="b" * 64)


def test_an_entry_is_read_as_it_was_written_and_unfinished_until_done(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    assert journal.read("works") is None and journal.unfinished() == ()
    journal.write(ENTRY)
    assert journal.unfinished() == (ENTRY,)
    journal.write(replace(ENTRY, done=True))
    assert journal.unfinished() == () and journal.read("works") == replace(ENTRY, done=True)


def test_a_damaged_entry_is_none(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(ENTRY)
    (tmp_path / "works.json").write_text('{"dataset": "wo', encoding="utf-8")
    assert journal.read("works") is None and journal.unfinished() == ()


def test_one_dataset_is_claimed_once_at_a_time(tmp_path: Path) -> None:
    one, other = Journal(tmp_path), Journal(tmp_path)
    with one.claim("works"):
        with pytest.raises(PublicationContested), other.claim("works", patience=0.1):
            pass
        with other.claim("stops"):
            pass
    with other.claim("works"):
        pass


def test_who_only_looks_whether_a_dataset_is_busy_makes_no_publisher_lose(tmp_path: Path) -> None:
    looking, publishing = Journal(tmp_path), Journal(tmp_path)
    held, over = threading.Event(), threading.Event()

    def look() -> None:
        with looking.claim("works"):
            held.set()
            over.wait(60)

    with ThreadPoolExecutor(1) as pool:
        looked = pool.submit(look)
        held.wait()
        assert publishing.busy("works")
        over.set()
        with publishing.claim("works", patience=30):
            assert looking.busy("works")
        looked.result()
    assert not looking.busy("works")


def test_a_journal_that_cannot_be_written_stops_the_publication(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(PermanentFault, match="nothing was sent"):
        Journal(tmp_path / "file" / "journal").write(ENTRY)
