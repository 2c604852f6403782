"""One file, whatever it is, to a receipt: taken whole, its kind found, its table found.

Used for the landing folder and for `ternopil check` alike. `sheet`, `header`, `encoding` and `delimiter` count where
the table's source is a folder; everything else is found.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import FolderSource, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.claim import claim
from ternopil_pipelines.receive.delimited import Delimited, read_delimited
from ternopil_pipelines.receive.header import Header
from ternopil_pipelines.receive.layout import Layout, header_of, lay_out
from ternopil_pipelines.receive.naming import folded_names
from ternopil_pipelines.receive.ragged import even_out
from ternopil_pipelines.receive.receipt import Origin, Receipt
from ternopil_pipelines.receive.records import read_records
from ternopil_pipelines.receive.sniff import Kind, kind_of
from ternopil_pipelines.receive.transit import as_declared, part_of
from ternopil_pipelines.receive.workbook import Wish, read_workbook

_WORKBOOKS = frozenset({Kind.XLSX, Kind.XLSB, Kind.XLS, Kind.ODS})
_NOTHING_DECLARED = FolderSource(kind="folder")


def receive_file(path: Path, table: Table, *, follow: bool = True) -> Receipt:
    """Raises SourceRefused with findings where no table can be read, SourceUnreachable while the file is written."""
    return receive_bytes(claim(path, follow=follow), path.name, table)


def receive_bytes(data: bytes, name: str, table: Table) -> Receipt:
    source = table.source if isinstance(table.source, FolderSource) else _NOTHING_DECLARED
    columns = columns_of(table)
    try:
        kind = kind_of(data, name=name)
        if kind is Kind.TEXT:
            return _text(data, name, table, source, columns)
        if kind is Kind.GTFS:
            return _feed(data, name, table, source, columns)
        if kind in _WORKBOOKS:
            return _workbook(data, kind, name, table, source, columns)
        return _records(data, kind, name, table, source, columns)
    except SourceRefused as refused:
        raise SourceRefused(f"{name}: {refused}", refused.findings) from None


def _text(data: bytes, name: str, table: Table, source: FolderSource, columns: Sequence[Column]) -> Receipt:
    aside = ThreadPoolExecutor(1)
    digest = aside.submit(hashlib.sha256, data)
    aside.shutdown(wait=False)
    # A table of one column has no delimiter, and its texts may hold any.
    delimiter = source.delimiter or ("\x1f" if len(columns) == 1 else None)
    known = folded_names(columns, table.aliases)
    read = read_delimited(data, file=name, encoding=source.encoding, delimiter=delimiter, known=known)
    if source.delimiter is None and len(columns) == 1 and _header(read, columns, table, source) is None:
        read = read_delimited(data, file=name, encoding=source.encoding, known=known)
    header = _header(read, columns, table, source)
    if header is None:
        names = ", ".join(column.name for column in columns)
        raise SourceRefused("no header", [finding("header-not-found", file=name, names=names)])
    grid, about_rows = even_out(read, header, file=name)
    layout = lay_out(grid, header, columns, table.aliases)
    return Receipt(
        text=layout.text,
        rows=layout.rows,
        sha256=digest.result().hexdigest(),
        received_at=datetime.now(UTC),
        origin=Origin("folder", name, {"encoding": read.encoding, "delimiter": read.delimiter}, typed=True),
        findings=(*read.findings, *_of_rows_taken(about_rows, layout), *layout.findings),
        content=data,
    )


def _of_rows_taken(about_rows: Sequence[Finding], layout: Layout) -> list[Finding]:
    """A note is narrower or wider than the table and no row of it: that it was left out is said already."""
    taken = set(layout.rows.tolist()) if about_rows else set()
    return [each for each in about_rows if each.row in taken or each.code == "file-cut-short"]


def _header(read: Delimited, columns: Sequence[Column], table: Table, source: FolderSource) -> Header | None:
    return header_of(read.grid, columns, table.aliases, row=source.header)


def _feed(data: bytes, name: str, table: Table, source: FolderSource, columns: Sequence[Column]) -> Receipt:
    part, content, names = part_of(data, table, name=name)
    read = _text(
        content, f"{name}: {part}", table.model_copy(update={"aliases": {**names, **table.aliases}}), source, columns
    )
    return replace(
        read,
        text=as_declared(read.text, names),
        sha256=hashlib.sha256(data).hexdigest(),
        origin=Origin("folder", name, {"part": part, **read.origin.detail}),
        content=data,
    )


def _records(
    data: bytes, kind: Kind, name: str, table: Table, source: FolderSource, columns: Sequence[Column]
) -> Receipt:
    read = read_records(data, kind, columns, table.aliases, name=name, encoding=source.encoding)
    return Receipt(
        text=read.layout.text,
        rows=read.layout.rows,
        sha256=hashlib.sha256(data).hexdigest(),
        received_at=datetime.now(UTC),
        origin=Origin("folder", name, dict(read.detail)),
        findings=(*read.layout.findings, *read.findings),
        content=data,
    )


def _workbook(
    data: bytes, kind: Kind, name: str, table: Table, source: FolderSource, columns: Sequence[Column]
) -> Receipt:
    wish = Wish(columns, table.aliases, sheet=source.sheet, header=source.header)
    with tempfile.TemporaryDirectory(prefix="ternopil-claim-") as folder:
        private = Path(folder) / f"book.{kind.value}"
        private.write_bytes(data)
        layout, sheet, findings = read_workbook(private, kind, wish, name=name)
    return Receipt(
        text=layout.text,
        rows=layout.rows,
        sha256=hashlib.sha256(data).hexdigest(),
        received_at=datetime.now(UTC),
        origin=Origin("folder", name, {"sheet": sheet}),
        sheet=sheet,
        letters=layout.letters,
        findings=(*layout.findings, *(replace(each, sheet=each.sheet or sheet) for each in findings)),
        content=data,
    )
