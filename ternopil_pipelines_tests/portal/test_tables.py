"""Types, names and rows of a DataStore table, without a portal."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pyarrow.csv
import pytest

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.datastore import MARK, Rows, TableState, field_id, look
from ternopil_pipelines.portal.datastore_sql import csv_of
from ternopil_pipelines_tests.portal.making import COLUMNS, cells


def rows_of(kind: str, *values: str | None) -> Rows:
    column = Column(name="c", type=kind)  # type: ignore[arg-type]
    return Rows.of(pd.DataFrame({"c": list(values)}, dtype="str"), (column,), sha256="a" * 64)


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("integer", ("1", None, "-2147483647"), "int4"),
        ("integer", ("2147483648",), "int8"),
        ("integer", ("-9223372036854775809",), "numeric"),
        ("integer", (), "int4"),
        ("decimal", ("1.10",), "numeric"),
        ("boolean", ("true",), "bool"),
        ("date", ("2024-05-01",), "date"),
        ("dateTime", ("2024-05-01T09:00",), "timestamp"),
        ("time", ("09:00", "23:59:59"), "time"),
        ("time", ("09:00", "24:10"), "text"),
        ("string", ("007",), "text"),
        ("anyURL", ("https://x.ua",), "text"),
    ],
)
def test_a_column_gets_its_declared_type(kind: str, values: tuple[str | None, ...], expected: str) -> None:
    assert rows_of(kind, *values).fields[0]["type"] == expected


def test_missing_cells_are_null_and_text_stays_as_written() -> None:
    assert rows_of("string", "007", None, "null", "").records() == [{"c": "007"}, {"c": None}, {"c": "null"}, {"c": ""}]


def test_names_the_datastore_refuses_are_made_fit_and_stay_apart() -> None:
    assert field_id("_hidden") == "hidden"
    assert field_id('a "b" c') == "a 'b' c"
    first, second = ("назва " * 10 + ending for ending in ("один", "два"))
    assert field_id(first) != field_id(second)
    assert len(field_id(first).encode()) <= 63
    assert field_id("п" * 31) == "п" * 31


def test_the_mark_stands_in_the_first_columns_dictionary_only() -> None:
    rows = Rows.of(cells(3, "v1"), COLUMNS, sha256="b" * 64)
    marked = rows.marked_fields(rows.sha256)
    assert [field["info"].get(MARK) for field in marked] == ["b" * 64] + [None] * (len(COLUMNS) - 1)
    assert MARK not in rows.marked_fields(None)[0]["info"]
    assert MARK not in rows.fields[0]["info"]


def test_a_table_is_the_editions_only_with_its_mark_count_and_columns() -> None:
    fields = tuple((column.name, "text") for column in COLUMNS)
    state = TableState(fields=fields, count=3, mark="b" * 64, infos=({},) * len(fields))
    assert state.holds(sha256="b" * 64, count=3, columns=COLUMNS)
    assert not state.holds(sha256="c" * 64, count=3, columns=COLUMNS)
    assert not state.holds(sha256="b" * 64, count=4, columns=COLUMNS)
    assert not state.holds(sha256="b" * 64, count=3, columns=COLUMNS[:-1])


def test_rows_for_copy_tell_a_missing_cell_from_an_empty_text() -> None:
    awkward = rows_of("string", 'a "quoted", cell', None, "two\nlines", "")
    text = csv_of(awkward).getvalue().decode()
    assert text == '"a ""quoted"", cell"\n\n"two\nlines"\n""\n'
    read = pyarrow.csv.read_csv(io.BytesIO(csv_of(rows_of("string", "x", "y")).getvalue()))
    assert read.num_rows == 1


class Racing(PortalClient):
    """A portal on which the table is made while it is asked for: CKAN 2.12 refuses that one question."""

    def __init__(self, refusals: int) -> None:
        super().__init__("http://127.0.0.1:1", None)
        self.refusals = refusals

    def read(self, action: str, *, anonymous: bool = False, **parameters: Any) -> Any:
        self.refusals -= 1
        if self.refusals >= 0:
            raise PortalRefused('datastore_info: {"message": "Missing id, can not get Resource object"}')
        return {"fields": [{"id": "_id", "type": "int"}, {"id": "a", "type": "text"}], "meta": {"count": 3}}


def test_a_table_made_while_it_is_asked_for_is_asked_for_again_and_a_refusal_that_stays_is_told() -> None:
    assert look(Racing(1), "r") == TableState((("a", "text"),), 3, None, ({},))
    with pytest.raises(PortalRefused, match="Missing id"):
        look(Racing(2), "r")
