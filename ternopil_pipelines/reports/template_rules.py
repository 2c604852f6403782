"""What a template's cells accept while the steward types: formats, drop-downs, types, blanks made visible.

Help and no judgement: dates and numbers only warn, for `null` and a decimal comma are lawful in what is checked later.
Lists stand on a hidden sheet, because a list inside the rule may neither hold a comma nor exceed 255 characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.describing import TYPE_RULES, VALUE_RULES
from ternopil_pipelines.clean.rules import rule_of
from ternopil_pipelines.clean.schema import demanded

# `@` is Excel's text: a code typed there keeps its zeros and never turns into a date.
FORMATS = {
    "string": "@",
    "anyURL": "@",
    "boolean": "@",
    "integer": "0",
    "decimal": "General",
    "date": "yyyy-mm-dd",
    "dateTime": 'yyyy-mm-dd"T"hh:mm',
    "time": "hh:mm",
}
# In a cell of dates a typed 2009 becomes the first of July 1905: the 2009th day.
_YEAR_FORMAT = "@"
LISTS = "Довідники"
YES_NO = ("Так", "Ні")
# Rules reach this far down; a register of more rows is exported, not typed.
LAST_ROW = 20_000
_LENGTHS = {"edrpou": 8, "post-code": 5, "katottg": 19, "cadastral-number": 22}
_BLANK = PatternFill("solid", bgColor="FFFFC7CE")
_MOST = 1e15


def format_of(column: Column) -> str:
    return _YEAR_FORMAT if rule_of(column) == "year" else FORMATS[column.type]


def add_rules(book: Any, sheet: Any, columns: Sequence[Column], *, first: int) -> None:
    last = get_column_letter(len(columns))
    lists = _Lists(book)
    for position, column in enumerate(columns, start=1):
        letter = get_column_letter(position)
        cells = f"{letter}{first}:{letter}{LAST_ROW}"
        rule = _rule(column, lists)
        if rule is not None:
            rule.add(cells)
            sheet.add_data_validation(rule)
        if demanded(column):
            filled = f"COUNTA($A{first}:${last}{first})>0"
            blank = FormulaRule(formula=[f"AND({filled},LEN(TRIM({letter}{first}))=0)"], fill=_BLANK)
            sheet.conditional_formatting.add(cells, blank)


def _rule(column: Column, lists: _Lists) -> DataValidation | None:
    allowed = column.allowed or (YES_NO if column.type == "boolean" else ())
    if allowed:
        return _said(DataValidation(type="list", formula1=lists.of(column.name, allowed)), column, strict=True)
    match column.type:
        case "integer" | "decimal":
            kind = "whole" if column.type == "integer" else "decimal"
            least, most = _bounds(column)
            made = DataValidation(type=kind, operator="between", formula1=f"{least:.15g}", formula2=f"{most:.15g}")
        case "date" if rule_of(column) == "year":
            return None
        case "date" | "dateTime":
            made = DataValidation(type="date", operator="greaterThan", formula1="1")
        case "time":
            made = DataValidation(type="time", operator="between", formula1="0", formula2="0.999988426")
        case _:
            length = _LENGTHS.get(rule_of(column) or "")
            if length is None:
                return None
            made = DataValidation(type="textLength", operator="equal", formula1=str(length))
    return _said(made, column, strict=False)


def _bounds(column: Column) -> tuple[float, float]:
    rule = rule_of(column)
    usual = 90.0 if rule == "latitude" else 180.0 if rule == "longitude" else _MOST
    least = -usual if column.minimum is None else float(column.minimum)
    most = usual if column.maximum is None else float(column.maximum)
    return least, most


def _said(rule: DataValidation, column: Column, *, strict: bool) -> DataValidation:
    rule.allow_blank = True
    rule.showErrorMessage = True
    rule.errorStyle = "stop" if strict else "warning"
    rule.errorTitle = column.name[:32]
    listed = "Оберіть значення зі списку." if strict else ""
    rule.error = (listed or VALUE_RULES.get(rule_of(column) or "", TYPE_RULES[column.type]))[:225]
    return rule


class _Lists:
    """The hidden sheet of lists, made when the first one is asked for; equal lists stand there once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._sheet: Any = None
        self._known: dict[tuple[str, ...], str] = {}

    def of(self, name: str, values: tuple[str, ...]) -> str:
        if values in self._known:
            return self._known[values]
        if self._sheet is None:
            self._sheet = self._book.create_sheet(LISTS)
            self._sheet.sheet_state = "hidden"
        place = len(self._known) + 1
        self._sheet.cell(1, place, f"Список {place}")
        for row, value in enumerate(values, start=2):
            cell = self._sheet.cell(row, place, int(value) if value.isdecimal() and str(int(value)) == value else value)
            cell.number_format = "@" if isinstance(cell.value, str) else "0"
        letter = get_column_letter(place)
        made = f"{quote_sheetname(LISTS)}!${letter}$2:${letter}${len(values) + 1}"
        self._known[values] = made
        return made
