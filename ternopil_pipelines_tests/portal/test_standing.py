"""Which rows are written to make a table the file's: applied to a table of the tests' own."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.portal import datastore
from ternopil_pipelines.portal.datastore import Rows, TableState
from ternopil_pipelines.portal.shown import Shown, shown_of
from ternopil_pipelines.portal.standing import Difference, compared

KEYED = (Column(name="key", type="string", key=True), Column(name="value", type="string"))
KEYLESS = (Column(name="key", type="string"), Column(name="value", type="string"))
ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz")), max_size=12)
Table = dict[int, tuple[str, str]]


def rows_of(rows: list[tuple[str, str]], columns: tuple[Column, ...] = KEYED) -> Rows:
    return Rows.of(pd.DataFrame(rows, columns=["key", "value"], dtype="str"), columns, sha256="a" * 64)


def state_of(count: int, mark: str | None = "b" * 64) -> TableState:
    return TableState((("key", "text"), ("value", "text")), count, mark, ({}, {}))


def of(table: Table, rows: list[tuple[str, str]], columns: tuple[Column, ...] = KEYED) -> Difference:
    plain = shown_of(rows_of(list(table.values()), columns))
    return compared(state_of(len(table)), Shown(list(table), plain.rows, plain.keys), rows_of(rows, columns))


def applied(difference: Difference, table: Table, rows: list[tuple[str, str]]) -> Table:
    after = {number: row for number, row in table.items() if number not in difference.gone}
    for number, place in difference.changed:
        assert number in after
        after[number] = rows[place]
    for number, place in difference.added:
        assert number not in table
        after[number] = rows[place]
    return dict(sorted(after.items()))


@pytest.fixture(scope="module", params=[0, 100])
def in_order(request: pytest.FixtureRequest) -> int:
    """Up to how many rows the file's order is kept."""
    return int(request.param)


@given(before=ROWS, after=ROWS, gaps=st.lists(st.integers(1, 3), min_size=12, max_size=12), keyed=st.booleans())
def test_the_rows_written_make_any_table_the_files(
    in_order: int,
    before: list[tuple[str, str]],
    after: list[tuple[str, str]],
    gaps: list[int],
    keyed: bool,
) -> None:
    table = {sum(gaps[: place + 1]): row for place, row in enumerate(before)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datastore, "IN_ORDER", in_order)
        found = of(table, after, KEYED if keyed else KEYLESS)
    made = list(applied(found, table, after).values())
    assert made == after if in_order else sorted(made) == sorted(after)
    assert bool(len(found)) == (before != after if in_order else sorted(before) != sorted(after))


@pytest.mark.parametrize(
    ("after", "written"),
    [
        ("abcd", 0),
        ("abcde", 1),
        ("xabcd", 1),
        ("bcda", 0),
        ("bcd", 1),
        ("xbcd", 1),
        ("wxyz", 4),
        ("abxcd", 1),
        ("abdc", 0),
    ],
)
def test_in_a_long_table_only_what_came_changed_or_went_is_written(
    after: str, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datastore, "IN_ORDER", 0)
    table: Table = {number: (letter, "") for number, letter in enumerate("abcd", 1)}
    found = of(table, [(letter, "") for letter in after])
    assert len(found) == written


def test_a_record_that_changed_keeps_its_number_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datastore, "IN_ORDER", 0)
    table: Table = {number: (letter, "old") for number, letter in enumerate("abcdef", 1)}
    after = [("f", "new"), ("x", "new"), ("a", "old"), ("c", "new"), ("d", "old"), ("e", "old")]
    found = of(table, after)
    assert applied(found, table, after) == {
        1: ("a", "old"), 2: ("x", "new"), 3: ("c", "new"), 4: ("d", "old"), 5: ("e", "old"), 6: ("f", "new"),
    }  # fmt: skip
    assert len(found) == 3


def test_equal_rows_are_counted_not_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datastore, "IN_ORDER", 0)
    table: Table = {1: ("a", ""), 2: ("a", ""), 3: ("b", "")}
    found = of(table, [("b", ""), ("a", "")])
    assert (found.changed, found.added, found.gone) == ((), (), (2,))


def test_of_a_table_without_a_mark_every_row_is_written() -> None:
    rows = rows_of([("a", ""), ("b", "")])
    plain = shown_of(rows)
    found = compared(state_of(2, mark=None), Shown([1, 2], plain.rows, plain.keys), rows)
    assert found.changed == ((1, 0), (2, 1))
