"""What a file really is, by its first bytes, and whether its name promises the same.

A clerk renames `.csv` to `.xlsx` and a web site exports HTML as `.xls`; each is refused with its true name and the way
to mend it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Set as AbstractSet
from enum import StrEnum
from pathlib import PurePath

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.receive.archive import BROKEN

_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".ods"})
_TEXTS = frozenset({".csv", ".tsv", ".txt", ".tab"})
_PROMISING = _WORKBOOKS | _TEXTS
_JSONS = frozenset({".json", ".geojson", ".jsonl", ".ndjson"})
_JSON = re.compile(rb"\{\s*\"|\[\s*[{\[]|\[\s*\]")
_NOTHING = b"\0 \t\r\n\xef\xbb\xbf"
# First bytes of dBase III, IV, FoxPro and their kin.
_DBASE = frozenset(b"\x02\x03\x04\x30\x31\x32\x43\x63\x83\x8b\xcb\xf5\xfb")
_FEED = frozenset({"stops.txt", "routes.txt", "trips.txt", "stop_times.txt", "agency.txt", "calendar.txt"})
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = (
    "Відкрийте файл у відповідній програмі, оберіть «Зберегти як» → «Книга Excel (.xlsx)» і надішліть новий файл."
)
_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "документ PDF", "Надішліть таблицю, з якої зроблено PDF."),
    (b"\x89PNG", "зображення PNG", "Надішліть таблицю, а не її знімок."),
    (b"\xff\xd8\xff", "зображення JPEG", "Надішліть таблицю, а не її знімок."),
    (b"GIF8", "зображення GIF", "Надішліть таблицю, а не її знімок."),
    (b"Rar!", "архів RAR", "Розпакуйте архів і надішліть сам файл таблиці."),
    (b"7z\xbc\xaf", "архів 7-Zip", "Розпакуйте архів і надішліть сам файл таблиці."),
    (b"\x1f\x8b", "архів GZIP", "Розпакуйте архів і надішліть сам файл таблиці."),
    (b"{\\rtf", "документ RTF", _SAVE_AS),
    (b"MZ", "програма Windows", "Надішліть файл таблиці."),
    (b"\x7fELF", "програма Linux", "Надішліть файл таблиці."),
    (b"SQLite format 3", "база даних SQLite", "Вивантажте з бази таблицю у файл CSV."),
    (b"\x00\x00\x27\x0a", "шар Shapefile без решти частин", "Надішліть ZIP з усіма частинами: .shp, .shx, .dbf, .prj."),
    (b"PAR1", "файл Parquet", "Збережіть таблицю як CSV або XLSX."),
)


class Kind(StrEnum):
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    TEXT = "text"
    JSON = "json"
    XML = "xml"
    KML = "kml"
    KMZ = "kmz"
    DBF = "dbf"
    SHAPES = "shapes"
    GTFS = "gtfs"


def kind_of(data: bytes, *, name: str) -> Kind:
    """Raises SourceRefused with the true name of whatever is no table, or not the one its extension promises."""
    suffix = PurePath(name).suffix.lower()
    # The whole is stripped only where it begins with nothing: of 240 MB that is a copy and a second.
    if not data[:4096].strip(_NOTHING) and not data.strip(_NOTHING):
        raise SourceRefused("empty file", [finding("file-empty", file=name)])
    if data.startswith(b"PK"):
        return _zipped(data, name, suffix)
    if data.startswith(_CFB):
        return _compound(data, name, suffix)
    for magic, actual, mend in _OTHERS:
        if data.startswith(magic):
            raise _wrong(name, actual, mend)
    if suffix == ".dbf" and data[0] in _DBASE:
        return Kind.DBF
    return _text(data, name, suffix)


def _zipped(data: bytes, name: str, suffix: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except BROKEN:
        if b"EncryptedPackage" in data:
            raise SourceRefused("protected", [finding("file-protected", file=name)]) from None
        raise SourceRefused("damaged archive", [finding("file-damaged", file=name)]) from None
    if b"opendocument.spreadsheet" in mimetype:
        return _promised(Kind.ODS, name, suffix, {".ods"}, "таблиця OpenDocument (ODS)")
    if "xl/workbook.bin" in names:
        return _promised(Kind.XLSB, name, suffix, {".xlsb"}, "двійкова книга Excel (XLSB)")
    if "xl/workbook.xml" in names or any(each.startswith("xl/") for each in names):
        return _promised(Kind.XLSX, name, suffix, {".xlsx", ".xlsm", ".xltx"}, "книга Excel (XLSX)")
    if "word/document.xml" in names or b"opendocument.text" in mimetype:
        raise _wrong(
            name, "текстовий документ, а не таблиця", "Перенесіть таблицю з документа до Excel або LibreOffice Calc."
        )
    if any(each.startswith("ppt/") for each in names):
        raise _wrong(name, "презентація PowerPoint", "Надішліть таблицю.")
    base = {PurePath(each).name.lower() for each in names}
    if len(base & _FEED) >= 2:
        return _promised(Kind.GTFS, name, suffix, {".zip"}, "розклад GTFS (ZIP)")
    if any(each.endswith(".shp") for each in base) and any(each.endswith(".dbf") for each in base):
        return _promised(Kind.SHAPES, name, suffix, {".zip"}, "шар Shapefile (ZIP)")
    if any(each.endswith(".kml") for each in base):
        return _promised(Kind.KMZ, name, suffix, {".kmz", ".zip"}, "карта KMZ")
    raise _wrong(name, "архів ZIP", "Розпакуйте архів і надішліть сам файл таблиці.")


def _compound(data: bytes, name: str, suffix: str) -> Kind:
    """Names in a compound file are UTF-16. Excel's own protected .xlsx is one, with its package encrypted inside."""
    if _wide("EncryptedPackage") in data:
        raise SourceRefused("protected", [finding("file-protected", file=name)])
    if _wide("WordDocument") in data:
        raise _wrong(name, "документ Word (DOC)", "Перенесіть таблицю з документа до Excel або LibreOffice Calc.")
    if _wide("Workbook") in data or _wide("Book") in data:
        return _promised(Kind.XLS, name, suffix, {".xls"}, "стара книга Excel (XLS)")
    raise SourceRefused("damaged compound file", [finding("file-damaged", file=name)])


def _text(data: bytes, name: str, suffix: str) -> Kind:
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    marked_up = start.startswith((b"<?xml", b"<workbook", b"<kml")) or (
        suffix in {".xml", ".kml"} and b"<" in start[:4]
    )
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style")) or (
        not marked_up and b"<table" in start
    ):
        raise _wrong(name, "веб-сторінка (HTML)", _SAVE_AS)
    if marked_up:
        return _marked_up(start, name, suffix)
    if suffix in _JSONS or _JSON.match(start):
        return _promised(Kind.JSON, name, suffix, _JSONS | {".txt", ""}, "документ JSON", mend="«.json»")
    if start.startswith(b"id;p") or data.startswith(b"ID;P"):
        raise _wrong(name, "таблиця SYLK", _SAVE_AS)
    if _binary(data):
        raise SourceRefused("neither text nor workbook", [finding("file-damaged", file=name)])
    if suffix in _WORKBOOKS:
        raise _wrong(
            name, "текстовий файл (CSV)", f"Перейменуйте файл на «{PurePath(name).stem}.csv» або збережіть як XLSX."
        )
    return Kind.TEXT


def _marked_up(start: bytes, name: str, suffix: str) -> Kind:
    if b"<html" in start or b"<!doctype html" in start:
        raise _wrong(name, "веб-сторінка (HTML)", _SAVE_AS)
    if b"<workbook" in start or b"office:spreadsheet" in start or b"excel.sheet" in start:
        raise _wrong(name, "таблиця XML Excel 2003", _SAVE_AS)
    if b"<kml" in start or suffix == ".kml":
        return _promised(Kind.KML, name, suffix, {".kml", ".xml", ""}, "карта KML", mend="«.kml»")
    return _promised(Kind.XML, name, suffix, {".xml", ".txt", ""}, "документ XML", mend="«.xml»")


def _binary(data: bytes) -> bool:
    """Control characters that no text holds. UTF-16 has its zeros in every second byte only."""
    sample = data[: 1 << 16]
    control = sum(sample.count(bytes([byte])) for byte in (*range(1, 9), *range(14, 27), *range(28, 32)))
    if control > 0.02 * len(sample) and not sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        wide = max(sample[::2].count(4) + sample[::2].count(0), sample[1::2].count(4) + sample[1::2].count(0))
        return wide < 0.45 * (len(sample) // 2) * 2 * 0.9
    zeros = sample.count(0)
    return zeros > 0.6 * len(sample)


def _promised(
    kind: Kind, name: str, suffix: str, promised: AbstractSet[str], actual: str, *, mend: str | None = None
) -> Kind:
    """Workbooks of another workbook's extension are read: the reader goes by content. Texts are another matter, and so
    is everything that is no workbook."""
    workbook = kind in {Kind.XLSX, Kind.XLSB, Kind.XLS, Kind.ODS}
    if suffix in promised or (workbook and suffix not in _TEXTS) or (not workbook and suffix not in _PROMISING):
        return kind
    right = mend or f"«{min(promised, key=lambda each: (not each, each))}»"
    other = "збережіть його як CSV UTF-8" if workbook else "збережіть таблицю як CSV або XLSX"
    raise _wrong(name, actual, f"Надішліть файл з розширенням {right} або {other}.")


def _wrong(name: str, actual: str, mend: str) -> SourceRefused:
    return SourceRefused(
        f"not what its extension says: {name!r}", [finding("file-wrong-kind", file=name, actual=actual, mend=mend)]
    )


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")
