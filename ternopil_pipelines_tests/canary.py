"""Looking for values that must not be somewhere: in every byte, in whatever dress a program may have put them.

A value is looked for as text in the usual encodings, as JSON writes it (once and twice), in base64 at each alignment
and in a URL; containers (zip and workbooks, gzip, Parquet, SQLite) are opened first. `Canaries.found` names the places.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pyarrow.parquet as pq

_BETWEEN = re.compile(rb"[\s()+\xc2\xa0-]+")


class Canaries:
    def __init__(self, values: Mapping[str, Iterable[str]]) -> None:
        """`values`: by kind."""
        self._forms: dict[bytes, str] = {}
        self._joined: dict[bytes, str] = {}
        for kind, cells in values.items():
            for cell in cells:
                for form in _forms(cell):
                    self._forms[form] = kind
                digits = re.sub(r"\D", "", cell)
                if len(digits) >= 9:
                    self._joined[digits.encode()] = kind

    def found(self, places: Iterable[tuple[str, bytes]]) -> list[str]:
        """`place: kind` of each place that holds one; `places`: name and content, containers as they are."""
        leaks = set()
        for name, data in places:
            for inner, content in _opened(name, data):
                leaks |= {f"{inner}: {kind}" for form, kind in self._forms.items() if _apart(form, content)}
                joined = _BETWEEN.sub(b"", content)
                leaks |= {f"{inner}: {kind}" for form, kind in self._joined.items() if _apart(form, joined)}
        return sorted(leaks)


def files_of(folder: Path, *, but: Iterable[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Every file beneath, its name relative; `but`: folders directly beneath that are passed over."""
    passed = {folder / each for each in but}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not passed & {*path.parents}:
            yield str(path.relative_to(folder)), path.read_bytes()


def _forms(cell: str) -> Iterator[bytes]:
    yield cell.encode()
    yield cell.encode("utf-16-le")
    yield cell.encode("utf-16-be")
    yield cell.encode("cp1251", "ignore")
    once = json.dumps(cell).strip('"')
    yield once.encode()
    yield json.dumps(once).strip('"').encode()
    yield quote(cell).encode()
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + cell.encode())
        # The characters at both ends hold neighbours' bits too.
        yield whole[-(-shift * 8 // 6) : len(whole) // 4 * 4 - 4]


def _apart(form: bytes, content: bytes) -> bool:
    """Digits inside a longer number, or inside a hash, are something else."""
    if form not in content:
        return False
    if not form.isdigit():
        return True
    return re.search(rb"(?<![0-9a-fA-F.])" + form + rb"(?![0-9a-fA-F])", content) is not None


def _opened(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, data
    if data[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            for part in box.namelist():
                yield from _opened(f"{name}!{part}", box.read(part))
    elif data[:2] == b"\x1f\x8b":
        yield from _opened(f"{name}!", gzip.decompress(data))
    elif data[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(data))
        meta = b"\n".join((table.schema.metadata or {}).values())
        yield f"{name}!", meta + table.to_pandas().to_csv(index=False).encode()
    elif data[:15] == b"SQLite format 3":
        # A long value lies scattered over pages.
        connection = sqlite3.connect(":memory:")
        connection.deserialize(data[:18] + b"\1\1" + data[20:])
        yield f"{name}!", "\n".join(connection.iterdump()).encode()
        connection.close()
