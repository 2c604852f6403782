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
    text = reading.text.removeprefix("\ufeff").replace("\0", "")
    about_letters = _lost_letters(text)
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    dialect = find_dialect(text, delimiter=delimiter)
    first_line = 1 + text.count("\n", 0, dialect.skip)
    text = text[dialect.skip :]
    name = "utf-8" if reading.encoding == "utf-8-sig" else reading.encoding
    ends = text.endswith("\n")
    fast = None if dialect.wrapped or dialect.blanks else _through_arrow(text, dialect.delimiter, first_line)
    if fast is not None:
        return Delimited(fast, name, dialect.delimiter, about_letters, ends_in_newline=ends)
    rows, numbers, findings = _through_python(text, dialect, first_line, file)
    widths = np.asarray([len(row) for row in rows], dtype=np.int64)
    return Delimited(grid_of_rows(rows, numbers), name, dialect.delimiter, (*about_letters, *findings), widths, ends)


def _lost_letters(text: str) -> tuple[Finding, ...]:
    """U+FFFD stands where another program could not read a letter: it is gone before we see the file."""
    count = text.count("\ufffd")
    row = text.count("\n", 0, text.find("\ufffd")) + 1
    return (finding("letters-lost", row=row, count=count),) if count else ()


def _through_arrow(text: str, delimiter: str, first_line: int) -> Grid | None:
    """None where the file is not plainly regular."""
    if text.endswith(("\n", "\r")):
        text = text.rstrip("\r\n")
    if not text or _odd_quote(text, delimiter):
        return None
    lines = text.count("\n") + 1
    ragged: list[int] = []

    def refuse(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row.number or 0)
        return "skip" if len(ragged) < 2 else "error"

    try:
        width = len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), ()))
    except csv.Error:
        return None
    if not width:
        return None
    names = [f"c{index}" for index in range(width)]
    quoted = '"' in text
    content = pa.py_buffer(text.encode("utf-8"))
    del text
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=1 << 24),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
                invalid_row_handler=refuse,
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
    if ragged:
        return None
    numbers = _numbers(table, lines, first_line)
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
