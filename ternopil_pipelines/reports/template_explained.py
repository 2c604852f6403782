"""The sheet «Пояснення» of a template: how to fill the table and what each column is, in words for the steward.

Name and label stand in one cell, so that no row of this sheet can be taken for the header of the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from openpyxl.styles import Alignment, Font, PatternFill

from ternopil_pipelines.catalogue.cadence import cadence
from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.describing import describe
from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.clean.schema import demanded

if TYPE_CHECKING:
    from ternopil_pipelines.reports.template import Places

_HEADINGS = ("Стовпець і його зміст", "Чи заповнювати обов’язково", "Що вписувати", "Приклад заповнення")
_WIDTHS = (44, 18, 70, 34)
_WRAP = Alignment(wrap_text=True, vertical="top")


def explain(
    sheet: Any,
    *,
    title: str,
    dataset: Dataset,
    places: Places,
    columns: Sequence[Column],
    examples: Sequence[str | None],
) -> None:
    sheet.append([f"Як заповнити таблицю «{title}»"])
    sheet["A1"].font = Font(bold=True, size=14)
    for number, line in enumerate(_lines(dataset, places), start=1):
        sheet.append([f"{number}. {line}"])
    sheet.append([])
    sheet.append(list(_HEADINGS))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", fgColor="FF1F4E79")
        cell.alignment = _WRAP
    for column, shown in zip(columns, examples, strict=True):
        must = "обов’язково" if demanded(column) else "за наявності"
        sheet.append([f"{column.name} — {column.title.strip()}", must, describe(column), None])
        for cell in sheet[sheet.max_row]:
            cell.alignment = _WRAP
        last = sheet.cell(sheet.max_row, len(_HEADINGS), shown)
        last.number_format, last.alignment = "@", _WRAP
    for letter, width in zip("ABCD", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width


def _lines(dataset: Dataset, places: Places) -> list[str]:
    above = f"Рядки до {places.header} включно" if places.labels else "Рядок 1"
    return [
        f"Дані вписуйте на аркуш «{places.sheet}», починаючи з рядка {places.first}: один запис — один рядок.",
        f"У рядку {places.first} вигаданий приклад: перепишіть його своїми даними. Залишений, до даних не потрапить.",
        f"{above} не змінюйте: за назвами стовпців таблицю впізнає система.",
        "Зірочкою (*) позначено стовпці, де порожніх клітинок не повинно бути; якщо забули, клітинка стане червоною.",
        "Якщо значення невідоме й стовпець не обов’язковий, залиште клітинку порожньою.",
        "Коди й номери вписуйте разом із початковими нулями: для них уже задано текстовий формат.",
        f"Збережіть файл і покладіть його в теку «{dataset.holder}/{dataset.id}»; оновлення: "
        f"{cadence(dataset.frequency).label.lower()}.",
    ]
