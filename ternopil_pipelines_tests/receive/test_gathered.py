"""Text kept as bytes, and batches of it gathered into columns, hold what Python's own text and readers hold."""

import csv
import io
import random

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ternopil_pipelines.receive import delimited
from ternopil_pipelines.receive.delimited import read_delimited
from ternopil_pipelines.receive.gathered import _MAY_BE_BLANK, gathered
from ternopil_pipelines.receive.utf8 import Reading, is_utf8

CELL = st.none() | st.sampled_from([" ", "\u3000\t", "\x1f", "«б»", "ї" * 9]) | st.text("аb \u2009\n", min_size=1)


def decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=30) | st.text(max_size=10).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_are_utf8_where_python_can_decode_them(data):
    assert is_utf8(data) == decodes(data)


@pytest.mark.parametrize(
    "data", [b"", b"\xed\xa0\x80", b"\xc0\x80", b"\xe0\x80\x80", b"\xf4\x90\x80\x80", b"\xd0", b"\xf5"]
)
def test_the_odd_bytes_of_the_standard_are_judged_as_python_judges_them(data):
    assert is_utf8(b"a," + data + b",b") == decodes(b"a," + data + b",b")


@given(st.text(max_size=20), st.integers(0, 20))
def test_the_head_of_a_text_is_its_first_characters(text, most):
    assert Reading(b"\xef\xbb\xbf" + text.encode(), "utf-8-sig", 3).head(most) == text[:most]


def test_every_white_space_begins_with_a_byte_that_may_begin_a_blank_cell():
    signs = pa.array([chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000])
    blank = signs.filter(pc.utf8_is_space(signs)).to_pylist()
    assert len(blank) > 20
    assert all(_MAY_BE_BLANK[sign.encode()[0]] for sign in blank)


@settings(deadline=None)
@given(st.lists(st.lists(CELL, min_size=1, max_size=12), min_size=1, max_size=5))
def test_batches_become_one_column_in_which_blank_cells_are_absent(parts):
    batches = [pa.record_batch({"c": pa.array(part, pa.large_string())}) for part in parts]
    cells = [cell for part in parts for cell in part]
    (column,) = gathered(batches, width=1, most=len(cells))
    column.validate(full=True)
    assert column.num_chunks == 1
    blank = pc.utf8_is_space(pa.array(cells, pa.large_string())).to_pylist()
    assert column.to_pylist() == [None if space else cell for cell, space in zip(cells, blank, strict=True)]


def test_more_records_than_lines_are_no_regular_file():
    batch = pa.record_batch({"c": pa.array(["а", "б"], pa.large_string())})
    assert gathered([batch], width=1, most=1) is None
    read = read_delimited(b"id,name\n1,\xd0\xb0\r2,\xd0\xb1\n", file="f")
    assert read.grid.height == 3


def test_a_marked_file_with_a_ragged_row_keeps_no_mark_in_its_first_name():
    read = read_delimited(b"\xef\xbb\xbfid,name\n1,a,x\n2,b\n", file="f")
    assert read.grid.head(1)[0][:2] == ["id", "name"]


def test_many_blocks_and_quotes_at_their_rims_read_as_python_reads_them(monkeypatch):
    monkeypatch.setattr(delimited, "_BLOCK", 4096)
    chosen = random.Random(3)
    cells = ["", "а", '"', 'сказав "так"', "а;б", "рядок\nрядок", " ", "ї" * 40, "12,5"]
    rows = [["id", "x", "y"], *([str(at), chosen.choice(cells), chosen.choice(cells)] for at in range(2_000))]
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=";").writerows(rows)
    read = read_delimited(sink.getvalue().encode(), file="f", delimiter=";")
    assert read.widths is None
    assert read.grid.head(3_000) == [[cell if cell.strip() else None for cell in row] for row in rows]


@pytest.mark.parametrize("text", ['a,b\n1,x"y\n', 'a,b\n1,"x"y\n', 'a,b\n1,x "y"\n'])
def test_a_quote_inside_a_cell_is_left_to_the_forgiving_reader(text):
    assert read_delimited(text.encode(), file="f").widths is not None


@pytest.mark.parametrize("text", ['"a",b\n1,"x""y"\n', 'a,"b"\r\n1,"x,y"\r\n', 'a,b\n1,""\n2,"z"'])
def test_quotes_that_open_close_or_are_doubled_are_regular(text):
    assert read_delimited(text.encode(), file="f").widths is None
