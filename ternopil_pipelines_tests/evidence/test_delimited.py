from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.evidence.delimited import plain_csv, read_csv, write_csv
from ternopil_pipelines.faults import EvidenceBroken
from ternopil_pipelines_tests.evidence.making import COLUMNS, ROWS, cleaned, many


def _written(**options: bool) -> bytes:
    out = io.BytesIO()
    write_csv(cleaned(), out, **options)
    return out.getvalue()


def test_official_columns_write_the_word_null_and_own_columns_nothing() -> None:
    rows = list(csv.DictReader(io.StringIO(_written().decode(), newline="")))
    assert (rows[1]["code"], rows[1]["lon"]) == ("null", "null")
    assert (rows[1]["cost"], rows[2]["active"]) == ("", "")


def test_the_file_is_utf8_with_commas_line_feeds_and_quotes_only_where_needed() -> None:
    lines = _written().split(b"\n")
    assert lines[0] == ",".join(column.name for column in COLUMNS).encode()
    assert lines[1].decode() == "1,Зупинка «Центр»,00034334,1250.10,2024-05-01,2024-05-01T10:00,true,49.553,25.594"
    assert b'"\xd0\xbb\xd0\xb0\xd0\xbf\xd0\xba\xd0\xb8 "" ' in lines[2]
    assert b"\r" not in _written()
    assert _written().endswith(b"\n")


def test_any_reader_of_csv_finds_the_cells_that_were_cleaned() -> None:
    rows = list(csv.reader(io.StringIO(_written(null_word=False).decode(), newline="")))[1:]
    assert rows == [[cell or "" for cell in row] for row in ROWS]


def test_the_table_reads_back_as_it_was() -> None:
    table = cleaned(tuple(row[:2] + (None,) + row[3:] if row[2] == "null" else row for row in ROWS))
    out = io.BytesIO()
    write_csv(table, out)
    pd.testing.assert_frame_equal(read_csv(io.BytesIO(out.getvalue()), table.columns), table.text)


def test_more_rows_than_one_slice_read_back_in_order() -> None:
    table = many(60_001)
    out = io.BytesIO()
    write_csv(table, out)
    pd.testing.assert_frame_equal(read_csv(io.BytesIO(out.getvalue()), table.columns), table.text)


@pytest.mark.parametrize("official", [True, False])
def test_a_lone_column_keeps_its_empty_rows(official: bool) -> None:
    columns = (Column(name="only", type="string", official=official),)
    table = cleaned((("a",), (None,), ("b",)), columns)
    out = io.BytesIO()
    write_csv(table, out)
    pd.testing.assert_frame_equal(read_csv(io.BytesIO(out.getvalue()), columns), table.text)


def test_a_table_without_rows_reads_back_with_its_columns() -> None:
    table = cleaned(())
    out = io.BytesIO()
    write_csv(table, out)
    back = read_csv(io.BytesIO(out.getvalue()), table.columns)
    assert (len(back), list(back.columns)) == (0, [column.name for column in COLUMNS])


def test_columns_other_than_the_editions_are_broken_evidence() -> None:
    with pytest.raises(EvidenceBroken, match="other columns"):
        read_csv(io.BytesIO(_written()), COLUMNS[:3])


def test_a_small_table_is_quoted_the_same_way() -> None:
    assert plain_csv([("a", "b"), ("1,2", 'x"y')]) == b'a,b\n"1,2","x""y"\n'
