"""Binary Excel workbooks (.xlsb) of one sheet, written record by record: no library of Python writes them.

As much of [MS-XLSB] as a plain table needs: texts in place, numbers, booleans, dates by their style, error cells,
formulas with their stored result, hidden sheets, dates counted from 1904.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

ERRORS = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}
_STYLES = {"general": 0, "date": 1, "moment": 2, "time": 3}
_FORMATS = ("General", "dd.mm.yyyy", "dd.mm.yyyy hh:mm:ss", "hh:mm")


@dataclass(frozen=True, slots=True)
class Calculated:
    """A formula whose stored result is this value."""

    value: object


Cell = str | int | float | bool | dt.date | dt.time | Calculated | None


def xlsb(
    rows: Sequence[Sequence[Cell]], *, sheet: str = "Аркуш", hidden: Sequence[str] = (), from_1904: bool = False
) -> bytes:
    """`hidden`: names of hidden sheets before it, each with the same header and no rows. Texts that name an error
    (`#REF!`) become error cells."""
    sheets = [*((name, rows[:1], 1) for name in hidden), (sheet, rows, 0)]
    bundle = b"".join(
        _record(0x9C, struct.pack("<II", state, at) + _wide(f"rId{at}") + _wide(name))
        for at, (name, _, state) in enumerate(sheets, start=1)
    )
    book = _record(0x83) + _record(0x99, struct.pack("<II", int(from_1904), 0) + _wide(""))
    book += _record(0x8F) + bundle + _record(0x90) + _record(0x84)
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.bin"/>'
        for at in range(1, len(sheets) + 1)
    )
    relations += f'<Relationship Id="rIdS" Type="{_OFFICE}/styles" Target="styles.bin"/>'
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr(
            "_rels/.rels",
            _relations(f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="xl/workbook.bin"/>'),
        )
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", _relations(relations))
        archive.writestr("xl/styles.bin", _styles())
        for at, (_, cells, _) in enumerate(sheets, start=1):
            archive.writestr(f"xl/worksheets/sheet{at}.bin", _sheet(cells, from_1904))
    return sink.getvalue()


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)


def _relations(inside: str) -> str:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{head}<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _record(kind: int, content: bytes = b"") -> bytes:
    """Kind and length in seven bits a byte."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(content)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def _styles() -> bytes:
    formats = b"".join(
        _record(0x2C, struct.pack("<H", 163 + at) + _wide(code)) for at, code in enumerate(_FORMATS) if at
    )
    kinds = b"".join(
        _record(0x2F, struct.pack("<HHHHHBBI", 0xFFFF, 163 + at if at else 0, 0, 0, 0, 0, 0, 0))
        for at in range(len(_FORMATS))
    )
    return (
        _record(0x116)
        + _record(0x267, struct.pack("<I", len(_FORMATS) - 1)) + formats + _record(0x268)
        + _record(0x269, struct.pack("<I", len(_FORMATS))) + kinds + _record(0x26A)
        + _record(0x117)
    )  # fmt: skip


def _sheet(rows: Sequence[Sequence[Cell]], from_1904: bool) -> bytes:
    width = max((len(row) for row in rows), default=1)
    out = _record(0x81) + _record(0x94, struct.pack("<4I", 0, max(len(rows) - 1, 0), 0, width - 1)) + _record(0x91)
    for at, row in enumerate(rows):
        if any(cell is not None for cell in row):
            out += _record(0x00, struct.pack("<IIHBBBI", at, 0, 300, 0, 0, 0, 0))
            out += b"".join(_cell(place, cell, from_1904) for place, cell in enumerate(row) if cell is not None)
    return out + _record(0x92) + _record(0x82)


def _cell(place: int, cell: Cell, from_1904: bool) -> bytes:
    value = cell.value if isinstance(cell, Calculated) else cell
    style = "general"
    if isinstance(value, dt.datetime):
        style, value = "moment", _days(value, from_1904)
    elif isinstance(value, dt.date):
        style, value = "date", _days(dt.datetime.combine(value, dt.time()), from_1904)
    elif isinstance(value, dt.time):
        style, value = "time", (value.hour * 3600 + value.minute * 60 + value.second) / 86_400
    head = struct.pack("<II", place, _STYLES[style])
    formula = struct.pack("<HII", 0, 0, 0) if isinstance(cell, Calculated) else b""
    if isinstance(value, bool):
        return _record(0x0A if formula else 0x04, head + bytes([value]) + formula)
    if isinstance(value, str) and value in ERRORS:
        return _record(0x0B if formula else 0x03, head + bytes([ERRORS[value]]) + formula)
    if isinstance(value, str):
        return _record(0x08 if formula else 0x06, head + _wide(value) + formula)
    if isinstance(value, int) and not formula and -(1 << 29) <= value < 1 << 29:
        return _record(0x02, head + struct.pack("<i", value << 2 | 2))  # as Excel writes small whole numbers
    assert isinstance(value, int | float)
    return _record(0x09 if formula else 0x05, head + struct.pack("<d", value) + formula)


def _days(moment: dt.datetime, from_1904: bool) -> float:
    first = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30)
    return (moment - first) / dt.timedelta(days=1)
