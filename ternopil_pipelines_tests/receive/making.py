"""Tiny files of every kind, made here so that no stranger's data lies in the repository."""

from __future__ import annotations

import io
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
