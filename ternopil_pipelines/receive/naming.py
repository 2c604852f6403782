"""When two names of columns are the same name: `fold` is the one answer for headers found here and matched later.

The published structures carry blanks, line ends and Cyrillic letters that look Latin (`legalActІd`); departments add
capitals, stray full stops and curly apostrophes. Folding forgets all of that on both sides; the official spelling is
what gets published. Which column is which in doubt is settled by the cleaning, more carefully.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from ternopil_pipelines.catalogue.columns import Column

# Cyrillic letters drawn like Latin ones, from a keyboard in the wrong layout; both sides are folded, so that a purely
# Cyrillic label still equals itself.
_TWINS = str.maketrans("авеікмнорстухїѕј", "abeikmhopctyxïsj")
_NO_WORD = re.compile(r"[\W_]+")
_BLANKS = re.compile(r"\s+")


def fold(name: str) -> str:
    """`name` as compared: one Unicode form, one case, look-alike letters as one, letters and digits alone."""
    plain = unicodedata.normalize("NFKC", name).casefold().translate(_TWINS)
    return _NO_WORD.sub("", plain) or _BLANKS.sub("", plain)


def folded_names(columns: Iterable[Column], aliases: Mapping[str, str]) -> dict[str, str]:
    """Folded spelling -> declared name: the name itself before labels, labels before aliases."""
    declared = tuple(columns)
    known: dict[str, str] = {}
    for column in declared:
        known.setdefault(fold(column.name), column.name)
    for header, name in aliases.items():
        known.setdefault(fold(header), name)
    for column in declared:
        for spelling in (column.label or "", *column.aliases):
            if fold(spelling):
                known.setdefault(fold(spelling), column.name)
    known.pop("", None)
    return known
