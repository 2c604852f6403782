"""Template → filled by a script → checked: lawful values pass without a word, each broken cell is named and no other.

Through the real workbook, the guarded reader and the cleaning; all 109 structures with `make bars`, a sample here.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import City, Dataset, Table
from ternopil_pipelines.catalogue.structures import structure, structure_names
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines.reports.example_row import without_example
from ternopil_pipelines.reports.template import workbook
from ternopil_pipelines_tests.lawful_values import BOUNDS, breaks, rows

CITY = City(title="Тернопільська міська територіальна громада", edrpou="34334305", bounds=BOUNDS)
# Coordinates, composite keys, no key, three columns, times, booleans, ninety-eight columns.
SAMPLE = (
    "27/stops",
    "56/stopTimes",
    "64/temporaryConstruction",
    "29/vote",
    "36/parkingLots",
    "5/standards",
    "59/roads",
    "26/vehicles",
)
FIRST = 3
# A smaller seed is no simpler table: shrinking one took five minutes and told nothing.
GENERATE = (Phase.explicit, Phase.reuse, Phase.generate)


def dataset_of(name: str) -> tuple[Dataset, Table]:
    table = Table.model_validate({"id": "t", "structure": name, "source": {"kind": "folder"}})
    return (
        Dataset.model_validate_json(
            Dataset.model_construct(
                id="d", title="Набір", description="Опис", purpose="Мета", keywords=("набір",), holder="h",
                frequency="once a year", tables=(table,),
            ).model_dump_json(warnings=False)
        ),
        table,
    )  # fmt: skip


class Filled:
    """A template with lawful rows in it, whose cells can be broken one by one and mended again."""

    def __init__(self, name: str, seed: int, count: int = 4) -> None:
        self.columns = structure(name).columns
        dataset, self.table = dataset_of(name)
        self.rows = rows(self.columns, count, Random(seed))
        self.book = load_workbook(io.BytesIO(workbook(CITY, dataset, self.table)))
        self.sheet = self.book.worksheets[0]
        for row, values in enumerate(self.rows, start=FIRST):
            for position, value in enumerate(values, start=1):
                self.sheet.cell(row, position).value = value

    def put(self, row: int, position: int, value: Any) -> str:
        self.sheet.cell(FIRST + row, position + 1).value = value
        return f"{get_column_letter(position + 1)}{FIRST + row}"

    def content(self) -> bytes:
        stream = io.BytesIO()
        self.book.save(stream)
        return stream.getvalue()

    def checked(self) -> Cleaned:
        receipt = receive_bytes(self.content(), "t.xlsx", self.table)
        return clean(receipt, self.table, self.columns, bounds=BOUNDS)


def told(cleaned: Cleaned) -> list[tuple[str, str | None, str | None]]:
    return [(each.code, each.cell, each.value) for each in cleaned.findings]


def _as_published(column: Column, value: Any) -> str:
    if column.rule == "year" and len(str(value)) == 4:
        return f"{value}-01-01"
    if column.type == "boolean":
        return {"Так": "true", "Ні": "false"}.get(value, value)
    if column.type == "dateTime":
        return value.strftime("%Y-%m-%dT%H:%M")
    if column.type == "time":
        return value.strftime("%H:%M")
    return f"{value:.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def accepts_lawful_values(name: str, seed: int) -> None:
    filled = Filled(name, seed)
    cleaned = filled.checked()
    assert told(cleaned) == []
    for position, column in enumerate(filled.columns):
        given_values = [_as_published(column, row[position]) for row in filled.rows]
        assert list(cleaned.text[column.name]) == given_values, column.name


def _broken_in_turn(name: str, seed: int) -> Iterator[tuple[str, str, Any, list[Any]]]:
    filled = Filled(name, seed)
    for position, column in enumerate(filled.columns):
        for broken in breaks(column):
            row = (seed + position) % len(filled.rows)
            cell = filled.put(row, position, broken.value)
            yield column.name, cell, broken, told(filled.checked())
            filled.put(row, position, filled.rows[row][position])


def names_each_broken_cell(name: str, seed: int) -> None:
    for column, cell, broken, found in _broken_in_turn(name, seed):
        assert [each[1] for each in found] == [cell], (name, column, broken, found)
        assert found[0][0] in broken.codes, (name, column, broken, found)


@pytest.mark.parametrize("name", SAMPLE)
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=GENERATE)
@given(seed=st.integers(0, 2**32))
def test_a_filled_template_is_accepted_without_a_finding_and_unchanged(name: str, seed: int) -> None:
    accepts_lawful_values(name, seed)


@pytest.mark.parametrize("name", SAMPLE[:4])
def test_every_column_broken_in_turn_is_named_and_nothing_else(name: str) -> None:
    names_each_broken_cell(name, seed=835)


@pytest.mark.bars
@pytest.mark.parametrize("name", structure_names())
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=GENERATE)
@given(seed=st.integers(0, 2**32))
def test_all_filled_templates_are_accepted_without_a_finding_and_unchanged(name: str, seed: int) -> None:
    accepts_lawful_values(name, seed)


@pytest.mark.bars
@pytest.mark.parametrize("name", structure_names())
def test_every_column_of_every_structure_broken_in_turn_is_named_and_nothing_else(name: str) -> None:
    names_each_broken_cell(name, seed=len(name))


libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed (apt-get install libreoffice-calc)"
)


def saved_by_libreoffice(names: Sequence[str], folder: Path) -> None:
    """Filled templates and untouched ones, opened and saved again as a steward's office program does."""
    filled = {name: Filled(name, seed=len(name)) for name in names}
    for name, each in filled.items():
        file = name.replace("/", "-")
        (folder / f"{file}.xlsx").write_bytes(each.content())
        (folder / f"{file}-untouched.xlsx").write_bytes(workbook(CITY, *dataset_of(name)))
    for kind in ("xlsx", "ods"):
        order = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", kind]
        files = sorted(folder.glob("*.xlsx"))
        subprocess.run([*order, "--outdir", folder / kind, *files], check=True, timeout=600, capture_output=True)
        for name, each in filled.items():
            file = folder / kind / f"{name.replace('/', '-')}.{kind}"
            receipt = receive_bytes(file.read_bytes(), file.name, each.table)
            cleaned = clean(
                without_example(receipt, each.table, each.columns, CITY), each.table, each.columns, bounds=BOUNDS
            )
            assert told(cleaned) == [], (name, kind)
            for position, column in enumerate(each.columns):
                wanted = [_as_published(column, row[position]) for row in each.rows]
                assert list(cleaned.text[column.name]) == wanted, (name, kind, column.name)
            untouched = file.with_stem(f"{file.stem}-untouched")
            left = without_example(
                receive_bytes(untouched.read_bytes(), file.name, each.table), each.table, each.columns, CITY
            )
            assert (len(left.text), [found.code for found in left.findings]) == (0, ["example-row-left-out"]), (
                name,
                kind,
            )


@libreoffice
def test_templates_saved_by_libreoffice_are_accepted_too(tmp_path: Path) -> None:
    saved_by_libreoffice([SAMPLE[0], SAMPLE[1], SAMPLE[-1]], tmp_path)


@libreoffice
@pytest.mark.bars
def test_all_templates_saved_by_libreoffice_are_accepted_too(tmp_path: Path) -> None:
    saved_by_libreoffice(structure_names(), tmp_path)
