"""JSON, GeoJSON, XML, KML, dBase tables and shapefiles: read by the guarded child, laid out as every other table.

Letters are settled here: text formats before the child sees them, dBase after it, when all its texts are known.
"""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.archive import BROKEN, measure
from ternopil_pipelines.receive.encoding import read_text
from ternopil_pipelines.receive.grid import Grid, absent_if_blank
from ternopil_pipelines.receive.guard import guarded
from ternopil_pipelines.receive.header import Header
from ternopil_pipelines.receive.layout import Layout, lay_out
from ternopil_pipelines.receive.naming import fold, folded_names
from ternopil_pipelines.receive.sniff import Kind

_DECLARED = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)[\"']")
_LATITUDES = frozenset({"lat", "latitude", "широта", "географічна широта"})
_LONGITUDES = frozenset({"lon", "lng", "long", "longitude", "довгота", "географічна довгота"})
# The language driver of a dBase header: the few a Ukrainian department's program ever wrote.
_DRIVERS = {0x65: "cp866", 0x26: "cp866", 0xC9: "cp1251", 0x57: "cp1251"}


@dataclass(frozen=True, slots=True)
class Read:
    """`detail`: what people are told of where the table stood."""

    layout: Layout
    detail: Mapping[str, str]
    findings: tuple[Finding, ...] = ()


def read_records(
    data: bytes, kind: Kind, columns: Sequence[Column], aliases: Mapping[str, str], *, name: str, encoding: str | None
) -> Read:
    """Raises SourceRefused."""
    known = folded_names(columns, aliases)
    order: dict[str, Any] = {
        "known": known,
        "names": ", ".join(column.name for column in columns),
        "place": [
            _called(columns, aliases, _LATITUDES, "latitude", "lat"),
            _called(columns, aliases, _LONGITUDES, "longitude", "lon"),
        ],
    }
    with tempfile.TemporaryDirectory(prefix="ternopil-records-") as folder:
        private, out = Path(folder) / "in", Path(folder) / "out"
        private.mkdir()
        out.mkdir()
        hint = encoding
        if kind in {Kind.SHAPES, Kind.KMZ}:
            archive = private / "archive.zip"
            archive.write_bytes(data)
            measure(archive, name=name)
            parts = _unpacked(archive, private, kind, name)
            data = b"" if kind is Kind.SHAPES else parts["kml"].read_bytes()
            hint = encoding or _hint(parts)
        if kind in {Kind.DBF, Kind.SHAPES}:
            if kind is Kind.DBF:
                parts = {"dbf": private / "table.dbf"}
                parts["dbf"].write_bytes(data)
                hint = encoding or _hint(parts)
            order |= {"kind": kind.value, "parts": {part: str(path) for part, path in parts.items() if part != "cpg"}}
        else:
            text, hint = _letters(data, name, encoding)
            (private / "text").write_text(text, encoding="utf-8", newline="")
            order |= {"kind": "kml" if kind is Kind.KMZ else kind.value, "path": str(private / "text")}
        guarded(order, out, name=name)
        meta = json.loads((out / "records.json").read_text(encoding="utf-8"))
        with pa.OSFile(str(out / "records.arrow"), "rb") as source:
            table = pa.ipc.open_file(source).read_all()
        table.validate()
    names, cells = meta["names"], list(table.columns[:-1])
    if kind in {Kind.DBF, Kind.SHAPES}:
        names, cells, hint = _with_letters(names, cells, name, encoding, hint)
    layout = _laid_out(names, cells, np.asarray(table.column("numbers")), columns, aliases, known, name)
    detail = {"kind": kind.value, **({"encoding": hint} if hint else {}), **meta["detail"]}
    return Read(layout, detail, tuple(finding(code, file=name, **words) for code, words in meta["notes"]))


def _laid_out(
    names: Sequence[str],
    cells: Sequence[pa.ChunkedArray],
    numbers: np.ndarray,
    columns: Sequence[Column],
    aliases: Mapping[str, str],
    known: Mapping[str, str],
    file: str,
) -> Layout:
    """The names become the row above the first record, as if the table had been a sheet."""
    matched = len({known[fold(name)] for name in names if fold(name) in known})
    if not matched:
        declared = ", ".join(column.name for column in columns)
        raise SourceRefused("no declared column", [finding("header-not-found", file=file, names=declared)])
    above = pa.array([None], pa.string())
    grid = Grid(
        tuple(absent_if_blank(pa.chunked_array([above, *column.chunks], pa.string())) for column in cells),
        np.concatenate(([0], numbers.astype(np.int64))),
    )
    header = Header(0, 0, tuple(name or None for name in names), matched, of_records=True)
    return lay_out(grid, header, columns, aliases)


def _called(
    columns: Sequence[Column], aliases: Mapping[str, str], spellings: frozenset[str], rule: str, default: str
) -> str:
    """The declared column by its rule or its name, else by its label or an alias."""
    for column in columns:
        if column.rule == rule or column.name.casefold() in spellings:
            return column.name
    others = [(said, column.name) for column in columns for said in (column.label or "", *column.aliases)]
    return next((name for said, name in (*others, *aliases.items()) if said.casefold() in spellings), default)


def _letters(data: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    """Judged as every text is; where that stays in doubt, what an XML declaration says is believed."""
    try:
        reading = read_text(data, file=name, encoding=encoding)
    except SourceRefused:
        said = _DECLARED.match(data.lstrip()[:200])
        if encoding is not None or said is None:
            raise
        reading = read_text(data, file=name, encoding=said.group(1).decode())
    text = reading.text.removeprefix("\ufeff")
    return text, "utf-8" if reading.encoding == "utf-8-sig" else reading.encoding


def _with_letters(
    names: Sequence[str], cells: Sequence[pa.ChunkedArray], file: str, encoding: str | None, hint: str | None
) -> tuple[list[str], list[pa.ChunkedArray], str]:
    """dBase texts, one character a byte, in the alphabet that all of them together show; failing that, the declared."""
    texts = [column.to_pylist() for column in cells]
    whole = "\n".join([*names, *(text for column in texts for text in column if text)])
    # A shape's own GeoJSON came as text and is ASCII; nothing else can be above Latin-1 here.
    raw = whole.encode("latin-1", "replace")
    try:
        chosen = read_text(raw, file=file, encoding=encoding).encoding
    except SourceRefused:
        if encoding is not None or hint is None:
            raise
        chosen = read_text(raw, file=file, encoding=hint).encoding
    if whole.isascii():
        return list(names), list(cells), chosen

    def spoken(text: str | None) -> str | None:
        return None if text is None else text.encode("latin-1", "replace").decode(chosen, "replace")

    decoded = [pa.chunked_array([pa.array([spoken(text) for text in column], pa.string())]) for column in texts]
    return [str(spoken(each)) for each in names], decoded, chosen


def _hint(parts: Mapping[str, Path]) -> str | None:
    """What the .cpg beside a dBase table says, else the language driver in its header."""
    if "cpg" in parts:
        said = parts["cpg"].read_text(encoding="ascii", errors="replace").strip().upper()
        digits = said.removeprefix("ANSI").removeprefix("CP").removeprefix("WINDOWS").strip(" -")
        return f"cp{digits}" if digits in {"1251", "866", "1125", "1252"} else "utf-8" if "UTF" in said else None
    head = parts["dbf"].read_bytes()[:32] if "dbf" in parts else b""
    return _DRIVERS.get(head[29]) if len(head) == 32 else None


def _unpacked(archive: Path, private: Path, kind: Kind, name: str) -> dict[str, Path]:
    """The parts of the one layer (or the document of a KMZ), under names of our own."""
    wanted = {".kml"} if kind is Kind.KMZ else {".shp", ".dbf", ".shx", ".prj", ".cpg"}
    parts: dict[str, Path] = {}
    with zipfile.ZipFile(archive) as opened:
        inside = [entry for entry in opened.infolist() if not entry.filename.startswith("__MACOSX/")]
        main = [each for each in inside if each.filename.lower().endswith(".kml" if kind is Kind.KMZ else ".shp")]
        if len(main) > 1 and kind is Kind.SHAPES:
            layers = ", ".join(PurePosixPath(each.filename).stem for each in main)
            raise SourceRefused("several layers", [finding("several-layers", file=name, layers=layers)])
        base = main[0].filename.rpartition(".")[0].casefold()
        for entry in inside:
            stem, _, suffix = entry.filename.rpartition(".")
            if stem.casefold() == base and f".{suffix.lower()}" in wanted:
                parts[suffix.lower()] = private / f"part.{suffix.lower()}"
                try:
                    parts[suffix.lower()].write_bytes(opened.read(entry))
                except BROKEN:
                    raise SourceRefused("damaged part", [finding("file-damaged", file=name)]) from None
    return parts
