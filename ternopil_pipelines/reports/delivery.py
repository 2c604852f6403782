"""The verdict laid beside the file a steward dropped: page, report and annotated copy, within minutes and in Ukrainian.

It goes into a folder `Висновок` of the dataset's landing folder, which receiving passes over; the file itself is
never touched. A new verdict replaces the old one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from ternopil_pipelines.catalogue.model import Dataset, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines.reports.writing import write_verdict

FOLDER = "Висновок"


def deliver(folder: Path, dataset: Dataset, table: Table, cleaned: Cleaned, receipt: Receipt, *, at: datetime) -> Path:
    """The folder with the verdict about a table that could be read."""
    out = verdict_folder(folder, dataset, table)
    name = receipt.origin.name
    write_verdict(out, dataset, [(cleaned, receipt)], source_name=name, source_sha256=receipt.sha256, checked_at=at)
    return out


def deliver_unreadable(
    folder: Path, dataset: Dataset, table: Table, findings: Sequence[Finding], *, at: datetime, name: str, sha256: str
) -> Path:
    """The folder with the verdict about a file that is no table."""
    out = verdict_folder(folder, dataset, table)
    columns = columns_of(table)
    empty = pd.DataFrame({column.name: pd.Series([], dtype="str") for column in columns})
    nothing = Cleaned(table.id, columns, empty, tuple(findings))
    write_verdict(out, dataset, [(nothing, None)], source_name=name, source_sha256=sha256, checked_at=at)
    return out


def verdict_folder(folder: Path, dataset: Dataset, table: Table) -> Path:
    return folder / FOLDER / table.id if len(dataset.tables) > 1 else folder / FOLDER
