"""A small dataset to be judged: its catalogue, archive and ledger, and the verbs of a run without an orchestrator."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import PUBLISHED, account, kept
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.gates.judging import Judgement, judge
from ternopil_pipelines.gates.three_part import Register
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines_tests.evidence import making
from ternopil_pipelines_tests.gates.demo_city import received

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "key": True, "required": True, "label": "Номер"},
    {"name": "street", "type": "string", "label": "Вулиця"},
    {"name": "kind", "type": "string", "label": "Вид робіт"},
    {"name": "cost", "type": "decimal", "label": "Вартість"},
    {"name": "done", "type": "date", "label": "Завершено"},
]


def rows(number: int = 100) -> list[dict[str, Any]]:
    streets = ("Руська", "Київська", "Замкова", "Валова", "Качали")
    return [
        {
            "id": f"{at:04d}",
            "street": f"вул. {streets[at % 5]}",
            "kind": ("ремонт", "фарбування", "озеленення")[at % 3],
            "cost": f"{1000 + at * 7}.50",
            "done": f"2025-{at % 12 + 1:02d}-{at % 28 + 1:02d}",
        }
        for at in range(number)
    ]


@dataclass
class Town:
    folder: Path
    columns: list[dict[str, Any]] = field(default_factory=lambda: COLUMNS)
    settings: dict[str, Any] = field(default_factory=dict)
    tests: Register = field(default_factory=Register)
    clock: datetime = NOW

    def __post_init__(self) -> None:
        table = {"id": "works", "columns": self.columns, "source": {"kind": "folder"}}
        self.settings = {"tables": [table], "formats": ["CSV"], **self.settings}
        self.archive = Archive(str(self.folder / "editions"))
        self.ledger = Ledger(f"sqlite:///{self.folder / 'ledger.db'}", clock=lambda: self.clock)

    @property
    def catalogue(self) -> Catalogue:
        return making.catalogue(**self.settings)

    @property
    def dataset(self) -> Dataset:
        return self.catalogue.datasets[0]

    def cleaned(self, data: list[dict[str, Any]], **about: Any) -> tuple[Cleaned, Receipt]:
        table = self.dataset.tables[0]
        receipt = received(pd.DataFrame(data), digest=f"{hash(str(data)) & (2**256 - 1):064x}"[-64:], **about)
        return clean(receipt, table, columns_of(table), quarantine=self.dataset.thresholds.quarantine), receipt

    def keep(self, data: list[dict[str, Any]], **about: Any) -> tuple[Edition, list[tuple[Cleaned, Receipt]]]:
        tables = [self.cleaned(data, **about)]
        edition = self.archive.keep(self.catalogue, self.dataset, tables, code_version="1")
        kept(self.ledger, self.archive, edition, who="test")
        return edition, tables

    def judge(self, data: list[dict[str, Any]], **about: Any) -> Judgement:
        edition, tables = self.keep(data, **about)
        return self.judge_edition(edition, tables)

    def judge_edition(self, edition: Edition, tables: list[tuple[Cleaned, Receipt]] | None = None) -> Judgement:
        return judge(
            self.catalogue,
            self.dataset,
            edition,
            self.archive,
            self.ledger,
            tables=tables,
            today=TODAY,
            tests=self.tests,
        )

    def publish(self, data: list[dict[str, Any]]) -> Edition:
        edition, _ = self.keep(data)
        self.ledger.append(PUBLISHED, who="test", dataset=edition.dataset, edition=edition.address, **account(edition))
        return edition


def codes(judgement: Judgement) -> set[str]:
    return {each.code for each in judgement.findings}
