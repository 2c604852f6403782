"""The steward's workbook back again, guilty cells coloured and commented, a sheet «Зауваження» in front.

An xlsx keeps its sheets and looks, with values in place of formulas and without links to other files; xls, ods and
whatever openpyxl cannot open are written anew from the received text at the same addresses. Nothing of what a
department typed becomes a live formula here.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.hyperlink import Hyperlink

from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines.reports import ukrainian

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".xlsb"})
_FILLS = {Severity.ERROR: "FFF4B6B0", Severity.WARNING: "FFFFE08A", Severity.NOTE: "FFCFE5F5"}
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_FIRST = "Зауваження"
# openpyxl writes some 60,000 cells a second; above this only the rows with findings are written, at their own
# addresses, so that a steward of a large register has the copy within seconds too.
_WHOLE_SHEET = 300_000
_MOST_LISTED = 5_000
# Past this size a workbook holds more than its table (pictures, other registers), and openpyxl takes half a minute.
_LARGEST = 5_000_000
_MOST_COMMENTS = 2_000


@dataclass(frozen=True, slots=True)
class Annotated:
    content: bytes
    whole: bool


def annotated(tables: Sequence[tuple[Cleaned, Receipt | None]], *, verdict: str) -> Annotated:
    """One workbook for the tables that came in one file. Without a receipt there is only the sheet of findings."""
    received = [
        (cleaned, receipt) for cleaned, receipt in tables if receipt is not None and receipt.letters is not None
    ]
    whole = sum(receipt.text.size for _, receipt in received) <= _WHOLE_SHEET
    book = _opened(received[0][1]) if received and whole else None
    rewrite = book is None
    if book is None:
        book = Workbook()
        book.remove(book.active)
    for cleaned, receipt in received:
        name = _name_in(book, receipt.sheet or cleaned.table)
        if rewrite and name not in book.sheetnames:
            _write(book.create_sheet(name), receipt, cleaned, whole=whole)
        _mark(book[name], receipt, cleaned)
    _list(book.create_sheet(_free_name(book), 0), tables, verdict, whole=whole)
    book.active = 0
    for sheet in book.worksheets[1:]:
        sheet.sheet_view.tabSelected = False
    stream = io.BytesIO()
    book.save(stream)
    return Annotated(stream.getvalue(), whole)


def _opened(receipt: Receipt) -> Any | None:
    """The received workbook, or None for what openpyxl does not read: xls, ods, a damaged but readable xlsx."""
    if receipt.content is None or len(receipt.content) > _LARGEST or not receipt.content.startswith(b"PK"):
        return None
    try:
        book = load_workbook(io.BytesIO(receipt.content), data_only=True, keep_links=False)
    except Exception:  # openpyxl answers odd workbooks with KeyError, TypeError, ValueError alike
        return None
    return book if receipt.sheet in book.sheetnames else None


def _write(sheet: Any, receipt: Receipt, cleaned: Cleaned, *, whole: bool) -> None:
    letters = receipt.letters or ()
    header = int(receipt.rows[0]) - 1 if len(receipt.rows) else 1
    for letter, name in zip(letters, receipt.text.columns, strict=True):
        _put(sheet, max(header, 1), column_index_from_string(letter), str(name)).font = Font(bold=True)
    guilty = {finding.row for finding in cleaned.findings if finding.row}
    columns = [column_index_from_string(letter) for letter in letters]
    for position, row in enumerate(receipt.rows.tolist()):
        if whole or row in guilty:
            for column, value in zip(columns, receipt.text.iloc[position], strict=True):
                if isinstance(value, str) and value:
                    _put(sheet, row, column, value)


def _mark(sheet: Any, receipt: Receipt, cleaned: Cleaned) -> None:
    by_cell: dict[str, list[Finding]] = {}
    for finding in cleaned.findings:
        cell = finding.cell or _header_cell(sheet, finding, receipt, cleaned)
        if cell:
            by_cell.setdefault(cell, []).append(finding)
    for number, (address, found) in enumerate(by_cell.items()):
        cell = sheet[address]
        if type(cell).__name__ == "MergedCell":
            cell = sheet.cell(*_merged_corner(sheet, address))
        worst = min(found, key=lambda each: _WEIGHT[each.severity])
        cell.fill = PatternFill("solid", start_color=_FILLS[worst.severity])
        if number >= _MOST_COMMENTS:
            continue
        text = "\n\n".join(f"{each.message}\nОчікується: {each.expected}\nЯк виправити: {each.fix}" for each in found)
        cell.comment = Comment(_legal(text), "Перевірка даних", height=160, width=320)


def _header_cell(sheet: Any, finding: Finding, receipt: Receipt, cleaned: Cleaned) -> str | None:
    """Where a finding about a whole column is pinned: its header, if it stands right above the first row."""
    place = cleaned.places.get(finding.column or "")
    if place is None or receipt.letters is None or not len(receipt.rows) or int(receipt.rows[0]) < 2:
        return None
    address = f"{receipt.letters[place]}{int(receipt.rows[0]) - 1}"
    return address if sheet[address].value not in (None, "") else None


def _list(sheet: Any, tables: Sequence[tuple[Cleaned, Receipt | None]], verdict: str, *, whole: bool) -> None:
    sheet["A1"] = ukrainian.VERDICTS[verdict]
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = ukrainian.NEXT_STEPS[verdict] + " Виправляйте свій файл, а не цю копію."
    if not whole:
        sheet["A3"] = "Таблиця велика, тому на аркуші з даними лише рядки із зауваженнями, на своїх місцях."
    heads = ("Аркуш", "Клітинка", "Стовпець", "Вид", "Що не так", "Що очікувалося", "Як виправити", "Код")
    for column, (head, width) in enumerate(zip(heads, (16, 10, 24, 13, 60, 45, 50, 22), strict=True), start=1):
        sheet.cell(4, column, head).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(4, column).column_letter].width = width
    listed = [(cleaned, receipt, found) for cleaned, receipt in tables for found in cleaned.findings]
    for row, (cleaned, receipt, found) in enumerate(listed[:_MOST_LISTED], start=5):
        place = found.cell or (f"рядок {found.row}" if found.row else "")
        name = _name_in(sheet.parent, found.sheet or cleaned.table)
        kind = ukrainian.SEVERITIES[found.severity.value]
        texts = (name, place, found.column or "", kind, found.message, found.expected, found.fix, found.code)
        for column, text in enumerate(texts, start=1):
            cell = _put(sheet, row, column, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(row, 4).fill = PatternFill("solid", start_color=_FILLS[found.severity])
        if found.cell and receipt is not None:
            location = "'{}'!{}".format(name.replace("'", "''"), found.cell)
            sheet.cell(row, 2).hyperlink = Hyperlink(ref=f"B{row}", location=location)
            sheet.cell(row, 2).font = Font(color="FF0563C1", underline="single")
    if len(listed) > _MOST_LISTED:
        _put(sheet, _MOST_LISTED + 5, 5, f"…і ще {len(listed) - _MOST_LISTED}; усі є в report.json.")
    sheet.freeze_panes = "A5"


def _put(sheet: Any, row: int, column: int, text: str) -> Any:
    """Text as text: openpyxl takes a leading `=` for a formula unless told that it is a string."""
    cell = sheet.cell(row, column)
    cell.value = _legal(text)
    cell.data_type = "s"
    if text[:1] in "=+-@":
        cell.quotePrefix = True
    return cell


def _legal(text: str) -> str:
    return str(ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))[:32_000]


def _sheet_name(name: str) -> str:
    return "".join("_" if letter in "[]:*?/\\" else letter for letter in name)[:31].strip("'") or "Аркуш"


def _name_in(book: Any, name: str) -> str:
    """A sheet that came with the workbook keeps whatever name it has."""
    return name if name in book.sheetnames else _sheet_name(name)


def _free_name(book: Any) -> str:
    name = _FIRST
    while name in book.sheetnames:
        name += "_"
    return name


def _merged_corner(sheet: Any, address: str) -> tuple[int, int]:
    for merged in sheet.merged_cells.ranges:
        if address in merged:
            return merged.min_row, merged.min_col
    cell = sheet[address]
    return cell.row, cell.column
