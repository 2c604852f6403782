"""Cleaned tables become the public files of an edition, in a directory, with their hashes.

Streams: a million rows never stand in memory twice. Where the directory goes afterwards is the archive's business.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.edition import EditionFile, EditionTable, FileKind
from ternopil_pipelines.evidence.formats import FORMATS, FileFormat, data_name, structure_csv, structure_name, wanted
from ternopil_pipelines.evidence.workbook import TooLarge
from ternopil_pipelines.findings.finding import by_code
from ternopil_pipelines.receive.receipt import Receipt

_log = logging.getLogger(__name__)


def build_files(
    dataset: Dataset, tables: Sequence[Cleaned], titles: Sequence[str], folder: Path
) -> tuple[EditionFile, ...]:
    """Every public file of the edition, written into `folder`; data first, each table's structure after them."""
    folder.mkdir()
    found: list[EditionFile] = []
    for table, title in zip(tables, titles, strict=True):
        found += _data_files(dataset, table, title, folder)
    for table, title in zip(tables, titles, strict=True):
        path = folder / structure_name(table.table)
        path.write_bytes(structure_csv(table.columns))
        about = "Структура набору даних" + (f": {title}" if len(tables) > 1 else "")
        found.append(
            _record(path, table, "structure", FORMATS["CSV"], about, "Опис полів таблиці: назва, тип, обов’язковість")
        )
    return tuple(found)


def formats_of(files: Sequence[EditionFile]) -> tuple[str, ...]:
    made = {each.format for each in files if each.kind == "data"}
    return tuple(code for code in FORMATS if code in made)


def describe_table(table: Cleaned, receipt: Receipt, title: str) -> EditionTable:
    return EditionTable(
        id=table.table,
        title=title,
        columns=table.columns,
        rows=len(table.text),
        source_sha256=receipt.sha256,
        origin=f"{receipt.origin.kind}: {receipt.origin.name}",
        received_at=receipt.received_at.astimezone(UTC).isoformat(),
        findings=tuple(by_code(table.findings).items()),
    )


def _data_files(dataset: Dataset, table: Cleaned, title: str, folder: Path) -> Iterator[EditionFile]:
    for each in wanted(dataset, table.columns):
        path = folder / data_name(table.table, each)
        try:
            with path.open("wb") as out:
                each.write(table, out)
        except TooLarge as reason:
            path.unlink()
            _log.warning("edition of %s is made without %s: %s", dataset.id, path.name, reason)
            continue
        yield _record(path, table, "data", each, f"{title} ({each.code})", each.description)


def _record(
    path: Path, table: Cleaned, kind: FileKind, file_format: FileFormat, title: str, description: str
) -> EditionFile:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return EditionFile(
        name=path.name,
        table=table.table,
        kind=kind,
        format=file_format.code,
        mimetype=file_format.mimetype,
        title=title,
        description=description,
        sha256=digest,
        size=path.stat().st_size,
        rows=len(table.text) if kind == "data" else len(table.columns),
    )
