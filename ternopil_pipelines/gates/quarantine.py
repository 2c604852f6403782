"""Rows with errors kept aside, where a table allows it (`on_error: quarantine`): what they were and why they wait.

Which rows those are, and whether they are few enough, cleaning decides (`clean.quarantine`). Here they are kept as
received, in a private folder, until the department sends them corrected: the next clean receipt replaces the file,
and the description of the edition states the gap meanwhile.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.receipt import Receipt

_CODE = "rows-set-aside"
_LONGEST = 4000


@dataclass(frozen=True, slots=True, eq=False)
class Aside:
    """`rows`: as received; `numbers`: what a person sees beside each; `findings`: what is wrong with them."""

    table: str
    rows: pd.DataFrame
    numbers: tuple[int, ...]
    findings: tuple[Finding, ...]
    total: int

    @property
    def sentence(self) -> str:
        return (
            f"У таблиці «{self.table}» тимчасово немає {len(self.numbers)} з {self.total} рядків: "
            "у них виявлено помилки, розпорядник їх виправляє."
        )


def kept_aside(cleaned: Cleaned, receipt: Receipt) -> Aside | None:
    """The rows that cleaning set aside, None where it set none. `receipt`: the one that was cleaned, with its text."""
    if not any(each.code == _CODE for each in cleaned.findings) or not cleaned.broken:
        return None
    numbers = tuple(int(receipt.rows[place]) for place in cleaned.broken)
    mine = set(numbers)
    return Aside(
        table=cleaned.table,
        rows=receipt.text.iloc[list(cleaned.broken)].reset_index(drop=True),
        numbers=numbers,
        findings=tuple(each for each in cleaned.findings if each.row in mine),
        total=len(receipt.text),
    )


def gap(cleaned: Cleaned) -> str | None:
    """The sentence alone, for whoever has the cleaned table but no longer its receipt."""
    told = next((each for each in cleaned.findings if each.code == _CODE), None)
    if told is None:
        return None
    total = len(cleaned.text) + told.count
    return Aside(cleaned.table, pd.DataFrame(), (0,) * told.count, (), total).sentence


def explained(dataset: Dataset, tables: Sequence[Cleaned]) -> Dataset:
    """The dataset whose description states the gap."""
    sentences = [sentence for each in tables if (sentence := gap(each)) is not None]
    if not sentences:
        return dataset
    return dataset.model_copy(update={"description": "\n\n".join([dataset.description, *sentences])[:_LONGEST]})


def store(folder: Path, dataset: str, table: str, aside: Aside | None, *, source_sha256: str, at: datetime) -> Path:
    """`<folder>/<dataset>/<table>.csv` and `.json`, its owner's alone. None, the corrected receipt, takes them away."""
    place = folder / dataset
    rows, about = place / f"{table}.csv", place / f"{table}.json"
    if aside is None:
        rows.unlink(missing_ok=True)
        about.unlink(missing_ok=True)
        return rows
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    numbered = aside.rows.copy()
    numbered.insert(0, "__row__", list(aside.numbers))
    _private(rows, numbered.to_csv(index=False, lineterminator="\n"))
    document = {
        "dataset": dataset,
        "table": table,
        "at": at.isoformat(),
        "source_sha256": source_sha256,
        "rows": len(aside.numbers),
        "total": aside.total,
        "findings": [each.as_json() for each in aside.findings],
    }
    _private(about, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return rows


def _private(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    partial.replace(path)
