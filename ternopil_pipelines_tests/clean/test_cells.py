"""Asking the different values, or none where the bytes rule a pattern out, gives what asking every cell gives."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean import leftovers, suspicions
from ternopil_pipelines.clean.arrow import BLANKS, matches, trimmed
from ternopil_pipelines.clean.canonical import canonical
from ternopil_pipelines.clean.cells import Cells
from ternopil_pipelines.clean.fold import MIXED_PATTERN
from ternopil_pipelines_tests.clean.making import texts

ODD = (
    "#REF!", "####", "н/д", "Немає", "N/A", "-", "null", " 12 ", "12,5", "1 234", "007", "38211887.0", "03494410",
    "2026-01-02", "02.01.2026", "05/06/2026", "13/06/2026", "2026", "1,234", "5,0E+05", "10:30", "так", "https://te.ua",
    "Tернопіль", "об’єкт", "об'єкт", "Ð¢Ð", "???", "РІСѓР»", "a<br>b", "&amp;", "рядок\nрядок", "\u2028",
    "\u00a0", "0.5",
)  # fmt: skip
CELLS = st.lists(st.none() | st.sampled_from(ODD) | st.text(max_size=6), max_size=40).map(lambda each: texts(*each))
TYPES = ("string", "integer", "decimal", "boolean", "date", "dateTime", "time", "anyURL")
# Every pattern that is asked only where the bytes allow it, with what it was said to need.
GATED = (
    (MIXED_PATTERN, suspicions._LATIN, suspicions._CYRILLIC),
    (suspicions._BROKEN, suspicions._IN_BROKEN),
    (suspicions._BETWEEN.format(f"[{suspicions._APOSTROPHES}]"), suspicions._APOSTROPHES),
    (f"{suspicions._DATE}|{suspicions._FRACTION}", "-.,"),
    (leftovers._MARKUP, "&<"),
    (r"[\r\n\x{2028}]", "\r\n\u2028"),
    (leftovers._FORMULA_ERROR, "#"),
    (f"^[{BLANKS}]|[{BLANKS}]$", BLANKS),
)


def told(read):
    return [(each.code, each.cells.tolist()) for each in read.noticed if each.cells.any()]


@settings(deadline=None)
@given(CELLS)
def test_a_pattern_that_the_bytes_rule_out_fits_no_cell(array):
    for cells in (Cells.of(array), Cells.written_out(array)):
        for pattern, *needed in GATED:
            assert cells.matches(pattern, *needed).tolist() == matches(array, pattern).tolist(), pattern
            assert cells.any(pattern, *needed) == matches(array, pattern).any()


@settings(deadline=None)
@given(CELLS)
def test_the_bytes_met_are_those_of_the_cells(array):
    text = "".join(each for each in array.to_pylist() if each)
    for part in (array, pa.concat_arrays([texts("зайве"), array]).slice(1)):
        assert set(np.flatnonzero(Cells.written_out(part).bytes_met).tolist()) == set(text.encode())


@settings(deadline=None, max_examples=300)
@given(CELLS, st.sampled_from(TYPES), st.booleans())
def test_a_column_reads_the_same_by_its_values_and_cell_by_cell(array, kind, key):
    column = Column(name="code" if key else "назва", type=kind, key=key)
    by_value, by_cell = (
        canonical(cells, column, nulls=("null", "н/д"), zone="Europe/Kyiv", typed=True)
        for cells in (Cells.of(array), Cells.written_out(array))
    )
    assert by_value.cells.array.to_pylist() == by_cell.cells.array.to_pylist()
    assert by_value.tails == by_cell.tails
    assert told(by_value) == told(by_cell)


def test_a_long_column_of_few_values_is_kept_by_its_values_and_one_of_many_is_not():
    few, many = texts(*["так", "ні", None] * 10_000), pa.array(range(50_000), pa.int64()).cast(pa.large_string())
    assert Cells.of(few).values.to_pylist() == ["так", "ні", None]
    assert Cells.of(few).array is few
    assert Cells.of(many).codes is None


def test_what_each_value_became_every_cell_becomes():
    cells = Cells.of(texts(" а", "б", None, " а", "б"))
    mended = cells.holding(trimmed(cells.values))
    assert mended.array.to_pylist() == ["а", "б", None, "а", "б"]
    assert cells.every(matches(mended.values, "а")).tolist() == [True, False, False, True, False]
    assert cells.holding(cells.values) is cells


@pytest.mark.parametrize("proofs", [0, 1, 2, 3])
def test_how_often_an_order_of_day_and_month_is_met_decides_in_a_column_of_few_values_too(proofs):
    days, column = texts(*["13/06/2026"] * proofs, "05/06/2026"), Column(name="day", type="date")
    read = canonical(Cells.of(days), column, nulls=(), zone="Europe/Kyiv", typed=True)
    assert read.cells.array.to_pylist()[-1] == ("2026-06-05" if proofs == 3 else None)
    assert told(read) == told(canonical(Cells.written_out(days), column, nulls=(), zone="Europe/Kyiv", typed=True))
