"""When two names of columns are the same name: `fold` is the one answer for headers found here and matched later.

The published structures carry blanks, line ends and Cyrillic letters that look Latin (`legalActІd`); departments add
capitals, stray full stops and curly apostrophes. Folding forgets all of that on both sides; the official spelling is
what gets published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from ternopil_pipelines.catalogue.columns import Column

# Cyrillic letters that a keyboard in the wrong layout puts into Latin names; both sides are folded, so that a purely
# Cyrillic label still equals itself.
_LOOK_ALIKE = str.maketrans("авсенікмортхујѕԁ", "abcehikmoptxyjsd", "\u00ad\u200b\u200c\u200d\u2060\ufeff")
_APOSTROPHE = re.compile(r"[’ʼ‘`´′]")
_BLANKS = re.compile(r"[\s\u00a0_]+")
_RIM = " .,:;*\"'«»“”"


def fold(name: str) -> str:
    """`name` as compared: NFKC, one case, blanks and underscores as one blank, look-alike letters as one."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    plain = _APOSTROPHE.sub("'", plain)
    return _BLANKS.sub(" ", plain).translate(_LOOK_ALIKE).strip(_RIM)


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
