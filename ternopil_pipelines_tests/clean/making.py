"""Small receipts for the tests of cleaning: rows of text as a department would have sent them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.receive.receipt import Origin, Receipt

Rows = dict[str, list[str | None]]


def receipt(rows: Rows, *, workbook: bool = True, first: int = 2) -> Receipt:
    frame = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in rows.items()})
    letters = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: frame.shape[1]])
    return Receipt(
        text=frame,
        rows=np.arange(first, first + len(frame)),
        sha256="0" * 64,
        received_at=datetime(2026, 1, 2, tzinfo=UTC),
        origin=Origin("folder", "file.xlsx" if workbook else "file.csv"),
        sheet="Аркуш1" if workbook else None,
        letters=letters if workbook else None,
    )


def table(columns: tuple[Column, ...], **words: object) -> Table:
    content = {"id": "things", "source": {"kind": "folder"}, "columns": columns, **words}
    return Table.model_validate(content, strict=False)


def cleaned(
    rows: Rows, *columns: Column, bounds: tuple[float, float, float, float] | None = None, **words: object
) -> Cleaned:
    return clean(receipt(rows), table(columns, **words), columns, bounds=bounds)


def codes(found: Cleaned, column: str | None = None) -> list[str]:
    return [each.code for each in found.findings if column is None or each.column == column]


def texts(*values: str | None) -> pa.Array:
    return pa.array(values, pa.large_string())
