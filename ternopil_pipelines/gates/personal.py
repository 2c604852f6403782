"""The personal-data gate: cells, headers, file names and the passport of an edition, before any call to the portal.

Blocks by default: what looks like people must be lawful by a declared ground, or it does not go out. A finding is
masked when it is made here, so that no report, log or page ever holds the value. Workbooks' properties, notes and
hidden sheets are `hidden`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.gates.columns import Suspicion, suspicions
from ternopil_pipelines.gates.comparing import Side
from ternopil_pipelines.gates.kinds import KINDS, Kind
from ternopil_pipelines.gates.lawful import lawful
from ternopil_pipelines.gates.limits import percent
from ternopil_pipelines.receive.receipt import Receipt

# In one line of text no column can be judged: only what no chance makes counts there.
_CERTAIN = frozenset({"tax-number", "unzr", "phone", "email", "iban", "birth-date"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table came from, to name a cell by the row and letter the department sees."""

    receipt: Receipt | None = None
    columns: Mapping[str, int] | None = None

    def row(self, position: int, rows: int) -> int:
        known = self.receipt is not None and len(self.receipt.rows) == rows
        return int(self.receipt.rows[position]) if known and self.receipt is not None else position + 2

    def sheet(self, position: int, rows: int) -> str | None:
        """The sheet, or the file where several were appended."""
        known = self.receipt is not None and len(self.receipt.rows) == rows
        return self.receipt.sheet_of(position) if known and self.receipt is not None else None

    def cell(self, column: str, position: int, rows: int) -> str | None:
        known = self.receipt is not None and len(self.receipt.rows) == rows
        if not known or self.receipt is None or self.columns is None or column not in self.columns:
            return None
        return self.receipt.cell(self.columns[column], position)


def own_domains(catalogue: Catalogue, dataset: Dataset) -> frozenset[str]:
    """Domains of the authority's mailboxes, unless they are everybody's."""
    domain = catalogue.holder_of(dataset).contact.email.rpartition("@")[2].lower()
    return frozenset({domain}) - {"gmail.com", "ukr.net", "i.ua", "meta.ua"}


def in_table(
    table: str,
    title: str,
    side: Side,
    *,
    structure: str | None,
    today: date,
    domains: frozenset[str],
    place: Place,
    dataset: str,
) -> tuple[list[Finding], frozenset[str]]:
    """Findings, and the columns whose every value is to be masked."""
    words: dict[str, Any] = {"table": title, "dataset": dataset}
    found: list[Finding] = []
    people: set[str] = set()
    for number, column in enumerate(side.columns, start=1):
        found += _header(column, number, today, words)
        if column.personal is not None:
            people.add(column.name)
        array = side.array(column.name)
        ground = lawful(structure, column)
        for each in suspicions(column, array, today=today, domains=domains):
            if each.code != "personal-cell":
                people.add(column.name)
            if ground is not None and ground.covers(each.kind.name):
                about: dict[str, Any] = {"kind": each.kind.title, "ground": ground.ground, **words}
                found.append(finding("personal-lawful", column=column.name, count=each.cells, **about))
            else:
                found.append(_told(column, array, each, place, words))
    return found, frozenset(people)


def in_passport(edition: Edition, today: date) -> Iterator[Finding]:
    """The maintainer's name, e-mail and phone are the contact the law asks for; everything else is looked at."""
    passport = edition.passport
    texts = {
        "Назва": passport.title,
        "Опис": passport.description,
        "Мета": passport.purpose,
        "Ключові слова": ", ".join(passport.keywords),
        **{f"Поле {key}": value for key, value in passport.extras},
    }
    for name, text in texts.items():
        for kind in in_text(text, today):
            yield finding("personal-passport", place=name, kind=kind.title)


def in_file_name(name: str, today: date) -> Iterator[Finding]:
    text = PurePath(name).stem.replace("_", " ")
    for kind in in_text(text, today):
        yield finding("personal-file-named" if kind.name == "name" else "personal-file-name", kind=kind.title)


def in_text(text: str, today: date) -> Iterator[Kind]:
    """Kinds of personal data a single text holds for certain."""
    for kind in KINDS:
        lone = pa.array([text], pa.large_string())
        said = kind.named is not None and pc.match_substring_regex(lone, pattern=kind.named)[0].as_py()
        if said or ((kind.name in _CERTAIN or kind.name == "name") and _candidate(kind, lone, text, today)):
            yield kind


def _candidate(kind: Kind, lone: pa.Array, text: str, today: date) -> bool:
    return bool(pc.match_substring_regex(lone, pattern=kind.candidate)[0].as_py()) and any(
        True for _ in kind.hits(text, today)
    )


def _header(column: Column, number: int, today: date, words: Mapping[str, Any]) -> Iterator[Finding]:
    if column.official:
        return
    text = " | ".join([column.name, column.title, column.description or "", *column.aliases])
    for kind in in_text(text, today):
        yield finding("personal-header", number=number, kind=kind.title, **words)


def _told(column: Column, array: pa.Array, each: Suspicion, place: Place, words: Mapping[str, Any]) -> Finding:
    position = int(pc.index(array, pa.scalar(each.example, array.type)).as_py())
    return finding(
        each.code,
        column=column.name,
        value=each.example,
        personal=True,
        count=each.cells,
        sheet=place.sheet(position, len(array)),
        row=place.row(position, len(array)),
        cell=place.cell(column.name, position, len(array)),
        kind=each.kind.title,
        share=percent(each.share),
        **words,
    )
