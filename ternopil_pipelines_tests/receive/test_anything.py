"""Whatever bytes arrive, the answer is a receipt or a fault with findings, never a stack trace."""

from __future__ import annotations

import csv
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines_tests.receive.making import rows_of, table

PIECES = [
    '"',
    ";",
    ",",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "|",
    "id",
    "назва",
    "1",
    " ",
    "Всього",
    "\ufeff",
    "\0",
    "\u00a0",
    "№",
]
texts = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
encodings = st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1251", "koi8-u"])


def check(data: bytes) -> None:
    try:
        receipt = receive_bytes(data, "f.csv", table("id", "назва"))
    except SourceRefused as refused:
        assert refused.findings
        assert all(each.message and each.expected and each.fix for each in refused.findings)
        return
    numbers = receipt.rows.tolist()
    assert len(receipt.text) == len(numbers)
    assert numbers == sorted(set(numbers))
    assert receipt.text.columns.is_unique
    assert not (receipt.text.apply(lambda column: column.str.strip()) == "").any(axis=None)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts, encodings)
def test_any_text_is_received_or_refused(text: str, encoding: str) -> None:
    check(text.encode(encoding, "ignore"))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200))
def test_any_bytes_are_received_or_refused(data: bytes) -> None:
    check(data)


# Words of the header or of a total would make rows that are rightly left out.
cells = st.lists(st.sampled_from(['"', ";", ",", "\n", "\t", "|", "б", "7", " ", "\u00a0", "№"]), max_size=8).map(
    "".join
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=6))
def test_what_a_sound_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    sink = io.StringIO()
    csv.writer(sink, quoting=csv.QUOTE_ALL).writerows([["id", "назва"], *rows])
    receipt = receive_bytes(sink.getvalue().encode(), "f.csv", table("id", "назва", delimiter=","))
    wanted = [[cell if cell.strip() else None for cell in row] for row in rows]
    wanted = [row for row in wanted if any(row)]
    # A ruled line under the header and a text alone beneath a blank row look like no data: left out, each named.
    read, named = rows_of(receipt), receipt.findings
    assert {each.code for each in named} <= {"label-row-left-out", "note-row-left-out"}
    above = sum(each.code == "label-row-left-out" for each in named)
    assert (read, len(read)) == (wanted[above:][: len(read)], len(wanted) - len(named))
