"""A table's columns as a pandera schema: our own small builder, and its failures as (check, column, row).

Everything the structure itself demands: presence, key, uniqueness, allowed values, pattern, range. It validates the
typed table lazily, all checks at once. Each check is named by the code its failures are reported under. pandera's own
reader of Table Schema files is not used: it needs frictionless and loses types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pandera.pandas as pandera
from pandera.errors import SchemaErrors

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import array_of, each_distinct, matches, present, under
from ternopil_pipelines.clean.typed import DTYPES, typed_column

# Literals, groups, classes that negate nothing, quantifiers, and the shorthands of which RE2 knows ASCII only.
_RE2_IS_STRICTER = re.compile(
    r"(?:[^\\\[(?*+{]|\(\?:|\((?!\?)|\\[dws.\-+*?()\[\]{}|/^$\\]|\[(?!\^|:)(?:[^\]\[\\]|\\[dws.\-\]\[\\/])+\]"
    r"|[?*+](?![+?])|\{\d{1,3}(?:,\d{0,3})?\}(?![+?]))*"
)
_CODES = {
    "not_nullable": "value-missing",
    "field_uniqueness": "value-repeated",
    "multiple_fields_uniqueness": "key-repeated",
}


def schema(columns: tuple[Column, ...]) -> pandera.DataFrameSchema:
    keys = [column.name for column in columns if column.key]
    return pandera.DataFrameSchema(
        {column.name: _column(column, alone=keys == [column.name]) for column in columns},
        unique=keys if len(keys) > 1 else None,
        report_duplicates="exclude_first",
        strict=True,
    )


def failures(table: pd.DataFrame, columns: tuple[Column, ...]) -> Iterator[tuple[str, str, np.ndarray]]:
    """(code, column, rows) for every check that failed; rows are positions in the table, ascending."""
    try:
        schema(columns).validate(table, lazy=True, inplace=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        keys = [column.name for column in columns if column.key]
        for (check, column), found in cases.groupby(["check", "column"], sort=False):
            name = str(check)
            code = _CODES.get(name, name)
            rows = np.unique(found["index"].dropna().to_numpy(dtype=np.int64))
            if code == "value-repeated" and keys == [column]:
                code = "key-repeated"
            if code != "key-repeated" or len(keys) < 2 or column == keys[0]:
                yield code, str(column), rows


def demanded(column: Column) -> bool:
    """May no cell be absent? An official structure that lets `null` stand for an absent value has its say."""
    return column.key or (column.required and not column.null_word)


def _column(column: Column, *, alone: bool) -> pandera.Column:
    return pandera.Column(
        DTYPES.get(column.type, "str"),
        nullable=not demanded(column),
        unique=column.unique or alone,
        report_duplicates="exclude_first",
        checks=list(_checks(column)),
    )


def _checks(column: Column) -> Iterator[pandera.Check]:
    if column.allowed:
        allowed = typed_column(pd.Series(list(column.allowed), dtype="str"), column)
        yield _named(pandera.Check(lambda values: values.isin(allowed)), "value-not-allowed")
    if column.pattern is not None and column.type not in DTYPES:
        yield _named(pandera.Check(lambda values: _fullmatch(values, str(column.pattern))), "pattern-broken")
    if column.minimum is not None:
        least = _bound(column.minimum, column)
        yield _named(pandera.Check(lambda values: values >= least), "below-minimum")
    if column.maximum is not None:
        most = _bound(column.maximum, column)
        yield _named(pandera.Check(lambda values: values <= most), "above-maximum")


def _fullmatch(values: pd.Series, pattern: str) -> pd.Series:
    """Python's own `re`, as sources.yaml promises: RE2 knows no look-ahead. What RE2 lets pass, where it is the
    stricter of the two, needs no second look: 100,000 distinct codes then cost 10 ms instead of 800."""
    array = array_of(values)
    good = matches(array, rf"\A(?:{pattern})\z") if _RE2_IS_STRICTER.fullmatch(pattern) else np.zeros(len(array), bool)
    rest = present(array) & ~good
    if rest.any():
        fits = re.compile(pattern).fullmatch
        good[rest] = present(each_distinct(under(array, rest), lambda text: text if fits(text) else None))
    return pd.Series(good, index=values.index)


def _named(check: pandera.Check, code: str) -> pandera.Check:
    check.name = check.error = code
    return check


def _bound(bound: float | str, column: Column) -> object:
    if column.type in {"integer", "decimal"}:
        return float(bound)
    return typed_column(pd.Series([str(bound)], dtype="str"), column).iloc[0]
