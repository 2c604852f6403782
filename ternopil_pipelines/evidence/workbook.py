"""XLSX of an edition: one sheet, written by columns, equal bytes for equal content.

Our own small writer and no library's: XlsxWriter needs 9 seconds and openpyxl 14 for 100,000 rows x 15 where whole
columns need about one, and neither can be told not to write a clock into the file. Strings are strings (no formula,
no link can come of a cell), codes are text, numbers are numbers while a spreadsheet keeps all their digits (15), a
`date` is a real date shown yyyy-mm-dd (text before 01.03.1900, which Excel counts wrongly), `dateTime` and `time`
stay ISO text because a spreadsheet has no offset and adds seconds nobody gave. An absent value is as in the CSV.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.composing import (
    NUMBER,
    TEXT,
    any_true,
    as_text,
    content,
    is_one_of,
    joined,
    matches,
    slices,
    text,
    where,
)
from ternopil_pipelines.evidence.delimited import NULL_WORD

MAX_ROWS, MAX_COLUMNS, MAX_LETTERS = 1_048_576, 16_384, 32_767
# Above it the zip directory needs its 64-bit form, which not every spreadsheet opens.
MAX_SHEET_BYTES = 2_000_000_000
_STAMP = "2000-01-01T00:00:00Z"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Styles: 0 as it comes, 1 heading, 2 whole number, 3 date.
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>'
    ),
    "docProps/core.xml": (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{_STAMP}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{_STAMP}</dcterms:modified></cp:coreProperties>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": _STYLES,
}


class TooLarge(ValueError):
    """A spreadsheet cannot hold this table; the edition is made without its XLSX."""


def write_xlsx(table: Cleaned, out: BinaryIO) -> None:
    """Raises TooLarge before the first byte, but for a sheet above 2 GB, which is seen only while writing."""
    _limits(table.text)
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{_sheet_name(table.table)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in {**_PARTS, "xl/workbook.xml": book}.items():
            archive.writestr(_member(name), (_HEAD + part).encode())
        with archive.open(_member("xl/worksheets/sheet1.xml"), "w") as sheet:
            size = 0
            for chunk in _sheet(table):
                size += len(chunk)
                if size > MAX_SHEET_BYTES:
                    raise TooLarge(f"the sheet of {table.table} would be above 2 GB")
                sheet.write(chunk)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 3
    member.external_attr = 0o644 << 16
    # Level 3: half the time of the default for a file about a tenth larger.
    member._compresslevel = 3  # type: ignore[attr-defined]
    return member


def _limits(frame: pd.DataFrame) -> None:
    if len(frame) + 1 > MAX_ROWS or frame.shape[1] > MAX_COLUMNS:
        raise TooLarge(f"{len(frame)} rows x {frame.shape[1]} columns are more than a sheet holds")
    for place in range(frame.shape[1]):
        array = as_text(frame.iloc[:, place])
        longest = pc.max(pc.binary_length(array)).as_py() or 0
        # Excel counts UTF-16 units; bytes of UTF-8 are never fewer.
        if longest > MAX_LETTERS:
            cells = array.filter(pc.greater(pc.binary_length(array), MAX_LETTERS)).to_pylist()
            if any(len(cell.encode("utf-16-le")) // 2 > MAX_LETTERS for cell in cells):
                raise TooLarge(f"a cell of column {frame.columns[place]} is longer than {MAX_LETTERS} letters")


def _sheet(table: Cleaned) -> Iterator[bytes]:
    letters = [_letters(place) for place in range(len(table.columns))]
    last = f"{letters[-1]}{len(table.text) + 1}"
    head = "".join(
        f'<c r="{letter}1" s="1" t="inlineStr"><is><t>{escape(column.name)}</t></is></c>'
        for letter, column in zip(letters, table.columns, strict=True)
    )
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{len(letters)}" width="20" customWidth="1"/></cols>'
        f'<sheetData><row r="1">{head}</row>'
    ).encode()
    for start, arrays in slices(table.text):
        numbers = pa.array(range(start + 2, start + 2 + len(arrays[0]))).cast(TEXT)
        parts: list[Any] = ['<row r="', numbers, '">']
        for letter, column, array in zip(letters, table.columns, arrays, strict=True):
            parts.append(_cells(letter, numbers, column, array))
        yield content(joined(*parts, "</row>"))
    yield b"</sheetData></worksheet>"


def _cells(letter: str, numbers: Any, column: Column, array: Any) -> Any:
    place = joined(f'<c r="{letter}', numbers)
    typed = _typed(column, array)
    if typed is None:
        cells = joined(place, _text_cell(array))
    else:
        whole = typed.null_count == array.null_count
        cells = joined(place, typed if whole else pc.coalesce(typed, _text_cell(array)))
    if array.null_count == 0:
        return cells
    absent = _text_cell(pa.array([NULL_WORD], TEXT))[0].as_py()
    return pc.coalesce(cells, joined(place, absent) if column.official else text(""))


def _typed(column: Column, array: Any) -> Any:
    """The rest of the cell for values that are more than text; missing where a value must stay text."""
    nothing = pa.scalar(None, TEXT)
    if column.type in {"integer", "decimal"}:
        safe = matches(array, NUMBER)
        if (pc.max(pc.binary_length(array)).as_py() or 0) > 15:
            digits = pc.replace_substring_regex(array, pattern=r"^-?0*\.?0*|\.", replacement="")
            safe = pc.and_(safe, pc.less_equal(pc.fill_null(pc.binary_length(digits), 0), 15))
        style = '" s="2"><v>' if column.type == "integer" else '"><v>'
        return where(safe, joined(style, array, "</v></c>"), nothing)
    if column.type == "boolean":
        value = where(pc.equal(array, "true"), "1", "0")
        return where(is_one_of(array, ("true", "false")), joined('" t="b"><v>', value, "</v></c>"), nothing)
    if column.type == "date":
        iso = pc.and_(matches(array, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), pc.greater_equal(array, text("1900-03-01")))
        try:
            days = where(iso, array, nothing).cast(pa.date32()).cast(pa.int32())
        except pa.ArrowInvalid:
            return None  # a day that no calendar has: the column stays text rather than the table unpublished
        return joined('" s="3"><v>', pc.add(days, 25_569).cast(TEXT), "</v></c>")
    return None


def _text_cell(array: Any) -> Any:
    space = ' xml:space="preserve"' if any_true(matches(array, r"^\s|\s$|[\t\n]|\s\s")) else ""
    if any_true(matches(array, "[&<>]")):
        for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            array = pc.replace_substring(array, sign, entity)
    if any_true(matches(array, r"[\x00-\x08\x0b-\x1f\x{FFFE}\x{FFFF}]|_x[0-9A-Fa-f]{4}_")):
        # What XML cannot hold is written the way Excel itself does it.
        array = pc.replace_substring_regex(array, pattern=r"_(x[0-9A-Fa-f]{4}_)", replacement=r"_x005F_\1")
        for code in (*range(0x09), 0x0B, 0x0C, *range(0x0D, 0x20), 0xFFFE, 0xFFFF):
            array = pc.replace_substring(array, chr(code), f"_x{code:04X}_")
    return joined(f'" t="inlineStr"><is><t{space}>', array, "</t></is></c>")


def _sheet_name(table: str) -> str:
    name = re.sub(r"[^\w-]", "-", table)[:31]
    return f"{name}-" if name.casefold() == "history" else name  # the one name Excel keeps for itself


def _letters(place: int) -> str:
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
