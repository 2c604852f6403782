"""Text files: letters, delimiter and quotes settled, then every record a row with its own physical line.

A sound file goes through Arrow's reader; whatever is ragged, wrapped or badly quoted goes through Python's, which is
slower and forgives more. Both give the same cells. Where the table stands in them is `layout`'s.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.dialect import SAMPLED_CHARACTERS, Dialect, find_dialect, loosely, unwrap
from ternopil_pipelines.receive.encoding import read_text
from ternopil_pipelines.receive.gathered import gathered
from ternopil_pipelines.receive.grid import Grid, grid_of_rows
from ternopil_pipelines.receive.utf8 import Reading

LARGEST_CELL = 1 << 26
_BLOCK = 1 << 21


@dataclass(frozen=True, slots=True, eq=False)
class Delimited:
    """`widths[i]`: cells of row i as written, None where all rows are equally wide."""

    grid: Grid
    encoding: str
    delimiter: str
    findings: tuple[Finding, ...] = ()
    widths: np.ndarray | None = None
    ends_in_newline: bool = True


def read_delimited(
    data: bytes,
    *,
    file: str,
    encoding: str | None = None,
    delimiter: str | None = None,
    known: Container[str] = (),
) -> Delimited:
    """`known`: folded names of the declared columns. Raises SourceRefused where letters are in doubt or a quote never
    closes."""
    # Python's own limit of 128 KiB a cell is less than one district's outline as WKT.
    csv.field_size_limit(LARGEST_CELL)
    reading = read_text(data, file=file, encoding=encoding)
    name = "utf-8" if reading.encoding == "utf-8-sig" else reading.encoding
    content, start = _plainly(reading)
    about_letters = _lost_letters(content, start)
    if content.find(b"\n", start) < 0:
        content = content.replace(b"\r", b"\n")
    sample = Reading(content, name, start).head(SAMPLED_CHARACTERS)
    dialect = find_dialect(sample, whole=len(sample.encode()) == len(content) - start, delimiter=delimiter, known=known)
    first_line = 1 + sample.count("\n", 0, dialect.skip)
    start += len(sample[: dialect.skip].encode())
    ends = content.endswith(b"\n", start)
    if not dialect.wrapped and not dialect.blanks and (plain := _plain(content, start, dialect.delimiter)) is not None:
        grid = _through_arrow(content, plain, dialect.delimiter, first_line)
        if grid is not None:
            return Delimited(grid, name, dialect.delimiter, about_letters, ends_in_newline=ends)
    text = content[start:].decode("utf-8")
    rows, numbers, findings = _through_python(text, dialect, first_line, file)
    widths = np.asarray([len(row) for row in rows], dtype=np.int64)
    return Delimited(grid_of_rows(rows, numbers), name, dialect.delimiter, (*about_letters, *findings), widths, ends)


@dataclass(frozen=True, slots=True)
class _Plain:
    """What Arrow must be told of a text that looks regular. Its records are the bytes from `start` to `end`."""

    start: int
    end: int
    width: int
    lines: int
    quoted: bool


def _plainly(reading: Reading) -> tuple[bytes, int]:
    """Without a second mark and without the zeros that some programs leave in a text."""
    content, start = reading.content, reading.start
    if content.startswith(codecs.BOM_UTF8, start):
        start += len(codecs.BOM_UTF8)
    if content.find(b"\0", start) >= 0:
        content, start = content[start:].replace(b"\0", b""), 0
    return content, start


def _lost_letters(content: bytes, start: int) -> tuple[Finding, ...]:
    """U+FFFD stands where another program could not read a letter: it is gone before we see the file."""
    lost = "\ufffd".encode()
    # One byte is found twenty times faster than three, and Ukrainian text has none such.
    first = content.find(lost, start) if content.find(lost[:1], start) >= 0 else -1
    if first < 0:
        return ()
    row = content.count(b"\n", start, first) + 1
    return (finding("letters-lost", row=row, count=content.count(lost, first)),)


def _plain(content: bytes, start: int, delimiter: str) -> _Plain | None:
    """None where a reader would have to guess."""
    end = len(content)
    while end > start and content[end - 1] in b"\r\n":
        end -= 1
    quoted = content.find(b'"', start) >= 0
    if end == start or not delimiter.isascii() or (quoted and _odd_quote(content, start, delimiter)):
        return None
    stream = io.BytesIO(content)
    stream.seek(start)
    try:
        first = islice(io.TextIOWrapper(stream, encoding="utf-8", newline=""), 10_000)
        width = len(next(csv.reader(first, delimiter=delimiter), ()))
    except csv.Error:
        return None
    return _Plain(start, end, width, content.count(b"\n", start, end) + 1, quoted) if width else None


def _through_arrow(content: bytes, plain: _Plain, delimiter: str, first_line: int) -> Grid | None:
    """None where the file is not regular after all."""
    names = [f"c{index}" for index in range(plain.width)]
    try:
        batches = arrow_csv.open_csv(
            pa.BufferReader(pa.py_buffer(content).slice(plain.start, plain.end - plain.start)),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=_BLOCK),
            # No handler of invalid rows: one row too long ends it here, and the handler costs half a second.
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=plain.quoted, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                check_utf8=False,
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
        )
        columns = gathered(batches, width=plain.width, most=plain.lines)
    except pa.ArrowInvalid:
        return None
    numbers = None if columns is None else _numbers(columns, plain.lines, first_line)
    return None if columns is None or numbers is None else Grid(tuple(columns), numbers)


def _odd_quote(content: bytes, start: int, delimiter: str) -> bool:
    """Whether a quote neither opens nor closes a cell nor is doubled: readers differ on what such a cell holds."""
    letters = np.frombuffer(content, dtype=np.uint8)
    opens, closes = (_table(f'{rim}{delimiter}"') for rim in ("\n", "\r\n"))
    for begin in range(start, len(content), _BLOCK):
        quotes = begin + np.flatnonzero(letters[begin : begin + _BLOCK] == ord('"'))
        inside = quotes[(quotes > start) & (quotes < len(content) - 1)]
        if (~opens[letters[inside - 1]] & ~closes[letters[inside + 1]]).any():
            return True
    return False


def _table(characters: str) -> np.ndarray:
    """Is a byte one of these?"""
    table = np.zeros(256, dtype=bool)
    table[list(characters.encode())] = True
    return table


def _numbers(columns: Sequence[pa.ChunkedArray], lines: int, first_line: int) -> np.ndarray | None:
    """The physical line where each record begins; None where lines and records do not add up."""
    if lines == len(columns[0]):
        return np.arange(first_line, first_line + lines, dtype=np.int64)
    within = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        breaks = pc.fill_null(pc.count_substring(column, "\n"), 0)
        within += np.asarray(breaks, dtype=np.int64)
    ends = np.cumsum(within + 1)
    if not len(ends) or ends[-1] != lines:
        return None
    return first_line + np.concatenate(([0], ends[:-1]))


def _through_python(
    text: str, dialect: Dialect, first_line: int, file: str
) -> tuple[list[list[str | None]], list[int], list[Finding]]:
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    findings: list[Finding] = []
    lines = list(io.StringIO(text, newline=""))
    for record, line, sound in _records(lines, dialect, first_line):
        if not sound:
            findings.append(finding("quotes-broken", row=first_line + line))
        if dialect.wrapped:
            record = unwrap(record, dialect.delimiter)
        rows.append(list(record))
        numbers.append(first_line + line)
    if not rows:
        raise SourceRefused("file without a cell", [finding("file-empty", file=file)])
    return rows, numbers, findings


def _records(lines: list[str], dialect: Dialect, first_line: int) -> Iterator[tuple[list[str], int, bool]]:
    """Records with the index of the line they begin in, and whether their quotes were sound. A record that breaks the
    rules of quoting is read again without them, alone, so that it cannot swallow its neighbours."""
    form: dict[str, Any] = {"delimiter": dialect.delimiter, "skipinitialspace": dialect.blanks}
    start = 0
    while start < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), strict=True, **form)
        read = 0
        try:
            for record in reader:
                yield record, start + read, True
                read = reader.line_num
            return
        except csv.Error as error:
            begin = start + read
            if "unexpected end of data" in str(error) or "field larger" in str(error):
                about = finding("quote-unclosed", row=first_line + begin)
                raise SourceRefused(f"unclosed quote in line {first_line + begin}", [about]) from None
            yield loosely(lines[begin].rstrip("\r\n"), dialect.delimiter), begin, False
            start = begin + 1
