"""Generators of what the archive keeps: a catalogue of one dataset, tables of any size, receipts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.receive.receipt import Origin, Receipt

HOUR = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
COLUMNS = (
    Column(name="id", type="integer", key=True, required=True),
    Column(name="name", type="string", label="Назва", official=True),
    Column(name="code", type="string", rule="edrpou", official=True),
    Column(name="cost", type="decimal", label="Вартість"),
    Column(name="start", type="date", official=True),
    Column(name="looked", type="dateTime"),
    Column(name="active", type="boolean"),
    Column(name="lat", type="decimal", rule="latitude", official=True),
    Column(name="lon", type="decimal", rule="longitude", official=True),
)
ROWS: tuple[tuple[str | None, ...], ...] = (
    ("1", "Зупинка «Центр»", "00034334", "1250.10", "2024-05-01", "2024-05-01T10:00", "true", "49.553", "25.594"),
    ("2", 'лапки " кома , крапка;', None, None, None, None, "false", "49.5540", None),
    ("3", "рядок\nдругий\tтабуляція \\ коса", "34334305", "0.00001", "1899-12-31", None, None, None, None),
    ("4", "=1+1", "00000001", "12345678901234567890.123", "2024-02-29", None, "true", "95", "25.5"),
    ("5", " <b>&amp;</b> ", "null", "-5", "1900-03-01", "2024-05-01T10:00:05", None, "-49.5", "-25.5"),
)


def cleaned(
    rows: tuple[tuple[str | None, ...], ...] = ROWS, columns: tuple[Column, ...] = COLUMNS, table: str = "stops"
) -> Cleaned:
    text = {column.name: pd.Series([row[at] for row in rows], dtype="str") for at, column in enumerate(columns)}
    return Cleaned(table=table, columns=columns, text=pd.DataFrame(text), findings=())


def many(rows: int, *, seed: int = 1) -> Cleaned:
    random = np.random.default_rng(seed)
    numbers = pd.Series(range(rows)).astype("str")
    text = {
        "id": numbers,
        "name": "вулиця Руська, буд. " + numbers,
        "code": pd.Series(random.integers(0, 10**8, rows)).astype("str").str.zfill(8),
        "cost": pd.Series(random.integers(0, 10**9, rows)).astype("str") + ".50",
    }
    columns = tuple(each for each in COLUMNS if each.name in text)
    return Cleaned(table="stops", columns=columns, text=pd.DataFrame(text).astype("str"), findings=())


def receipt(table: Cleaned, *, digest: str = "a" * 64) -> Receipt:
    return Receipt(
        text=table.text,
        rows=np.arange(2, len(table.text) + 2),
        sha256=digest,
        received_at=HOUR,
        origin=Origin("folder", "зупинки.xlsx"),
    )


def catalogue(**changes: Any) -> Catalogue:
    dataset = {
        "id": "transport-stops",
        "title": "Зупинки міського транспорту",
        "description": "Перелік зупинок.",
        "purpose": "Закон України «Про доступ до публічної інформації»",
        "keywords": ["зупинки", "транспорт"],
        "holder": "transport",
        "frequency": "once a quarter",
        "tables": [{"id": "stops", "columns": [{"name": "id", "type": "integer"}], "source": {"kind": "folder"}}],
        **changes,
    }
    import json

    return Catalogue.model_validate_json(
        json.dumps(
            {
                "version": 1,
                "city": {"title": "Тернопільська міська рада", "edrpou": "34334305"},
                "holders": [
                    {
                        "id": "transport",
                        "title": "Управління транспорту",
                        "edrpou": "00000001",
                        "contact": {
                            "name": "Відповідальна особа",
                            "email": "data@example.org",
                            "phone": "+380350000000",
                        },
                    }
                ],
                "datasets": [dataset],
            }
        )
    )


def dataset(found: Catalogue | None = None) -> Dataset:
    return (found or catalogue()).datasets[0]
