"""The command `check`: what would become of these files, told without portal, ledger or last edition.

What a gate would stop for its cells alone (personal data, formulas) is said here already, as a remark: whether the
edition is held or rejected the gate decides.

Whatever the verdict, four kinds of files are written: the cleaned table of each table as CSV, report.json,
report.html and, for workbooks, an annotated copy. A file that cannot be read at all has its report too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from ternopil_pipelines.catalogue.model import Catalogue, Dataset, FolderSource, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.faults import SourceRefused, UsageFault
from ternopil_pipelines.gates.looking import quiet
from ternopil_pipelines.receive.file import receive_file
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines.reports.example_row import without_example
from ternopil_pipelines.reports.writing import csv_bytes, write_verdict

__all__ = ["CheckOutcome", "assign", "check", "write_verdict"]


@dataclass(frozen=True, slots=True, eq=False)
class CheckOutcome:
    """`exit_code`: 0 accepted (with remarks too), 1 rejected."""

    report: Mapping[str, Any]
    tables: tuple[tuple[Cleaned, Receipt | None], ...]
    written: tuple[Path, ...]

    @property
    def exit_code(self) -> int:
        return 1 if self.report["verdict"] == "rejected" else 0


def check(
    catalogue: Catalogue,
    dataset: Dataset,
    files: Sequence[Path],
    *,
    table: str | None = None,
    out: Path,
    checked_at: datetime | None = None,
) -> CheckOutcome:
    assigned = assign(dataset, files, table)
    tables = tuple(_checked(each, path, catalogue, dataset) for each, path in assigned)
    names = list(dict.fromkeys(path for _, path in assigned))
    content, written = write_verdict(
        out,
        dataset,
        tables,
        source_name=", ".join(path.name for path in names),
        source_sha256=_hash(names),
        checked_at=checked_at or datetime.now(UTC),
        names=[path.name for _, path in assigned],
    )
    texts = [out / f"{cleaned.table}.csv" for cleaned, _ in tables]
    for path, (cleaned, _) in zip(texts, tables, strict=True):
        path.write_bytes(csv_bytes(cleaned))
    return CheckOutcome(content, tables, (*texts, *written))


def assign(dataset: Dataset, files: Sequence[Path], table: str | None) -> list[tuple[Table, Path]]:
    """Which table each file is for: the one named, the only one, those whose pattern it fits, the one whose id is in
    its name. A file that fits none, or a table given two files, is a wrong use of the command."""
    if table is not None and table not in {each.id for each in dataset.tables}:
        raise UsageFault(f"dataset {dataset.id} has no table {table}; it has {_ids(dataset.tables)}")
    if not dataset.tables:
        raise UsageFault(f"dataset {dataset.id} has no tables: its state is {dataset.state}")
    pairs: list[tuple[Table, Path]] = []
    for path in files:
        fitting = [each for each in dataset.tables if each.id == table] if table else _fitting(dataset.tables, path)
        if not fitting:
            raise UsageFault(
                f"{path.name} fits no table of {dataset.id} ({_ids(dataset.tables)}); name one with --table"
            )
        pairs += [(each, path) for each in fitting]
    for each in dataset.tables:
        given = [path for its, path in pairs if its.id == each.id]
        if len(given) > 1:
            raise UsageFault(f"table {each.id} is given {len(given)} files: {', '.join(path.name for path in given)}")
    return sorted(pairs, key=lambda pair: dataset.tables.index(pair[0]))


def _fitting(tables: Sequence[Table], path: Path) -> list[Table]:
    if len(tables) == 1:
        return list(tables)
    patterns = {each.id: each.source.pattern if isinstance(each.source, FolderSource) else "*" for each in tables}
    stem = path.stem.lower().replace("_", "-")
    named = [
        each
        for each in tables
        if patterns[each.id] != "*" and fnmatchcase(path.name.casefold(), patterns[each.id].casefold())
    ]
    if not named:
        named = [each for each in tables if patterns[each.id] == "*" and (each.id == stem or each.id in stem)]
        longest = max((len(each.id) for each in named), default=0)
        named = [each for each in named if len(each.id) == longest]
    if not named and path.suffix.lower() == ".zip":
        # A GTFS feed: every table takes its own part.
        return [each for each in tables if patterns[each.id] == "*"]
    by_sheet = [each for each in tables if isinstance(each.source, FolderSource) and each.source.sheet is not None]
    return named or [each for each in by_sheet if patterns[each.id] == "*"]


def _checked(table: Table, path: Path, catalogue: Catalogue, dataset: Dataset) -> tuple[Cleaned, Receipt | None]:
    columns = columns_of(table)
    if not isinstance(table.source, FolderSource):
        table = table.model_copy(update={"source": FolderSource(kind="folder")})
    try:
        receipt = without_example(receive_file(path, table), table, columns, catalogue.city)
    except SourceRefused as refused:
        empty = pd.DataFrame({column.name: pd.Series([], dtype="str") for column in columns})
        return Cleaned(table.id, columns, empty, refused.findings), None
    city, most = catalogue.city, dataset.thresholds.quarantine
    cleaned = clean(receipt, table, columns, bounds=city.bounds, zone=city.timezone, quarantine=most)
    today = datetime.now(ZoneInfo(city.timezone)).date()
    told, stopping = quiet(catalogue, dataset, cleaned, receipt, today=today)
    return replace(told, findings=(*told.findings, *stopping)), receipt


def _hash(paths: Sequence[Path]) -> str:
    """The file's sha256; of several, that of their hashes one under another."""
    hashes = []
    for path in paths:
        with path.open("rb") as stream:
            hashes.append(hashlib.file_digest(stream, "sha256").hexdigest())
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _ids(tables: Sequence[Table]) -> str:
    return ", ".join(each.id for each in tables)
