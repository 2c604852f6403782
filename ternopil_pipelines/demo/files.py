"""Tables as the bytes of a file, in the four formats a department sends: xlsx, xls, ods and csv.

The same table gives the same bytes: time stamps inside the containers are fixed. An ods is written by hand, since three
small XML parts are all a spreadsheet reader asks for; xls needs xlwt, the only writer of that format.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape, quoteattr

from ternopil_pipelines.demo.city import Cell

Rows = Sequence[Sequence[Cell]]

_STAMP = (2025, 10, 1, 9, 0, 0)
_STAMP_XML = b"2025-10-01T09:00:00Z"


def _zipped(parts: Sequence[tuple[str, bytes]], *, stored: Sequence[str] = ()) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts:
            entry = zipfile.ZipInfo(name, date_time=_STAMP)
            entry.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the writer's operating system is a byte of the entry
            archive.writestr(entry, content)
    return buffer.getvalue()


def xlsx(rows: Rows, *, sheet: str) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(list(row))
    written = io.BytesIO()
    book.save(written)
    parts = []
    with zipfile.ZipFile(written) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "docProps/core.xml":  # openpyxl writes the moment of saving here
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", _STAMP_XML, content)
            parts.append((name, content))
    return _zipped(parts)


def xls(rows: Rows, *, sheet: str) -> bytes:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    plain, dated = xlwt.XFStyle(), xlwt.XFStyle()
    dated.num_format_str = "DD.MM.YYYY"
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                page.write(at, column, value, dated if isinstance(value, date) else plain)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _ods_cell(value: Cell) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        word = "true" if value else "false"
        kind = f'office:value-type="boolean" office:boolean-value="{word}"'
    elif isinstance(value, (int, float)):
        kind = f'office:value-type="float" office:value="{value}"'
    elif isinstance(value, (date, datetime)):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def ods(rows: Rows, *, sheet: str) -> bytes:
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.2">'
        f"<office:body><office:spreadsheet><table:table table:name={quoteattr(sheet)}>{body}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
        ' manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    parts = [
        ("mimetype", kind.encode()),  # first and stored, as the format asks
        ("content.xml", content.encode()),
        ("META-INF/manifest.xml", manifest.encode()),
    ]
    return _zipped(parts, stored=("mimetype",))


def delimited(rows: Rows, *, delimiter: str, encoding: str, decimal: str = ".", dates: str = "%Y-%m-%d") -> bytes:
    def text(value: Cell) -> str:
        if value is None:
            return ""
        if isinstance(value, float):
            return str(value).replace(".", decimal)
        if isinstance(value, date):
            return value.strftime(dates)
        return str(value)

    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerows(
        [text(cell) for cell in row] for row in rows
    )
    return written.getvalue().encode(encoding)
