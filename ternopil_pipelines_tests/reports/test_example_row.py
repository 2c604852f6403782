"""The template's made-up row: recognised wherever it was left and however it was saved; never a row of one's own."""

from __future__ import annotations

import csv
import io
from random import Random

import pytest
from openpyxl import load_workbook

from ternopil_pipelines.catalogue.model import City
from ternopil_pipelines.catalogue.structures import structure, structure_names
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines.reports.example_row import without_example
from ternopil_pipelines.reports.examples import example, made_up
from ternopil_pipelines.reports.template import workbook
from ternopil_pipelines_tests.lawful_values import BOUNDS, rows
from ternopil_pipelines_tests.reports.test_template_round_trip import SAMPLE, dataset_of

CITY = City(title="Тернопільська міська територіальна громада", edrpou="34334305", bounds=BOUNDS)


def filled(name: str, *, lines: int, after: int = 1) -> bytes:
    """A template with lawful rows written from the row `after` the example on; 0 writes over it."""
    dataset, table = dataset_of(name)
    book = load_workbook(io.BytesIO(workbook(CITY, dataset, table)))
    for at, values in enumerate(rows(structure(name).columns, lines, Random(5)), start=3 + after):
        for position, value in enumerate(values, start=1):
            book.worksheets[0].cell(at, position).value = value
    return saved(book)


def saved(book: object) -> bytes:
    stream = io.BytesIO()
    book.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def checked(name: str, content: bytes, file: str = "t.xlsx") -> tuple[int, list[Finding]]:
    _, table = dataset_of(name)
    columns = structure(name).columns
    receipt = without_example(receive_bytes(content, file, table), table, columns, CITY)
    return len(receipt.text), list(clean(receipt, table, columns, bounds=BOUNDS).findings)


def told(found: list[Finding]) -> list[tuple[str, str | None, int | None]]:
    return [(each.code, each.cell, each.row) for each in found]


@pytest.mark.bars
@pytest.mark.parametrize("name", structure_names())
def test_the_example_of_every_structure_is_lawful_and_known(name: str) -> None:
    is_lawful_and_known(name)


@pytest.mark.parametrize("name", SAMPLE)
def test_the_example_of_a_structure_is_lawful_and_known(name: str) -> None:
    is_lawful_and_known(name)


@pytest.mark.parametrize("name", structure_names())
def test_every_example_has_a_text_that_calls_itself_made_up(name: str) -> None:
    assert any(made_up(example(column, CITY)) for column in structure(name).columns)


def is_lawful_and_known(name: str) -> None:
    dataset, table = dataset_of(name)
    receipt = receive_bytes(workbook(CITY, dataset, table), "t.xlsx", table)
    columns = structure(name).columns
    assert told(list(clean(receipt, table, columns, bounds=BOUNDS).findings)) == []
    without = without_example(receipt, table, columns, CITY)
    assert (len(receipt.text), len(without.text)) == (1, 0)
    assert told(list(without.findings)) == [("example-row-left-out", None, 3)]


@pytest.mark.parametrize("name", ["27/stops", "56/calendar", "26/vehicles", "36/parkingLots"])
def test_rows_written_under_the_example_are_taken_and_the_example_is_not(name: str) -> None:
    count, found = checked(name, filled(name, lines=3))
    assert (count, told(found)) == (3, [("example-row-left-out", None, 3)])
    assert "Рядок 3" in found[0].message


def test_written_over_there_is_no_example_and_no_finding() -> None:
    assert checked("27/stops", filled("27/stops", lines=3, after=0)) == (3, [])


def test_an_untouched_template_has_no_data() -> None:
    count, found = checked("27/stops", filled("27/stops", lines=0))
    assert (count, {each.code for each in found}) == (0, {"example-row-left-out", "table-empty"})


def test_sorted_to_the_end_of_a_text_file_the_example_is_still_known() -> None:
    columns = structure("27/stops").columns
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([column.name for column in columns])
    writer.writerows(rows(columns, 2, Random(3)))
    writer.writerow([example(column, CITY) for column in columns])
    count, found = checked("27/stops", stream.getvalue().encode(), "stops.csv")
    assert (count, told(found)) == (2, [("example-row-left-out", None, 4)])


def test_a_row_written_over_in_part_stays_and_its_made_up_cells_are_named() -> None:
    dataset, table = dataset_of("27/stops")
    book = load_workbook(io.BytesIO(workbook(CITY, dataset, table)))
    sheet = book.worksheets[0]
    names = [cell.value for cell in sheet[2]]
    place = next(name for name in names if name.lower().endswith("name"))
    sheet.cell(3, names.index(place) + 1).value = "Майдан Волі"
    count, found = checked("27/stops", saved(book))
    assert count == 1
    assert {each.code for each in found} == {"example-value-left"}
    named = {each.column for each in found}
    assert place not in named and len(named) >= 2
    assert all(each.cell and each.row == 3 for each in found)


def test_one_word_that_is_also_the_examples_is_no_slip() -> None:
    columns = structure("27/stops").columns
    values = rows(columns, 2, Random(3))
    at = next(place for place, column in enumerate(columns) if made_up(example(column, CITY)))
    values[0][at] = example(columns[at], CITY)
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([column.name for column in columns])
    writer.writerows(values)
    assert checked("27/stops", stream.getvalue().encode(), "stops.csv") == (2, [])
