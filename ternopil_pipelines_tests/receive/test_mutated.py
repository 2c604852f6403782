"""Mutated workbooks and texts: bytes flipped, ends cut, zip entries changed. Always a receipt or a named refusal."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines_tests.receive.biff12 import xlsb
from ternopil_pipelines_tests.receive.making import dbase, shapefile_zip, table, xlsx
from ternopil_pipelines_tests.receive.test_faulty_files import sized
from ternopil_pipelines_tests.receive.test_other_workbooks import ods, said
from ternopil_pipelines_tests.receive.test_records import KML
from ternopil_pipelines_tests.receive.test_transit import feed

HEAD = ["id", "назва"]
WORDS = "вулиця Руська, комунальне підприємство"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bytes, Table]]:
    """A sound file of each kind with the table it holds; texts stand more than once because they are quick."""
    folder = tmp_path_factory.mktemp("seeds")
    rows = [[at, f"{WORDS} {at}"] for at in range(40)]
    text = "id,назва\n" + "".join(f'{at},"{WORDS} {at}"\n' for at in range(40))
    record = [{"id": at, "назва": f"{WORDS} {at}"} for at in range(10)]
    xlwt = pytest.importorskip("xlwt", reason="xlwt writes the .xls of this test")
    old = xlwt.Workbook()
    sheet = old.add_sheet("Аркуш")
    for at, row in enumerate([HEAD, *rows]):
        for place, value in enumerate(row):
            sheet.write(at, place, value)
    old.save(str(folder / "a.xls"))
    lines = [said("id") + said("назва"), *(said(str(row[0])) + said(str(row[1])) for row in rows)]
    plain = table(*HEAD)
    xml = "<r>" + "".join(f"<s><id>{each['id']}</id><назва>{each['назва']}</назва></s>" for each in record) + "</r>"
    texts = [
        ("a.csv", text.encode(), plain),
        ("a.csv", text.encode("cp1251"), plain),
        ("a.csv", text.encode("utf-16"), plain),
        ("a.zip", feed(), table("stop_id", "stop_name", sheet="stops")),
    ]
    return [
        *texts * 3,
        ("a.xlsx", xlsx(folder / "a.xlsx", ("s", [HEAD, *rows])).read_bytes(), plain),
        ("a.xlsb", xlsb([HEAD, *rows]), plain),
        ("a.xls", (folder / "a.xls").read_bytes(), plain),
        ("a.ods", ods(folder / "a.ods", *lines).read_bytes(), plain),
        ("a.json", str(record).replace("'", '"').encode(), plain),
        ("a.xml", f"<?xml version='1.0'?>{xml}".encode(), plain),
        ("a.kml", KML.encode(), table("id", "name", "lat", "lon")),
        ("a.dbf", dbase([("ID", "C", 5, 0), ("NAZVA", "C", 60, 0)], rows, "cp1251"), table("id", "nazva")),
        ("a.zip", shapefile_zip([(25.0, 49.0, WORDS)] * 5, prj="GEOGCS"), table("NAZVA", "lat", "lon")),
    ]


def flipped(data: bytes, chosen: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chosen.choice([1, 3, 10, 100])):
        changed[chosen.randrange(len(changed))] = chosen.randrange(256)
    return bytes(changed)


def cut(data: bytes, chosen: random.Random) -> bytes:
    return data[: chosen.randrange(1, len(data))]


def doubled(data: bytes, chosen: random.Random) -> bytes:
    start = chosen.randrange(len(data))
    piece = data[start : start + chosen.choice([1, 30, 500])]
    at = chosen.randrange(len(data))
    return data[:at] + piece * chosen.choice([1, 2, 50]) + data[at:]


def signs(data: bytes, chosen: random.Random) -> bytes:
    at = chosen.randrange(len(data))
    odd = [b'"', b"\n", b"\0", b"<", b"&", b"{", b"]", b"\xff\xfe", "ї".encode(), b"=1+1", b"\x1a", b"9" * 400]
    return data[:at] + chosen.choice(odd) + data[at + chosen.choice([0, 1, 20]) :]


def parts(data: bytes, chosen: random.Random) -> bytes:
    """One part of the archive mutated, gone or renamed; what is no archive has its bytes flipped."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        return flipped(data, chosen)
    name = chosen.choice(sorted(inside))
    content = inside.pop(name)
    if chosen.random() < 0.75 and content:
        inside[name] = chosen.choice([flipped, cut, doubled, signs])(content, chosen)
    elif chosen.random() < 0.5:
        inside[chosen.choice(["../a", "xl/a.xml", name.upper()])] = content
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, its in inside.items():
            archive.writestr(each, its)
    return sink.getvalue()


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [flipped, cut, doubled, signs, parts, parts]


@sized(300, 10_000)
def test_no_mutated_file_brings_the_step_down(
    seeds: list[tuple[str, bytes, Table]], tmp_path: Path, count: int
) -> None:
    def one(seed: int) -> str:
        chosen = random.Random(seed)
        name, data, declared = chosen.choice(seeds)
        mutated = chosen.choice(MUTATIONS)(data, chosen)
        try:
            receipt = receive_bytes(mutated, name, declared)
        except SourceRefused as refused:
            assert refused.findings, seed
            for each in refused.findings:
                assert "Traceback" not in each.message + each.fix, seed
            return refused.findings[0].code
        except Exception as error:
            (tmp_path / name).write_bytes(mutated)
            raise AssertionError(f"seed {seed}: {tmp_path / name}") from error
        assert len(receipt.rows) == len(receipt.text), seed
        return "received"

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(one, range(count)))
    assert "received" in told
    assert len(set(told)) > 4
