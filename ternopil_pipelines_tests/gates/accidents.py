"""What happens to a department's file between two publications: eight accidents, and the ordinary update.

Registers are the demo city's, as CSV bytes; every trial goes the real way: received, cleaned, kept as an edition and
judged against the last publication.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Catalogue, Dataset, FolderSource
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.demo import digital, economy, housing, parking, safety, transport
from ternopil_pipelines.demo.city import Row
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import PUBLISHED, account, kept
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.faults import DataRefused, SourceRefused
from ternopil_pipelines.gates.judging import Judgement, judge
from ternopil_pipelines.gates.three_part import Register
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines_tests.gates.demo_city import catalogue

TODAY = date(2026, 3, 1)
Dice = random.Random
Grid = list[list[str]]
REGISTERS: dict[str, Callable[[int], list[Row]]] = {
    "transport-stops": lambda seed: transport.stops(seed)[:300],
    "transport-vehicles": transport.vehicles,
    "charging-stations": parking.stations,
    "petitions": digital.petitions,
    "reports-list": digital.reports,
    "public-toilets": housing.toilets,
    "tree-inventory": lambda seed: housing.trees(seed)[:400],
    "shelters": safety.shelters,
    "tariffs": economy.tariffs,
}


@dataclass(frozen=True)
class Trial:
    """`judgement`: None where the file was refused before any gate; `as_meant`: the edition says what it should."""

    name: str
    judgement: Judgement | None
    as_meant: bool

    @property
    def flagged(self) -> bool:
        return self.judgement is None or self.judgement.verdict != "passed"


class Department:
    """One register with two editions published: an older one and the present."""

    def __init__(self, name: str, folder: Path, *, loose: bool = False) -> None:
        """`loose`: the same register declared as text alone, with neither key nor rule, so that no check of the
        cleaning helps."""
        whole = catalogue()
        found = whole.dataset(name)
        [table] = found.tables
        table = table.model_copy(update={"source": FolderSource(kind="folder")})
        if loose:
            columns = tuple(
                Column(name=each, type="string", personal={"ground": "проба", "approver": "проба"})  # type: ignore[arg-type]
                for each in REGISTERS[name](835)[0]
            )
            table = table.model_copy(update={"structure": None, "columns": columns})
        self.dataset: Dataset = found.model_copy(update={"tables": (table,), "formats": ("CSV",)})
        self.table = table
        others = tuple(self.dataset if each.id == name else each for each in whole.datasets)
        self.catalogue: Catalogue = whole.model_copy(update={"datasets": others})
        self.archive = Archive(str(folder / "editions"))
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
        rows = grid(REGISTERS[name](835))
        self.header, self.rows = rows[0], rows[1:]
        self.old = written([self.header, *self.rows[: max(len(self.rows) * 9 // 10, 3)]])
        self.now = written(rows)
        self.publish(self.old)
        self.publish(self.now)

    def publish(self, data: bytes) -> Edition:
        edition, _ = self.keep(data)
        kept(self.ledger, self.archive, edition, who="test")
        self.ledger.append(PUBLISHED, who="test", dataset=edition.dataset, edition=edition.address, **account(edition))
        return edition

    def keep(self, data: bytes) -> tuple[Edition, list[tuple[Cleaned, object]]]:
        receipt = receive_bytes(data, "data.csv", self.table)
        cleaned = clean(receipt, self.table, columns_of(self.table), bounds=self.catalogue.city.bounds)
        edition = self.archive.keep(self.catalogue, self.dataset, [(cleaned, receipt)], code_version="1")
        return edition, [(cleaned, receipt)]

    def judge(self, data: bytes) -> tuple[Judgement, Cleaned]:
        edition, tables = self.keep(data)
        said = judge(
            self.catalogue, self.dataset, edition, self.archive, self.ledger,
            tables=tables, today=TODAY, tests=Register(),  # type: ignore[arg-type]
        )  # fmt: skip
        return said, tables[0][0]

    def trial(self, name: str, data: bytes, meant: bytes) -> Trial:
        try:
            said, cleaned = self.judge(data)
        except (SourceRefused, DataRefused):
            return Trial(name, None, as_meant=False)
        receipt = receive_bytes(meant, "data.csv", self.table)
        truth = clean(receipt, self.table, columns_of(self.table), bounds=self.catalogue.city.bounds)
        return Trial(name, said, as_meant=cleaned.text.equals(truth.text))


def grid(rows: Sequence[Row]) -> Grid:
    cells = [[_cell(value) for value in row.values()] for row in rows]
    return [list(rows[0]), *cells]


def written(rows: Grid, *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode(encoding, "replace")


def ordinary(department: Department, dice: Dice) -> bytes:
    """2 % of the rows are new, 1 % changed, now and then one is gone."""
    rows = [list(row) for row in department.rows]
    for _ in range(max(1, len(rows) // 100)):
        row = dice.choice(rows)
        _touch(row, department, dice)
    if dice.random() < 0.5:
        rows.pop(dice.randrange(len(rows)))
    for number in range(max(1, len(rows) // 50)):
        row = list(dice.choice(department.rows))
        row[0] = _another(row[0], number, dice)
        rows.append(row)
    return written([department.header, *rows])


def emptied(department: Department, dice: Dice) -> bytes:
    return dice.choice(
        (b"", written([department.header]), b"\n\n\n", written([department.header, *department.rows[:1]]))
    )


def halved(department: Department, dice: Dice) -> bytes:
    half = len(department.rows) // 2
    rows = dice.choice((department.rows[:half], department.rows[half:], dice.sample(department.rows, half)))
    return written([department.header, *rows])


def shifted(department: Department, dice: Dice) -> bytes:
    """A cell too many, or one lost, from some row on."""
    start = dice.randrange(len(department.rows) * 2 // 3)
    at = dice.randrange(1, len(department.header) - 2)
    rows = [list(row) for row in department.rows]
    left = dice.random() < 0.5
    for row in rows[start:]:
        if left:
            row.pop(at)
            row.append("")
        else:
            row.insert(at, "")
            row.pop()
    return written([department.header, *rows])


def header_repeated(department: Department, dice: Dice) -> bytes:
    """This month's export pasted under the last, or a new row and a header with it."""
    at = dice.randrange(1, len(department.rows))
    rows = [list(row) for row in department.rows]
    rows[at][0] = _another(rows[at][0], 1, dice)
    return written([department.header, *rows[:at], department.header, *rows[at:]])


def delimiter_changed(department: Department, dice: Dice) -> bytes:
    mark = dice.choice(";\t|")
    if dice.random() < 0.5:
        return written([department.header, *department.rows], delimiter=mark)
    head = written([department.header])
    return head + written(department.rows, delimiter=mark)


def encoding_changed(department: Department, dice: Dice) -> bytes:
    whole = [department.header, *department.rows]
    kind = dice.randrange(4)
    if kind == 0:
        return written(whole, encoding="cp1251")
    if kind == 1:
        return written(whole, encoding="utf-16")
    wrecked = written(whole).decode("cp1251" if kind == 2 else "latin-1", "replace")
    return wrecked.encode()


def older(department: Department, dice: Dice) -> bytes:
    return department.old


def stranger(department: Department, dice: Dice) -> bytes:
    """Another register of the same city: under its own header, or pasted under ours."""
    name = dice.choice([each for each in REGISTERS if each != department.dataset.id])
    rows = grid(REGISTERS[name](835))
    if dice.random() < 0.5:
        return written(rows)
    width = len(department.header)
    return written([department.header, *([*row, *[""] * width][:width] for row in rows[1:])])


ACCIDENTS: dict[str, Callable[[Department, Dice], bytes]] = {
    "emptied": emptied,
    "halved": halved,
    "shifted": shifted,
    "header repeated": header_repeated,
    "delimiter": delimiter_changed,
    "encoding": encoding_changed,
    "older": older,
    "stranger": stranger,
}


def _touch(row: list[str], department: Department, dice: Dice) -> None:
    """Another lawful value of the same column, as a clerk would put it."""
    at = dice.randrange(1, len(row))
    row[at] = dice.choice(department.rows)[at]


def _another(key: str, number: int, dice: Dice) -> str:
    return (
        f"{key[:-1]}{dice.randrange(10)}-{number}{dice.randrange(1000)}"
        if not key.isdigit()
        else str(10**6 + dice.randrange(10**6))
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
