"""Patterns of sources.yaml are Python's, whichever engine looks first."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from ternopil_pipelines.clean.schema import _RE2_IS_STRICTER, _fullmatch

VALUES = ["1234567", "AB12", "x", "а.5", "б", None, "٣٣٣٣٣٣٣", "2020-01", "ab\n", "їжак", "a b", "", "a{1}", "[a]"]


@pytest.mark.parametrize(
    ("pattern", "quick"),
    [
        (r"\d{7}", True),
        (r"[A-Z]{2}\d+", True),
        (r"^\d{4}-\d{2}$", True),
        (r"\w+", True),
        (r"а\.5|б", True),
        (r"(?:a|\[)?.*", True),
        (r"(?=x).", False),
        (r"[^\w]+", False),
        (r"\bx", False),
        (r"\D+", False),
        (r"(?i)AB.*", False),
        (r"(а|б).*", False),
    ],
)
def test_a_pattern_fits_exactly_where_pythons_own_does(pattern: str, quick: bool) -> None:
    values = pd.Series(VALUES, dtype="str")
    fits = re.compile(pattern).fullmatch
    expected = [isinstance(value, str) and fits(value) is not None for value in VALUES]
    assert _fullmatch(values, pattern).tolist() == expected
    if quick:
        assert _RE2_IS_STRICTER.fullmatch(pattern)
    if pattern.startswith(("(?=", "[^", r"\b", r"\D", "(?i)")):
        assert not _RE2_IS_STRICTER.fullmatch(pattern)
