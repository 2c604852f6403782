"""What one asset hands to the next comes back as it was, is the owner's alone, and survives a crash halfway."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from ternopil_pipelines.orchestration import steps
from ternopil_pipelines.orchestration.keeping import keep_edition
from ternopil_pipelines.orchestration.names import edition_key, raw_key, table_key
from ternopil_pipelines.orchestration.storage import Accepted, Storage
from ternopil_pipelines.receive.receipt import Part
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town, make_town


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = make_town(tmp_path, "t", url="http://127.0.0.1:9", token="none")
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    made.drop(REPAIRS + "004,,,\n")
    return made


def _keep(storage: Storage, key: dg.AssetKey, value: object) -> object:
    storage.handle_output(dg.build_output_context(asset_key=key), value)
    return storage.load_input(dg.build_input_context(asset_key=key))


def test_receipt_table_and_edition_come_back_as_they_were(village: Town) -> None:
    installation, dataset, table = village.installation, village.repairs, village.repairs.tables[0]
    storage = Storage(village.root / "storage", installation.archive)
    parts = (Part(0, "a.csv"), Part(2, "b.xlsx: Рік", ("A", None)))
    receipt = replace(steps.take(installation, dataset, table, run="r"), parts=parts)
    again = _keep(storage, raw_key(dataset, table), receipt)
    assert again.text.equals(receipt.text)
    assert list(again.rows) == list(receipt.rows)
    for name in ("sha256", "received_at", "sheet", "letters", "findings", "changed", "parts"):
        assert getattr(again, name) == getattr(receipt, name), name
    assert again.origin == receipt.origin and again.origin.typed

    cleaned, _ = steps.clean_table(installation, dataset, table, receipt)
    accepted = _keep(storage, table_key(dataset, table), Accepted(cleaned, receipt))
    assert accepted.cleaned.text.equals(cleaned.text)
    assert accepted.cleaned.columns == cleaned.columns and accepted.cleaned.findings == cleaned.findings
    assert accepted.cleaned.text["id"].tolist() == ["001", "002", "003", "004"]

    edition = keep_edition(installation, dataset, [(cleaned, receipt)], run="r").edition
    assert _keep(storage, edition_key(dataset), edition) == edition
    again_kept = keep_edition(installation, dataset, [(accepted.cleaned, accepted.receipt)], run="r").edition
    assert again_kept.address == edition.address


def test_only_the_owner_may_read_what_is_kept(village: Town) -> None:
    installation, dataset, table = village.installation, village.repairs, village.repairs.tables[0]
    storage = Storage(village.root / "storage", installation.archive)
    _keep(storage, raw_key(dataset, table), steps.take(installation, dataset, table, run="r"))
    kept = [each for each in (village.root / "storage").rglob("*") if each.is_file()]
    assert kept and all(each.stat().st_mode & 0o077 == 0 for each in kept)


def test_a_crash_while_writing_leaves_the_last_whole_one(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    installation, dataset, table = village.installation, village.repairs, village.repairs.tables[0]
    storage = Storage(village.root / "storage", installation.archive)
    key = raw_key(dataset, table)
    receipt = steps.take(installation, dataset, table, run="r")
    _keep(storage, key, receipt)

    village.drop(REPAIRS)
    newer = steps.take(installation, dataset, table, run="r")

    def crash(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(OSError, match="the disk is gone"):
        storage.handle_output(dg.build_output_context(asset_key=key), newer)
    monkeypatch.undo()
    assert len(storage.load_input(dg.build_input_context(asset_key=key)).text) == 4


def test_what_was_never_made_is_said_and_not_tried_again(village: Town) -> None:
    storage = Storage(village.root / "storage", village.installation.archive)
    with pytest.raises(dg.Failure) as failure:
        storage.load_input(dg.build_input_context(asset_key=edition_key(village.repairs)))
    assert failure.value.allow_retries is False
