"""Every table of the demo city as received and cleaned, without servers.

Files come from the landing folder, registers through SQLite, the API's rows as they stand."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pandas as pd

from ternopil_pipelines.catalogue.loading import load_catalogue
from ternopil_pipelines.catalogue.model import Catalogue, DatabaseSource, Dataset, FolderSource, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.demo import digital, estate, housing
from ternopil_pipelines.demo.api import api_rows
from ternopil_pipelines.demo.landing import fill_landing
from ternopil_pipelines.receive.file import receive_file
from ternopil_pipelines.receive.receipt import Origin, Receipt

ROOT = Path(__file__).parents[2]
REGISTERS = {
    "property_objects": estate.buildings,
    "land_leases": estate.leases,
    "appeals": digital.appeals,
    "works": housing.works,
    "outages": housing.outages,
}
API = {"transport-vehicles": "vehicles", "transport-positions": "positions", "charging-stations": "charging-stations"}


def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "sources.yaml")


class DemoCity:
    """`folder`: where the landing and the registers are made."""

    def __init__(self, folder: Path, *, seed: int = 835) -> None:
        self.catalogue = catalogue()
        self._seed = seed
        self._landing = folder / "landing"
        fill_landing(self._landing)
        self._base = folder / "registers.db"
        with sqlite3.connect(self._base) as connection:
            for name, make in REGISTERS.items():
                pd.DataFrame(make(seed)).astype(object).map(_plain).to_sql(name, connection, index=False)
        connection.close()

    def tables(self, dataset: Dataset) -> list[tuple[Cleaned, Receipt]]:
        return [(self._clean(table, receipt), receipt) for table, receipt in self._received(dataset)]

    def _clean(self, table: Table, receipt: Receipt) -> Cleaned:
        return clean(receipt, table, columns_of(table), bounds=self.catalogue.city.bounds)

    def _received(self, dataset: Dataset) -> list[tuple[Table, Receipt]]:
        return [(table, self._receive(dataset, table)) for table in dataset.tables]

    def _receive(self, dataset: Dataset, table: Table) -> Receipt:
        source = table.source
        if isinstance(source, FolderSource):
            files = (self._landing / dataset.holder / dataset.id).iterdir()
            [path] = [each for each in files if fnmatch(each.name, source.pattern)]
            return receive_file(path, table)
        if isinstance(source, DatabaseSource):
            with sqlite3.connect(self._base) as connection:
                frame = pd.read_sql_query(source.query, connection, dtype=object)
            connection.close()
        else:
            frame = pd.DataFrame(api_rows(API.get(dataset.id, dataset.id), seed=self._seed)).astype(object)
        return received(frame, name=dataset.id, kind=source.kind)


def received(frame: pd.DataFrame, *, name: str = "file.csv", kind: str = "folder", digest: str = "") -> Receipt:
    text = pd.DataFrame({column: frame[column].map(_plain).astype("str") for column in frame.columns})
    return Receipt(
        text=text,
        rows=np.arange(2, len(text) + 2),
        sha256=digest or f"{abs(hash(name)):064x}"[:64],
        received_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        origin=Origin(kind, name),
    )


def _plain(value: object) -> object:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
