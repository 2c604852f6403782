"""The records an edition consists of. `archive` writes and reads them, the portal publishes from them alone.

The address is the sha256 over the passport and over the names and hashes of the public files: not of time, code
version or predecessor, so that equal content is one edition however often it is received.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ternopil_pipelines.catalogue.columns import Column

FileKind = Literal["data", "structure"]


@dataclass(frozen=True, slots=True)
class Passport:
    """The passport (паспорт) of a dataset as the law asks, free of any portal's key names. Codes and texts are those
    of sources.yaml; `frequency` is the portal's code, `frequency_label` its Ukrainian label; e-mail and phone are the
    holder's contact. `extras`: further key → text pairs to be published as they stand."""

    identifier: str
    package: str
    title: str
    description: str
    purpose: str
    keywords: tuple[str, ...]
    language: str
    license: str
    frequency: str
    frequency_label: str
    required: str | None
    organization: str
    holder_title: str
    holder_edrpou: str
    maintainer: str
    maintainer_email: str
    maintainer_phone: str
    publisher: str
    publisher_edrpou: str
    formats: tuple[str, ...]
    extras: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EditionFile:
    """A public file. `title`: Ukrainian name of the resource; `format`: CSV, JSON, XLSX or GeoJSON; `rows`: data rows,
    header not counted; `size`: bytes. `name` is safe for CKAN's munging and unique in the dataset for ever (the
    deterministic resource id is made of it)."""

    name: str
    table: str
    kind: FileKind
    format: str
    mimetype: str
    title: str
    description: str
    sha256: str
    size: int
    rows: int


@dataclass(frozen=True, slots=True)
class EditionTable:
    """Which columns the table has, as DataStore types and dictionary need them; `source_sha256` is of the received
    bytes, `origin` where they came from (kind and name, no secret), `received_at` ISO in UTC."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: int
    source_sha256: str
    origin: str
    received_at: str
    findings: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """`address`: 64 hex digits. `previous`: address of the edition before, None for the first. `made_at`: ISO, UTC."""

    dataset: str
    address: str
    passport: Passport
    files: tuple[EditionFile, ...]
    tables: tuple[EditionTable, ...]
    previous: str | None
    made_at: str
    code_version: str

    def table(self, table_id: str) -> EditionTable:
        return next(each for each in self.tables if each.id == table_id)

    def data_file(self, table_id: str, file_format: str = "CSV") -> EditionFile:
        return next(e for e in self.files if (e.table, e.kind, e.format) == (table_id, "data", file_format))
