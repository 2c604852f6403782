"""A workbook a steward can fill: `ternopil template DATASET`, one file for each table.

One file for each table because that is how files are dropped and matched: a dataset's tables have patterns of their
own. The official names are the header row, the Ukrainian labels stand above them and never beneath (a row beneath would
be data). What the cells may hold is kept by the workbook itself as far as a spreadsheet can: text format where zeros
must survive, drop-downs, types. What is lawful decides `check`, not the workbook.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.describing import describe
from ternopil_pipelines.catalogue.law import requirements
from ternopil_pipelines.catalogue.model import Catalogue, City, Dataset, FolderSource, Table
from ternopil_pipelines.catalogue.structures import columns_of, structure
from ternopil_pipelines.clean.rules import rule_of
from ternopil_pipelines.clean.schema import demanded
from ternopil_pipelines.faults import UsageFault
from ternopil_pipelines.reports.check import assign
from ternopil_pipelines.reports.examples import example
from ternopil_pipelines.reports.template_explained import explain
from ternopil_pipelines.reports.template_rules import add_rules, format_of

_DATA = "Дані"
_REQUIRED, _OPTIONAL, _HEADER, _EXAMPLE = "FFF8D7A9", "FFE3EAF3", "FF1F4E79", "FFF2F2F2"
_TYPE_WORDS = {
    "string": "текст",
    "integer": "ціле число",
    "decimal": "число",
    "boolean": "Так або Ні",
    "date": "дата",
    "dateTime": "дата і час",
    "time": "час",
    "year": "рік",
    "anyURL": "посилання",
}
_EXAMPLE_SAID = "Це вигаданий приклад: перепишіть увесь рядок своїми даними. Залишений, він до даних не потрапить."
_LINE = Side(style="thin", color="FFBFBFBF")


@dataclass(frozen=True, slots=True)
class Template:
    """`name`: a file name by which the dropped file finds its table."""

    name: str
    table: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Places:
    """Where things stand on the sheet of data: rows counted from 1."""

    sheet: str
    header: int

    @property
    def labels(self) -> int | None:
        return self.header - 1 if self.header > 1 else None

    @property
    def first(self) -> int:
        return self.header + 1


def templates(catalogue: Catalogue, dataset: Dataset) -> tuple[Template, ...]:
    """Of a required dataset that has no source yet, the law's recommended tables: what a department can begin with."""
    if not dataset.tables:
        dataset = dataset.model_copy(update={"tables": _recommended(dataset)})
    return tuple(
        Template(file_name(dataset, table), table.id, workbook(catalogue.city, dataset, table))
        for table in dataset.tables
    )


def _recommended(dataset: Dataset) -> tuple[Table, ...]:
    names = next((each.tables for each in requirements() if each.id and each.id == dataset.required), ())
    if not names:
        raise UsageFault(f"dataset {dataset.id} has no tables (its state is `{dataset.state}`) and the law names none")
    ids = {name: re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name.split("/")[1]).lower() for name in names}
    return tuple(
        Table(id=ids[name], structure=name, source=FolderSource(kind="folder", pattern=f"{ids[name]}.*"))
        for name in names
    )


def file_name(dataset: Dataset, table: Table) -> str:
    """The first name that leads `check` and the landing folder to this table and to no other."""
    pattern = table.source.pattern if isinstance(table.source, FolderSource) else "*"
    only = len(dataset.tables) == 1
    stems = [
        dataset.id if only else table.id,
        f"{dataset.id}-{table.id}",
        pattern.replace("*", ""),
        pattern.replace("*", table.id),
    ]
    names = [
        f"{Path(stem).stem if stem.endswith('.xlsx') else stem}.xlsx" for stem in stems if stem and "?" not in stem
    ]
    return next((name for name in names if _finds(dataset, table, name)), names[0])


def _finds(dataset: Dataset, table: Table, name: str) -> bool:
    source = table.source
    if isinstance(source, FolderSource) and not Path(name).match(source.pattern):
        return False
    try:
        return [each.id for each, _ in assign(dataset, [Path(name)], None)] == [table.id]
    except UsageFault:
        return False


def workbook(city: City, dataset: Dataset, table: Table) -> bytes:
    columns = columns_of(table)
    book = Workbook()
    book.remove(book.active)
    places = _places(table)
    sheet = book.create_sheet(places.sheet)
    _head(sheet, columns, places)
    examples = [example(column, city) for column in columns]
    for position, (column, text) in enumerate(zip(columns, examples, strict=True), start=1):
        cell = sheet.cell(places.first, position, as_cell(column, text))
        cell.number_format = format_of(column)
        cell.font = Font(italic=True, color="FF7F7F7F")
        cell.fill = PatternFill("solid", fgColor=_EXAMPLE)
    sheet.cell(places.first, 1).comment = _comment(_EXAMPLE_SAID)
    sheet.freeze_panes = sheet.cell(places.first, 2)
    title = structure(table.structure).title if table.structure else dataset.title
    explained = book.create_sheet(_free("Пояснення", places.sheet))
    explain(explained, title=title, dataset=dataset, places=places, columns=columns, examples=examples)
    add_rules(book, sheet, columns, first=places.first)
    _in_place(book, sheet, table)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_cell(column: Column, text: str | None) -> Any:
    """A value as the spreadsheet itself would keep it; codes and links stay text."""
    if text is None:
        return None
    match column.type:
        case "integer":
            return int(text)
        case "decimal":
            return float(text)
        case "date" if rule_of(column) != "year":
            return date.fromisoformat(text)
        case "dateTime":
            return datetime.fromisoformat(text)
        case "time":
            return time.fromisoformat(text)
        case _:
            return text


def _places(table: Table) -> Places:
    source = table.source
    if not isinstance(source, FolderSource):
        return Places(_DATA, 2)
    return Places(source.sheet[:31] if isinstance(source.sheet, str) else _DATA, source.header or 2)


def _head(sheet: Any, columns: Sequence[Column], places: Places) -> None:
    for position, column in enumerate(columns, start=1):
        must = demanded(column)
        name = sheet.cell(places.header, position, column.name)
        name.font = Font(bold=True, color="FFFFFFFF")
        name.fill = PatternFill("solid", fgColor=_HEADER)
        name.border = Border(right=_LINE)
        name.comment = _comment(f"{describe(column)}{' Заповнювати обов’язково.' if must else ''}")
        if places.labels:
            # The type beneath the label also keeps the row from being taken for the header.
            kind = _TYPE_WORDS["year" if rule_of(column) == "year" else column.type]
            said = f"{column.title.strip()}{' *' if must else ''}\n({kind})"
            label = sheet.cell(places.labels, position, said)
            label.fill = PatternFill("solid", fgColor=_REQUIRED if must else _OPTIONAL)
            label.alignment = Alignment(wrap_text=True, vertical="top")
            label.border = Border(right=_LINE)
        letter = get_column_letter(position)
        sheet.column_dimensions[letter].width = max(16, min(34, len(column.name) + 4))
        sheet.column_dimensions[letter].number_format = format_of(column)
    if places.labels:
        sheet.row_dimensions[places.labels].height = 78


def _comment(text: str) -> Comment:
    comment = Comment(text, "ternopil_pipelines")
    comment.width, comment.height = 320, 140
    return comment


def _in_place(book: Any, sheet: Any, table: Table) -> None:
    """A `sheet` declared by number stands at that place; the book opens on it."""
    wanted = table.source.sheet if isinstance(table.source, FolderSource) else None
    if isinstance(wanted, int):
        for number in range(len(book.sheetnames), wanted):
            book.create_sheet(f"Аркуш {number}", 1)
        book.move_sheet(sheet, wanted - 1 - book.index(sheet))
    for each in book.worksheets:
        each.sheet_view.tabSelected = each is sheet
    book.active = book.index(sheet)


def _free(wanted: str, *taken: str) -> Any:
    return wanted if wanted not in taken else f"{wanted} 2"


def write(made: Iterable[Template], folder: Path) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for each in made:
        path = folder / each.name
        path.write_bytes(each.content)
        paths.append(path)
    return tuple(paths)
