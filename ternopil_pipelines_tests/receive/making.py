"""Tiny files of every kind, made here so that no stranger's data lies in the repository."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from ternopil_pipelines.catalogue.model import Table

Rows = Sequence[Sequence[Any]]


def table(*names: str, **source: Any) -> Table:
    """A table of text columns, or of `name=Label` where a label is wanted."""
    columns = []
    for each in names:
        name, _, label = each.partition("=")
        columns.append({"name": name, "type": "string", **({"label": label} if label else {})})
    aliases = source.pop("aliases", {})
    return Table.model_validate(
        {"id": "t", "columns": tuple(columns), "aliases": aliases, "source": {"kind": "folder", **source}}
    )


def keyed_table(key: str, *names: str) -> Table:
    columns = ({"name": key, "type": "string", "key": True}, *({"name": name, "type": "string"} for name in names))
    return Table.model_validate({"id": "t", "columns": columns, "source": {"kind": "folder"}})


def xlsx(path: Path, *sheets: tuple[str, Rows], hidden: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row, start=1):
                if value is not None:
                    sheet.cell(number, place, value)
        if name in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def repacked(
    path: Path, *, changes: dict[str, bytes | None] | None = None, extra: dict[str, bytes] | None = None
) -> Path:
    """The archive at `path` with parts changed, removed (None) or added."""
    changes = changes or {}
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = changes.get(name, old.read(name)) if name in changes else old.read(name)
            if data is not None:
                new.writestr(name, data)
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    path.write_bytes(content.getvalue())
    return path


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def rows_of(receipt: Any) -> list[list[str | None]]:
    """The received table as lists, absent cells as None."""
    return [[None if cell != cell else cell for cell in row] for row in receipt.text.to_numpy().tolist()]


def codes(receipt_or_fault: Any) -> list[str]:
    return [each.code for each in receipt_or_fault.findings]


def dbase(
    fields: Sequence[tuple[str, str, int, int]], rows: Rows, encoding: str, *, deleted: set[int] | None = None
) -> bytes:
    """A dBase III table. `fields`: name, type, length, decimals."""
    width = 1 + sum(length for _, _, length, _ in fields)
    head = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, len(rows), 32 + 32 * len(fields) + 1, width)
    for name, kind, length, decimals in fields:
        head += struct.pack("<11sc4xBB14x", name.encode(encoding), kind.encode(), length, decimals)
    body = b""
    for at, row in enumerate(rows):
        body += b"*" if at in (deleted or set()) else b" "
        for value, (_, kind, length, decimals) in zip(row, fields, strict=True):
            text = f"{value:{length}.{decimals}f}" if kind == "N" else str(value)
            body += text.encode(encoding)[:length].ljust(length)
    return head + b"\r" + body + b"\x1a"


def shapefile_zip(points: Sequence[tuple[float, float, str]], *, prj: str | None) -> bytes:
    """A zipped layer of points with one text field in cp1251. `prj`: GEOGCS (WGS 84), PROJCS (UCS-2000) or none."""
    shapes = b""
    for at, (x, y, _) in enumerate(points, start=1):
        shapes += struct.pack(">2i", at, 10) + struct.pack("<i2d", 1, x, y)
    box = (*(min(each[axis] for each in points) for axis in (0, 1)), *(max(p[axis] for p in points) for axis in (0, 1)))

    def head(length: int) -> bytes:
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + length) // 2) + struct.pack(
            "<2i8d", 1000, 1, *box, 0, 0, 0, 0
        )

    index = b"".join(struct.pack(">2i", (100 + 28 * at) // 2, 10) for at in range(len(points)))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("layer/points.shp", head(len(shapes)) + shapes)
        archive.writestr("layer/points.shx", head(len(index)) + index)
        archive.writestr("layer/points.dbf", dbase([("NAZVA", "C", 60, 0)], [(p[2],) for p in points], "cp1251"))
        if prj == "GEOGCS":
            archive.writestr("layer/points.prj", 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]')
        if prj == "PROJCS":
            archive.writestr("layer/points.prj", 'PROJCS["UCS-2000 / Ukraine TM zone 10",GEOGCS["UCS-2000"]]')
    return content.getvalue()
