"""Codes that a spreadsheet kept as numbers: `38211887.0` is 38211887 where nothing else can be meant."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import Mask, matches, present, replaced, under
from ternopil_pipelines.clean.rules import rule_of
from ternopil_pipelines.clean.suspicions import is_code

_CODE_RULES = frozenset({"edrpou", "organization-id", "post-code"})


def without_tails(text: pa.Array, column: Column) -> tuple[pa.Array, Mask]:
    """Proved by a rule that knows no fraction, or by a column named as a code in which everything is a whole number
    (a version `2.0` among `2.1` is left alone)."""
    if not (rule_of(column) in _CODE_RULES or is_code(column)):
        return text, np.zeros(len(text), bool)
    tails = matches(text, r"^\d+\.0+$")
    whole = present(text) & ~matches(text, r"^\d+(?:\.0+)?$")
    if not tails.any() or (rule_of(column) not in _CODE_RULES and whole.any()):
        return text, np.zeros(len(text), bool)
    bare = pc.replace_substring_regex(under(text, tails), pattern=r"\.0+$", replacement="")
    return replaced(text, tails, bare), tails
