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
from ternopil_pipelines.receive.book import Book, Sheet, read_book
from ternopil_pipelines.receive.header import Header
from ternopil_pipelines.receive.layout import Layout, header_of, lay_out
from ternopil_pipelines.receive.naming import fold, folded_names
from ternopil_pipelines.receive.sheet_scan import SheetScan
from ternopil_pipelines.receive.shown import about_merged, about_percent, declared_columns, with_zeros
from ternopil_pipelines.receive.sniff import Kind

# One finding a cell; beyond this many the steward has understood.
SHOWN_CELLS = 200
# A sheet with more rows beneath its header than this holds data, not explanations.
EXPLAINED_ROWS = 20


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
    tiny = [sheet for sheet, scan in scans.items() if scan.tiny]
    book = read_book(path, kind, name=name, sheet=wish.sheet, first_columns=starts, tiny=tiny)
    sheet, header, others = _choose(book, wish, name)
    scan = scans.get(sheet.name)
    shown = scan.shown if scan else {}
    grid = with_zeros(sheet.grid, shown)
    layout = lay_out(grid, header, wish.columns, wish.aliases)
    inside = _Inside.of(layout, wish)
    declared = declared_columns(layout, folded_names(wish.columns, wish.aliases), wish.columns)
    findings = [
        *measured.notes,
        *_errors(sheet, inside),
        *_uncalculated(sheet, scan, measured, inside),
        *about_merged(scan.merged if scan else sheet.merged, grid, layout, declared),
        *about_percent(shown, grid, layout, declared),
    ]
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
    most = max(header.matched for _, header in found)
    equal = [(sheet, header, _has_rows(sheet, header, wish)) for sheet, header in found if header.matched == most]
    best, header, _ = max(equal, key=lambda each: (each[2], each[0].visible))
    rivals = [sheet.name for sheet, _, rows in equal if sheet is not best and sheet.visible and rows]
    return best, header, rivals


def _has_rows(sheet: Sheet, header: Header, wish: Wish) -> bool:
    """A template or a dictionary of the columns has none, though rows explain its header."""
    left = sheet.grid.height - header.last - 1
    if not 0 < left <= EXPLAINED_ROWS:
        return left > 0
    return len(lay_out(sheet.grid, header, wish.columns, wish.aliases).rows) > 0


@dataclass(frozen=True, slots=True)
class _Inside:
    """The cells of the table by their names, and the declared column each belongs to."""

    columns: Mapping[str, str]
    rows: frozenset[int]

    @classmethod
    def of(cls, layout: Layout, wish: Wish) -> _Inside:
        known = folded_names(wish.columns, wish.aliases)
        names = [known.get(fold(name), name) for name in layout.text.columns]
        letters = layout.letters or ()
        return cls(dict(zip(letters, names, strict=True)), frozenset(layout.rows.tolist()))

    def place(self, cell: str) -> tuple[int, str] | None:
        """Row and column of a cell of the table; None for one beside it."""
        letters = cell.rstrip("0123456789")
        row = int(cell[len(letters) :])
        return (row, self.columns[letters]) if letters in self.columns and row in self.rows else None


def _errors(sheet: Sheet, inside: _Inside) -> list[Finding]:
    """Cells whose calculation failed: they are absent, and each is named."""
    named = [(str(sheet.grid.cell(column, row)), sign) for row, column, sign in sheet.errors]
    return _about_cells("cell-error", named, inside)


def _uncalculated(sheet: Sheet, scan: SheetScan | None, measured: Measured, inside: _Inside) -> list[Finding]:
    """Formulas without a value. A library that writes `0` in its place asks for a calculation on loading and, unlike
    Excel, keeps no chain of calculation: none of its zeros can be believed."""
    if sheet.uncalculated:
        wrong = [(cell, sign) for cell, sign in sheet.uncalculated if sign]
        without = [(cell, None) for cell, sign in sheet.uncalculated if not sign]
        return [*_about_cells("cell-error", wrong, inside), *_about_cells("formula-without-value", without, inside)]
    if scan is None or not scan.formulas:
        return []
    cells = list(scan.uncalculated)
    if b'fullCalcOnLoad="1"' in measured.small.get("xl/workbook.xml", b"") and not measured.has_chain:
        cells += scan.zeros
    return _about_cells("formula-without-value", [(cell, None) for cell in cells], inside)


def _about_cells(code: str, cells: Sequence[tuple[str, str | None]], inside: _Inside) -> list[Finding]:
    placed = [(cell, sign, place) for cell, sign in cells if (place := inside.place(cell)) is not None]
    shown = [
        finding(code, cell=cell, row=row, column=column, value=sign, more="")
        for cell, sign, (row, column) in placed[:SHOWN_CELLS]
    ]
    for cell, sign, (row, column) in placed[SHOWN_CELLS : SHOWN_CELLS + 1]:
        rest = len(placed) - SHOWN_CELLS
        more = f"; разом із нею таких клітинок, яких у звіті не перелічено: {rest}"
        shown.append(finding(code, cell=cell, row=row, column=column, value=sign, count=rest, more=more))
    return shown
