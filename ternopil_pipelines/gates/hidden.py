"""What travels in a workbook beside its table: properties, notes, sheets nobody reads. Looked at as received.

None of it is published, since workbooks are written anew; but a hidden list of people has been sent to us, and the
department must hear of it. Runs on the bytes the guarded reader accepted, streams with limits, never evaluates.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import IO
from xml.etree.ElementTree import Element, ParseError
from xml.etree.ElementTree import iterparse as _iterparse

import pyarrow as pa

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.gates.columns import suspicions
from ternopil_pipelines.gates.personal import in_file_name, in_text
from ternopil_pipelines.receive.receipt import Receipt

# Cells read of a sheet beside the table; a hidden register of people shows in its first thousands.
_CELLS = 200_000
_PART = 64 << 20
_PROPERTIES = {
    "creator": "Автор",
    "lastModifiedBy": "Востаннє змінено",
    "title": "Назва",
    "subject": "Тема",
    "description": "Примітки",
    "keywords": "Теги",
    "category": "Категорія",
    "manager": "Керівник",
    "company": "Організація",
    "initial-creator": "Автор",
}


def examine_received(receipt: Receipt, *, today: date) -> tuple[Finding, ...]:
    """The file's name, and where it is a zipped workbook all it holds beside the table that was read."""
    names = receipt.origin.detail.get("files", receipt.origin.name).split(", ")
    found = [each for name in names for each in in_file_name(name, today)] if receipt.origin.kind == "folder" else []
    if receipt.content is not None and receipt.content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(receipt.content)) as book:
                found += _book(book, receipt, today)
        except (zipfile.BadZipFile, ParseError, KeyError, OSError):
            pass  # the reader has accepted the table and named what is wrong with the file
    return tuple(found)


def _book(book: zipfile.ZipFile, receipt: Receipt, today: date) -> Iterator[Finding]:
    parts = {name for name in book.namelist() if book.getinfo(name).file_size <= _PART}
    for name in ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml", "meta.xml"):
        if name in parts:
            yield from _properties(book, name, today)
    notes = [name for name in parts if re.search(r"xl/(?:comments[^/]*|(?:threadedC|c)omments/[^/]+)\.xml$", name)]
    yield from _notes(book, notes, today)
    if "xl/workbook.xml" in parts:
        yield from _sheets(book, parts, receipt, today)


def _properties(book: zipfile.ZipFile, part: str, today: date) -> Iterator[Finding]:
    for tag, text in _texts(book, part):
        # An author's two words are a person's in any order; only what is certain is told.
        for kind in in_text(text, today):
            yield finding("personal-properties", place=_PROPERTIES.get(tag, tag), kind=kind.title)


def _notes(book: zipfile.ZipFile, parts: list[str], today: date) -> Iterator[Finding]:
    counts: Counter[str] = Counter()
    for part in parts:
        for _, text in _texts(book, part):
            counts.update(kind.title for kind in in_text(text, today) if kind.name != "name")
    for title, count in counts.items():
        yield finding("personal-comments", kind=title, count=count)


def _sheets(book: zipfile.ZipFile, parts: set[str], receipt: Receipt, today: date) -> Iterator[Finding]:
    targets = {
        element.get("Id", ""): element.get("Target", "")
        for element in _elements(book, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    shared: list[str] | None = None
    for sheet in _elements(book, "xl/workbook.xml", "sheet"):
        name, state = sheet.get("name", ""), sheet.get("state", "visible")
        link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        target = targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if name == receipt.sheet or part not in parts:
            continue
        shared = _shared(book) if shared is None and "xl/sharedStrings.xml" in parts else shared or []
        words = {"visible": "не прочитаний", "hidden": "прихований"}.get(state, "глибоко прихований")
        for letters, cells in _columns(book, part, shared).items():
            column = Column(name=letters, type="string")
            array = pa.array(cells[1:], pa.large_string())
            for each in suspicions(column, array, today=today, header=cells[0]):
                if each.code == "personal-column":
                    yield finding(
                        "personal-hidden-sheet", sheet=name, state=words, kind=each.kind.title, count=each.cells
                    )


def _columns(book: zipfile.ZipFile, part: str, shared: list[str]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    read = 0
    with book.open(part) as stream:
        for _, element in _parsed(stream):
            tag = element.tag.rpartition("}")[2]
            if tag == "c":
                text = "".join(each.text or "" for each in element.iter() if each.tag.rpartition("}")[2] in {"v", "t"})
                if element.get("t") == "s" and text.isdigit() and int(text) < len(shared):
                    text = shared[int(text)]
                if text:
                    columns.setdefault(re.sub(r"\d", "", element.get("r", "A")), []).append(text)
                    read += 1
                element.clear()
            elif tag == "row":
                element.clear()
            if read >= _CELLS:
                break
    return columns


def _shared(book: zipfile.ZipFile) -> list[str]:
    found = []
    with book.open("xl/sharedStrings.xml") as stream:
        for _, element in _parsed(stream):
            if element.tag.rpartition("}")[2] == "si":
                found.append("".join(each.text or "" for each in element.iter() if each.tag.rpartition("}")[2] == "t"))
                element.clear()
    return found


def _texts(book: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str]]:
    with book.open(part) as stream:
        for _, element in _parsed(stream):
            if element.text and element.text.strip():
                yield element.tag.rpartition("}")[2], element.text.strip()


def _elements(book: zipfile.ZipFile, part: str, tag: str) -> Iterator[Element]:
    with book.open(part) as stream:
        for _, element in _parsed(stream):
            if element.tag.rpartition("}")[2] == tag:
                yield element


def _parsed(stream: IO[bytes]) -> Iterator[tuple[str, Element]]:
    """The reader has refused every part with a DOCTYPE before, so that no entity can grow here."""
    return iter(_iterparse(stream))  # noqa: S314
