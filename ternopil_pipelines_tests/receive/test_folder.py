"""What counts as a file that waits in a landing folder, and which of them is received."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from ternopil_pipelines.catalogue.model import Dataset, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.folder import (
    FileState,
    change_mark_of_folder,
    is_settled,
    landing_folder,
    receive_folder,
    waiting_files,
)
from ternopil_pipelines_tests.receive.making import codes, rows_of, table, xlsx


def dataset(declared: Table) -> Dataset:
    return Dataset.model_validate(
        {
            "id": "stops",
            "title": "Зупинки",
            "description": "Зупинки",
            "purpose": "Закон",
            "keywords": ("зупинки",),
            "holder": "transport",
            "frequency": "once a year",
            "tables": (declared.model_dump(exclude_unset=True),),
        },
        strict=False,
    )


def put(folder: Path, name: str, rows: str, *, age: float) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("id,назва\n" + rows, encoding="utf-8")
    moment = time.time() - age
    os.utime(path, (moment, moment))
    return path


def test_the_newest_file_is_received_from_the_folder_of_holder_and_dataset(tmp_path: Path) -> None:
    declared = table("id", "назва")
    folder = landing_folder(tmp_path, dataset(declared))
    assert folder == tmp_path / "transport" / "stops"
    put(folder, "нові (2)(1).csv", "2,б\n", age=60)
    put(folder, "старі.csv", "1,а\n", age=3600)
    receipt = receive_folder(tmp_path, dataset(declared), declared)
    assert rows_of(receipt) == [["2", "б"]]
    assert receipt.origin.name == "нові (2)(1).csv"


def test_all_files_are_appended_in_order_of_arrival_where_all_are_kept(tmp_path: Path) -> None:
    declared = table("id", "назва", keep="all")
    folder = landing_folder(tmp_path, dataset(declared))
    put(folder, "a.csv", "2,б\n", age=60)
    put(folder, "b.csv", "1,а\n", age=3600).write_text("ID;НАЗВА\n1;а\n", encoding="utf-8")
    os.utime(folder / "b.csv", (0, 0))
    receipt = receive_folder(tmp_path, dataset(declared), declared)
    assert list(receipt.text.columns) == ["id", "назва"]
    assert rows_of(receipt) == [["1", "а"], ["2", "б"]]
    assert str(receipt.text.dtypes.iloc[0]) == "str"
    assert receipt.rows.tolist() == [2, 2]
    assert receipt.origin.typed, "what people's dots and commas may mean is asked of appended texts too"


def test_every_finding_about_appended_files_names_its_file_and_its_cell(tmp_path: Path) -> None:
    """Two files have a row 3 each; the second is a workbook with a sheet and other columns in other places."""
    columns = ({"name": "id", "type": "integer", "key": True}, {"name": "сума", "type": "decimal"})
    declared = Table.model_validate({"id": "t", "columns": columns, "source": {"kind": "folder", "keep": "all"}})
    folder = landing_folder(tmp_path, dataset(declared))
    folder.mkdir(parents=True)
    (folder / "2023.csv").write_text("id,сума\n1,5\n2,багато\nВсього,5\n", encoding="utf-8")
    xlsx(folder / "2024.xlsx", ("Рік", [["сума", "id"], [7, 1], ["мало", 3], ["#REF!", 4]]))
    os.utime(folder / "2023.csv", (0, 0))
    receipt = receive_folder(tmp_path, dataset(declared), declared)
    assert rows_of(receipt) == [["1", "5"], ["2", "багато"], ["1", "7"], ["3", "мало"], ["4", None]]
    cleaned = clean(receipt, declared, columns_of(declared))
    named = [(each.code, each.sheet, each.cell, each.row) for each in cleaned.findings if each.row is not None]
    assert named == [
        ("total-row-left-out", "2023.csv", None, 4),
        ("cell-error", "2024.xlsx: Рік", "A4", 4),
        ("key-repeated", "2024.xlsx: Рік", "B2", 2),
        ("number-expected", "2023.csv", None, 3),
        ("number-expected", "2024.xlsx: Рік", "A3", 3),
    ]
    repeated = [each.message for each in cleaned.findings if each.code == "key-repeated"]
    assert all("2 («2023.csv»)" in message for message in repeated)
    fewer = receipt.only(np.array([False, True, False, True, True]))
    assert [fewer.sheet_of(row) for row in range(3)] == ["2023.csv", "2024.xlsx: Рік", "2024.xlsx: Рік"]
    assert fewer.cell(1, 1) == "A3"


@pytest.mark.parametrize(
    "name",
    [
        "~$дані.xlsx",
        ".~lock.дані.ods#",
        ".прихований.csv",
        "дані.csv.part",
        "дані.xlsx.crdownload",
        "дані.tmp",
        "~WRL0001.tmp",
        "Thumbs.db",
        "desktop.ini",
        "дані.вердикт.html",
        "дані.verdict.xlsx",
        "report.json",
    ],
)
def test_what_is_no_data_is_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x", encoding="utf-8")
    assert waiting_files(tmp_path, "*") == ()


def test_links_and_folders_are_passed_over(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("x", encoding="utf-8")
    inbox = tmp_path / "inbox"
    (inbox / "тека.csv").mkdir(parents=True)
    (inbox / "link.csv").symlink_to(outside)
    assert waiting_files(inbox, "*") == ()
    assert waiting_files(tmp_path / "nowhere", "*") == ()


def test_the_pattern_parts_the_tables_of_one_folder(tmp_path: Path) -> None:
    for name in ("Зупинки 2024.CSV", "маршрути.csv"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [path.name for path in waiting_files(tmp_path, "зупинки*.csv")] == ["Зупинки 2024.CSV"]


def test_an_empty_folder_is_a_finding_of_its_own(tmp_path: Path) -> None:
    declared = table("id")
    with pytest.raises(SourceRefused) as refused:
        receive_folder(tmp_path, dataset(declared), declared)
    assert codes(refused.value) == ["no-file"]
    assert "transport/stops" in refused.value.findings[0].message


def test_a_file_settles_when_nothing_moved_and_nobody_has_it_open(tmp_path: Path) -> None:
    path = put(tmp_path, "дані.xlsx", "1,а\n", age=0)
    now = time.time()
    state = FileState.of(path)
    assert not is_settled(path, before=state, now=now + 5)
    assert is_settled(path, before=state, now=now + 11)
    owner = tmp_path / "~$дані.xlsx"
    owner.write_bytes(b"x")
    assert not is_settled(path, before=state, now=now + 11)
    owner.unlink()
    with path.open("a", encoding="utf-8") as file:
        file.write("2,б\n")
    assert not is_settled(path, before=state, now=now + 3600)
    assert not is_settled(tmp_path / "gone.csv")


def test_a_text_that_ends_in_mid_line_must_rest_longer_than_a_stalled_copy(tmp_path: Path) -> None:
    path = put(tmp_path, "дані.csv", "1,а", age=0)
    now = time.time()
    assert not is_settled(path, now=now + 16)
    assert is_settled(path, now=now + 26)
    path.write_text("id,назва\n1,а\r\n", encoding="utf-8", newline="")
    assert is_settled(path, now=time.time() + 11)


def test_an_owner_file_of_a_program_that_crashed_yesterday_holds_nobody_up(tmp_path: Path) -> None:
    path = put(tmp_path, "дані.xlsx", "1,а\n", age=0)
    owner = tmp_path / ".~lock.дані.xlsx#"
    owner.write_bytes(b"x")
    assert not is_settled(path, now=time.time() + 60)
    os.utime(owner, (time.time() - 25 * 3600,) * 2)
    assert is_settled(path, now=time.time() + 60)


def test_the_change_mark_moves_with_a_new_file_also_of_the_same_bytes(tmp_path: Path) -> None:
    declared = table("id", "назва")
    assert change_mark_of_folder(tmp_path, dataset(declared), declared.source) is None  # type: ignore[arg-type]
    folder = landing_folder(tmp_path, dataset(declared))
    put(folder, "a.csv", "1,а\n", age=60)
    first = change_mark_of_folder(tmp_path, dataset(declared), declared.source)  # type: ignore[arg-type]
    assert first == change_mark_of_folder(tmp_path, dataset(declared), declared.source)  # type: ignore[arg-type]
    assert receive_folder(tmp_path, dataset(declared), declared).changed == first
    put(folder, "a.csv", "1,а\n", age=0)
    assert change_mark_of_folder(tmp_path, dataset(declared), declared.source) != first  # type: ignore[arg-type]
