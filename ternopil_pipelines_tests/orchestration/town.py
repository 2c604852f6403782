"""A small town for tests: one dataset from a folder, one from a database, on whatever portal is given."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.running import Outcome, run_dataset

SOURCES = """\
version: 1
city: {title: Містечко, edrpou: "34334305", bounds: [25.5, 49.5, 25.72, 49.62]}
portal: {url: "${CKAN_URL}", token: "${CKAN_API_TOKEN}"}
landing: ${LANDING_DIR}
holders:
  - id: PREFIX-works
    title: Управління робіт
    edrpou: "40841314"
    contact: {name: Відділ робіт, email: works@example.gov.ua, phone: "+380352100100"}
databases:
  calls: {url: "${CALLS_URL}"}
datasets:
  - id: PREFIX-repairs
    title: Ремонти
    description: Що ремонтують.
    purpose: Звітність.
    keywords: [ремонт]
    holder: PREFIX-works
    frequency: once a month
    tables:
      - id: repairs
        columns:
          - {name: id, type: string, key: true, required: true, label: Номер}
          - {name: street, type: string, label: Вулиця}
          - {name: cost, type: decimal, label: Вартість, minimum: 0}
          - {name: done, type: date, label: Завершено}
        source: {kind: folder}
  - id: PREFIX-calls
    title: Звернення
    description: Про що дзвонять.
    purpose: Звітність.
    keywords: [звернення]
    holder: PREFIX-works
    frequency: immediately after making changes
    tables:
      - id: calls
        columns:
          - {name: id, type: integer, key: true, required: true}
          - {name: about, type: string}
        source:
          kind: database
          database: calls
          query: SELECT id, about FROM calls ORDER BY id
          changed: SELECT count(*) FROM calls
"""

REPAIRS = "id,street,cost,done\n001,Руська,10.50,2026-01-02\n002,Київська,7,2026-02-03\n003,Замкова,3.25,2026-03-04\n"


@dataclass(frozen=True)
class Town:
    root: Path
    prefix: str
    sources: Path
    variables: dict[str, str]

    @property
    def installation(self) -> Installation:
        catalogue = parse_catalogue(self.sources.read_text(encoding="utf-8"))
        return Installation(catalogue, Environment.of(self.variables))

    @property
    def repairs(self) -> Dataset:
        return self.installation.catalogue.dataset(f"{self.prefix}-repairs")

    @property
    def calls(self) -> Dataset:
        return self.installation.catalogue.dataset(f"{self.prefix}-calls")

    def run(self, dataset: Dataset, instance: dg.DagsterInstance) -> Outcome:
        return run_dataset(self.installation, dataset, instance, cause="test")

    @property
    def verdict(self) -> Path:
        return self.repairs_file.parent / "Висновок"

    @property
    def repairs_file(self) -> Path:
        return self.root / "landing" / f"{self.prefix}-works" / f"{self.prefix}-repairs" / "repairs.csv"

    def drop(self, text: str) -> None:
        self.repairs_file.parent.mkdir(parents=True, exist_ok=True)
        self.repairs_file.write_text(text, encoding="utf-8")

    def call(self, number: int, about: str) -> None:
        with sqlite3.connect(self.root / "calls.db") as connection:
            connection.execute("INSERT INTO calls VALUES (?, ?)", (number, about))
        connection.close()


def make_town(root: Path, prefix: str, *, url: str, token: str) -> Town:
    with sqlite3.connect(root / "calls.db") as connection:
        connection.execute("CREATE TABLE calls (id INTEGER PRIMARY KEY, about TEXT)")
    connection.close()
    sources = root / "sources.yaml"
    sources.write_text(SOURCES.replace("PREFIX", prefix), encoding="utf-8")
    town = Town(
        root,
        prefix,
        sources,
        {
            "CKAN_URL": url,
            "CKAN_API_TOKEN": token,
            "LANDING_DIR": str(root / "landing"),
            "CALLS_URL": f"sqlite:///{root / 'calls.db'}",
            "TERNOPIL_HOME": str(root / "home"),
            "DAGSTER_HOME": str(root / "home" / "dagster"),
            "TERNOPIL_SOURCES": str(sources),
        },
    )
    town.drop(REPAIRS)
    town.call(1, "вода")
    town.call(2, "світло")
    return town


def events(instance: dg.DagsterInstance) -> list[dg.DagsterEvent]:
    """Everything the instance keeps of its runs."""
    entries = [entry for run in instance.get_runs() for entry in instance.all_logs(run.run_id)]
    return [entry.dagster_event for entry in entries if entry.dagster_event is not None]
