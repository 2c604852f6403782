import json
from pathlib import Path

from ternopil_pipelines.gates.quarantine import explained, gap, kept_aside, store
from ternopil_pipelines_tests.gates.town import NOW, Town, rows


def town(folder: Path) -> Town:
    found = Town(folder)
    found.settings["tables"][0]["on_error"] = "quarantine"
    return found


def test_broken_rows_are_kept_as_received_with_what_is_wrong(tmp_path: Path) -> None:
    data = rows()
    data[4]["cost"] = "дорого"
    cleaned, receipt = town(tmp_path).cleaned(data)
    aside = kept_aside(cleaned, receipt)
    assert aside is not None
    assert (aside.numbers, list(aside.rows["cost"]), aside.total) == ((6,), ["дорого"], 100)
    assert {each.code for each in aside.findings} == {"number-expected"}
    assert len(cleaned.text) == 99


def test_the_description_states_the_gap(tmp_path: Path) -> None:
    data = rows()
    data[4]["cost"] = "дорого"
    place = town(tmp_path)
    cleaned, _ = place.cleaned(data)
    assert gap(cleaned) in explained(place.dataset, [cleaned]).description
    assert "немає 1 з 100 рядків" in str(gap(cleaned))


def test_above_the_share_nothing_is_set_aside_and_the_table_is_refused(tmp_path: Path) -> None:
    data = [{**row, "cost": "дорого"} if at < 6 else row for at, row in enumerate(rows())]
    cleaned, receipt = town(tmp_path).cleaned(data)
    assert cleaned.refused
    assert kept_aside(cleaned, receipt) is None


def test_the_rows_lie_in_a_private_file_until_the_corrected_ones_come(tmp_path: Path) -> None:
    data = rows()
    data[4]["cost"] = "дорого"
    cleaned, receipt = town(tmp_path).cleaned(data)
    aside = kept_aside(cleaned, receipt)
    path = store(tmp_path / "quarantine", "works", "works", aside, source_sha256="a" * 64, at=NOW)
    assert "6,0004" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["rows"] == 1
    store(tmp_path / "quarantine", "works", "works", None, source_sha256="b" * 64, at=NOW)
    assert not path.exists()
    assert not path.with_suffix(".json").exists()
