"""Small editions made on the spot: a catalogue of one dataset, rows that say which version they are, the real archive
and the real ledger. A table's every row carries the version, so that a reader can tell a mix from a whole."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.decisions import decide
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.portal import datastore, filling
from ternopil_pipelines.receive.receipt import Origin, Receipt

COLUMNS = (
    Column(name="id", type="integer", key=True, label="Номер"),
    Column(name="version", type="string", label="Версія", description="Якій редакції належить рядок"),
    Column(name="cost", type="decimal", label="Вартість"),
    Column(name="day", type="date"),
    Column(name="moment", type="dateTime"),
    Column(name="clock", type="time"),
    Column(name="open", type="boolean"),
    Column(name="page", type="anyURL"),
    Column(name="note", type="string"),
)
_MADE = {
    "integer": lambda place, version: str(place),
    "decimal": lambda place, version: f"{place}.10",
    "date": lambda place, version: f"2024-05-{place % 28 + 1:02d}",
    "dateTime": lambda place, version: f"2024-05-01T09:{place % 60:02d}",
    "time": lambda place, version: f"{place % 24:02d}:30",
    "boolean": lambda place, version: "true" if place % 2 else "false",
    "anyURL": lambda place, version: f"https://example.ua/{place}",
    "string": lambda place, version: version,
}


def cells(rows: int, version: str, columns: tuple[Column, ...] = COLUMNS) -> pd.DataFrame:
    """Row n of `rows`; every third note is missing."""
    values = {
        column.name: [
            None if column.name == "note" and place % 3 == 0 else _MADE[column.type](place, version)
            for place in range(rows)
        ]
        for column in columns
    }
    return pd.DataFrame(values, dtype="str")


def catalogue(
    dataset_id: str,
    *,
    tables: tuple[str, ...] = ("works",),
    columns: tuple[Column, ...] = COLUMNS,
    holder: str = "transport",
    **dataset: Any,
) -> Catalogue:
    declared = [column.model_dump(exclude_defaults=True, mode="json") for column in columns]
    content = {
        "version": 1,
        "city": {"title": "Тернопільська міська рада", "edrpou": "34334305"},
        "holders": [
            {
                "id": holder,
                "title": "Управління",
                "edrpou": "34334305",
                "contact": {"name": "Ірина Коваль", "email": "kontakt@example.ua", "phone": "+380352000000"},
            }
        ],
        "datasets": [
            {
                "id": dataset_id,
                "title": "Роботи",
                "description": "Перелік робіт",
                "purpose": "Облік робіт",
                "keywords": ["роботи", "місто"],
                "holder": holder,
                "frequency": "once a day",
                "formats": ["CSV", "JSON"],
                "tables": [{"id": table, "columns": declared, "source": {"kind": "folder"}} for table in tables],
                **dataset,
            }
        ],
    }
    return Catalogue.model_validate(content, strict=False)


def make_long(patch: pytest.MonkeyPatch) -> None:
    """Twenty-one rows are a long table: batches of ten over two connections, and no strict order after fifteen."""
    patch.setattr(datastore, "IN_ORDER", 20)
    patch.setattr(filling, "FIRST", 15)
    patch.setattr(filling, "BATCH", 10)
    patch.setattr(filling, "INSERTED", 10)


class Shelf:
    """The archive and the ledger of one test, and editions made into them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = Archive(str(folder / "editions"))
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")

    def keep(
        self,
        city: Catalogue,
        version: str,
        *,
        rows: int = 40,
        columns: tuple[Column, ...] = COLUMNS,
        verdict: str | None = "passed",
        frame: pd.DataFrame | None = None,
    ) -> tuple[Dataset, Edition]:
        dataset = city.datasets[0]
        frame = cells(rows, version, columns) if frame is None else frame
        receipt = Receipt(
            text=frame,
            rows=np.arange(2, len(frame) + 2),
            sha256=hashlib.sha256(version.encode()).hexdigest(),
            received_at=datetime(2024, 5, 1, tzinfo=UTC),
            origin=Origin("folder", "works.csv"),
        )
        tables = [(Cleaned(table.id, columns, frame, ()), receipt) for table in dataset.tables]
        edition = self.archive.keep(city, dataset, tables, code_version="test")
        if verdict is not None:
            decide(self.ledger, edition, verdict, by="test", why="test", who="test")  # type: ignore[arg-type]
        return dataset, edition
