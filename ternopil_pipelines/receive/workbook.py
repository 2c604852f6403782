"""Workbooks: measured, read by the guarded child, and the sheet found that holds the declared table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.archive import Measured, measure
from ternopil_pipelines.receive.grid import Grid
from ternopil_pipelines.receive.guard import Book, Sheet, read_book
from ternopil_pipelines.receive.header import Header
from ternopil_pipelines.receive.layout import Layout, header_of, lay_out
from ternopil_pipelines.receive.sheet_scan import SheetScan
from ternopil_pipelines.receive.sniff import Kind

# One finding a cell; beyond this many the steward has understood.
SHOWN_CELLS = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What the source declares of the sheet, and the columns that tell it from the others."""

    columns: Sequence[Column]
    aliases: Mapping[str, str]
    sheet: str | int | None = None
    header: int | None = None


def read_workbook(path: Path, kind: Kind, wish: Wish, *, name: str) -> tuple[Layout, str, tuple[Finding, ...]]:
    """The table, its sheet's name, and what was noticed of the book. `path`: a private copy. Raises SourceRefused."""
    measured = measure(path, name=name) if kind in {Kind.XLSX, Kind.XLSB, Kind.ODS} else Measured()
    scans = _scans_by_sheet(measured)
    _refuse_far_cells(scans, wish, name)
    starts = {sheet: 0 for sheet, scan in scans.items() if scan.starts_at_first}
    book = read_book(path, name=name, sheet=wish.sheet, first_columns=starts)
    sheet, header, others = _choose(book, wish, name)
    grid, about_errors = _without_errors(sheet)
    layout = lay_out(grid, header, wish.columns, wish.aliases)
    inside = _inside(layout)
    findings = [*measured.notes, *(each for each in about_errors if each.cell in inside)]
    findings += _uncalculated(scans.get(sheet.name), sheet.name, measured, inside)
    if others:
        listed = ", ".join(f"«{other}»" for other in others)
        findings.append(finding("several-sheets", sheet=sheet.name, others=listed))
    return layout, sheet.name, tuple(findings)


def _scans_by_sheet(measured: Measured) -> dict[str, SheetScan]:
    """workbook.xml names the sheets, its relations name their parts."""
    relations: dict[str, str] = {}
    for tag in re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", measured.small.get("xl/_rels/workbook.xml.rels", b"")):
        relations[_attribute(tag, "Id")] = _attribute(tag, "Target")
    found: dict[str, SheetScan] = {}
    for tag in re.findall(rb"<(?:\w+:)?sheet\s[^>]*>", measured.small.get("xl/workbook.xml", b"")):
        target = relations.get(_attribute(tag, r"\w+:id"), "").lstrip("/")
        part = target if target.startswith("xl/") else f"xl/{target}"
        if part in measured.scans:
            found[_attribute(tag, "name")] = measured.scans[part]
    return found


def _attribute(tag: bytes, name: str) -> str:
    match = re.search(rf"\s{name}=(?:\"([^\"]*)\"|'([^']*)')", tag.decode("utf-8", "replace"))
    return unescape(match.group(1) or match.group(2) or "") if match else ""


def _refuse_far_cells(scans: Mapping[str, SheetScan], wish: Wish, name: str) -> None:
    for position, (sheet, scan) in enumerate(scans.items(), start=1):
        if wish.sheet not in {None, sheet, position} or scan.too_far is None:
            continue
        what = f"{scan.valued[0]} рядків на {scan.valued[1]} стовпців"
        raise SourceRefused(
            f"far cell {scan.too_far}", [finding("far-cell", sheet=sheet, cell=scan.too_far, file=name, what=what)]
        )


def _choose(book: Book, wish: Wish, name: str) -> tuple[Sheet, Header, list[str]]:
    if wish.sheet is not None and not book.sheets:
        present = ", ".join(f"«{each}»" for each in book.names)
        about = finding("sheet-not-found", file=name, wanted=wish.sheet, present=present)
        raise SourceRefused(f"no sheet {wish.sheet!r}", [about])
    if not any(sheet.grid.height for sheet in book.sheets):
        raise SourceRefused("workbook without a cell", [finding("file-empty", file=name)])
    found = [
        (sheet, header)
        for sheet in book.sheets
        if (header := header_of(sheet.grid, wish.columns, wish.aliases, row=wish.header)) is not None
    ]
    if not found:
        names = ", ".join(column.name for column in wish.columns)
        raise SourceRefused("no header", [finding("header-not-found", file=name, names=names)])
    best, header = max(found, key=lambda each: (each[1].matched, each[0].visible, _has_rows(*each)))
    rivals = [
        sheet.name
        for sheet, other in found
        if sheet is not best and sheet.visible and other.matched == header.matched and _has_rows(sheet, other)
    ]
    return best, header, rivals


def _has_rows(sheet: Sheet, header: Header) -> bool:
    return sheet.grid.height > header.last + 1


def _without_errors(sheet: Sheet) -> tuple[Grid, list[Finding]]:
    """Cells that hold an error are absent; each is named."""
    grid = sheet.grid
    about = [
        finding("cell-error", sheet=sheet.name, cell=grid.cell(column, row), row=int(grid.numbers[row]), value=sign)
        for row, column, sign in sheet.errors
    ]
    return grid, about


def _inside(layout: Layout) -> _Inside:
    return _Inside(frozenset(layout.letters or ()), frozenset(int(row) for row in layout.rows))


@dataclass(frozen=True, slots=True)
class _Inside:
    """The cells of the table, asked by their names."""

    letters: frozenset[str]
    rows: frozenset[int]

    def __contains__(self, cell: object) -> bool:
        match = re.fullmatch(r"([A-Z]+)(\d+)", str(cell))
        return match is not None and match.group(1) in self.letters and int(match.group(2)) in self.rows


def _uncalculated(scan: SheetScan | None, sheet: str, measured: Measured, inside: _Inside) -> list[Finding]:
    """Formulas without a value. A library that only writes `0` says so by asking for a calculation on loading."""
    if scan is None or not scan.formulas:
        return []
    cells = [cell for cell in scan.uncalculated if cell in inside]
    asks = b'fullCalcOnLoad="1"' in measured.small.get("xl/workbook.xml", b"")
    if not cells and asks and scan.zeros == scan.formulas:
        return [finding("formula-without-value", sheet=sheet, count=scan.formulas, cell=None)]
    shown = [
        finding("formula-without-value", sheet=sheet, cell=cell, row=int(re.sub(r"\D", "", cell)), count=1)
        for cell in cells[:SHOWN_CELLS]
    ]
    rest = len(cells) - len(shown)
    return [*shown, *([finding("formula-without-value", sheet=sheet, count=rest)] if rest else [])]
