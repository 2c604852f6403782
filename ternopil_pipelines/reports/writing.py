"""What a steward gets about a table, written into one folder: report.json, report.html, the annotated copy, CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.clean.arrow import array_of, joined, matches, replaced, under
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines.reports.annotated import WORKBOOKS, annotated
from ternopil_pipelines.reports.report import Verdict, as_bytes, report
from ternopil_pipelines.reports.verdict_page import verdict_page


def write_verdict(
    out: Path,
    dataset: Dataset,
    tables: Sequence[tuple[Cleaned, Receipt | None]],
    *,
    source_name: str,
    source_sha256: str,
    checked_at: datetime,
    verdict: Verdict | None = None,
    names: Sequence[str] | None = None,
) -> tuple[dict[str, Any], tuple[Path, ...]]:
    """The report and what was written. `names`: the file each table came in; without them, the receipt's own."""
    content = report(
        dataset.id,
        tables,
        source_name=source_name,
        source_sha256=source_sha256,
        checked_at=checked_at,
        verdict=verdict,
    )
    out.mkdir(parents=True, exist_ok=True)
    names = names or [receipt.origin.name if receipt else source_name for _, receipt in tables]
    copies = []
    for name in dict.fromkeys(names):
        if PurePath(name).suffix.lower() in WORKBOOKS:
            mine = [made for made, its in zip(tables, names, strict=True) if its == name]
            copy = annotated(mine, verdict=content["verdict"])
            # The landing folder takes a name ending in `висновок` for ours and never for data.
            copies.append(_write(out / f"{PurePath(name).stem} висновок.xlsx", copy.content))
    page = verdict_page(
        content,
        title=dataset.title,
        titles={cleaned.table: {column.name: column.title for column in cleaned.columns} for cleaned, _ in tables},
        annotated=", ".join(copy.name for copy in copies) or None,
    )
    written = (_write(out / "report.json", as_bytes(content)), _write(out / "report.html", page.encode()))
    return content, (*written, *copies)


def csv_bytes(cleaned: Cleaned) -> bytes:
    """UTF-8, comma, LF, declared order; a missing value is blank. Quotes only where they are needed: Arrow's own
    writer puts them around every text."""
    arrays = [array_of(cleaned.text[column.name]) for column in cleaned.columns]
    cells = [pc.fill_null(_quoted(array), "") for array in arrays]
    if len(cells) == 1:
        cells = [pc.if_else(pc.equal(cells[0], ""), pa.scalar('""', pa.large_string()), cells[0])]
    names = _quoted(pa.array([column.name for column in cleaned.columns], pa.large_string())).to_pylist()
    lines = joined(*cells, by=",").to_pylist()
    return "".join(f"{line}\n" for line in (",".join(names), *lines)).encode()


def _quoted(array: pa.Array) -> pa.Array:
    special = matches(array, '[",\r\n]')
    if not special.any():
        return array
    inner = pc.replace_substring(under(array, special), pattern='"', replacement='""')
    return replaced(array, special, joined('"', inner, '"', by=""))


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
