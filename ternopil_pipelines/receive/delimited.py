"""Text files: letters, delimiter and quotes settled, then every record a row with its own physical line.

A sound file goes through Arrow's reader; whatever is ragged, wrapped or badly quoted goes through Python's, which is
slower and forgives more. Both give the same cells. Where the table stands in them is `layout`'s.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
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
from ternopil_pipelines.receive.dialect import Dialect, find_dialect, unwrap
from ternopil_pipelines.receive.encoding import read_text
from ternopil_pipelines.receive.grid import Grid, absent_if_blank, grid_of_rows

LARGEST_CELL = 1 << 26


@dataclass(frozen=True, slots=True, eq=False)
class Delimited:
    """`widths[i]`: cells of row i as written, None where all rows are equally wide."""

    grid: Grid
    encoding: str
    delimiter: str
    findings: tuple[Finding, ...] = ()
    widths: np.ndarray | None = None
    ends_in_newline: bool = True


def read_delimited(data: bytes, *, file: str, encoding: str | None = None, delimiter: str | None = None) -> Delimited:
    """Raises SourceRefused where letters are in doubt or a quote never closes."""
    # Python's own limit of 128 KiB a cell is less than one district's outline as WKT.
    csv.field_size_limit(LARGEST_CELL)
    reading = read_text(data, file=file, encoding=encoding)
    name = "utf-8" if reading.encoding == "utf-8-sig" else reading.encoding
    text = reading.text.removeprefix("\ufeff").replace("\0", "")
    about_letters = _lost_letters(text)
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    dialect = find_dialect(text, delimiter=delimiter)
    first_line = 1 + text.count("\n", 0, dialect.skip)
    text = text[dialect.skip :]
    ends = text.endswith("\n")
    if not dialect.wrapped and not dialect.blanks and (plain := _plain(text, dialect.delimiter)) is not None:
        same = name == "utf-8" and text is reading.text
        content = pa.py_buffer(data if same else text.encode("utf-8"))
        # A million rows as Python text are 300 MB; they are decoded again where Arrow finds the file ragged.
        del text, reading
        grid = _through_arrow(content, plain, dialect.delimiter, first_line)
        if grid is not None:
            return Delimited(grid, name, dialect.delimiter, about_letters, ends_in_newline=ends)
        text = content.to_pybytes().decode("utf-8")
    rows, numbers, findings = _through_python(text, dialect, first_line, file)
    widths = np.asarray([len(row) for row in rows], dtype=np.int64)
    return Delimited(grid_of_rows(rows, numbers), name, dialect.delimiter, (*about_letters, *findings), widths, ends)


@dataclass(frozen=True, slots=True)
class _Plain:
    """What Arrow must be told of a text that looks regular. `spare`: line ends after the last record."""

    width: int
    lines: int
    spare: int
    quoted: bool


def _lost_letters(text: str) -> tuple[Finding, ...]:
    """U+FFFD stands where another program could not read a letter: it is gone before we see the file."""
    count = text.count("\ufffd")
    row = text.count("\n", 0, text.find("\ufffd")) + 1
    return (finding("letters-lost", row=row, count=count),) if count else ()


def _plain(text: str, delimiter: str) -> _Plain | None:
    """None where a reader would have to guess."""
    end = len(text)
    while end and text[end - 1] in "\r\n":
        end -= 1
    if not end or _odd_quote(text, delimiter):
        return None
    try:
        first = islice(io.StringIO(text[:LARGEST_CELL], newline=""), 10_000)
        width = len(next(csv.reader(first, delimiter=delimiter), ()))
    except csv.Error:
        return None
    return _Plain(width, text.count("\n", 0, end) + 1, len(text) - end, '"' in text) if width else None


def _through_arrow(content: pa.Buffer, plain: _Plain, delimiter: str, first_line: int) -> Grid | None:
    """None where the file is not regular after all."""
    names = [f"c{index}" for index in range(plain.width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content.slice(0, content.size - plain.spare)),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=1 << 24),
            # No handler of invalid rows: one row too long ends it here, and the handler costs half a second.
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=plain.quoted, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        return None
    numbers = _numbers(table, plain.lines, first_line)
    if numbers is None:
        return None
    return Grid(tuple(absent_if_blank(column) for column in table.columns), numbers)


def _odd_quote(text: str, delimiter: str) -> bool:
    """Whether a quote neither opens nor closes a cell nor is doubled: readers differ on what such a cell holds."""
    rim = re.escape(delimiter)
    return re.search(rf'"(?<=[^{rim}\n"]")(?![{rim}\r\n"]|\Z)', text) is not None


def _numbers(table: pa.Table, lines: int, first_line: int) -> np.ndarray | None:
    """The physical line where each record begins; None where lines and records do not add up."""
    if lines == table.num_rows:
        return np.arange(first_line, first_line + lines, dtype=np.int64)
    within = np.zeros(table.num_rows, dtype=np.int64)
    for column in table.columns:
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
        reader = csv.reader(islice(lines, start, None), strict=True, **form)
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
            yield _loosely(lines[begin], form), begin, False
            start = begin + 1


def _loosely(line: str, form: dict[str, Any]) -> list[str]:
    try:
        return next(csv.reader([line], **form), [])
    except csv.Error:
        return line.rstrip("\r\n").split(form["delimiter"])
