"""When two spellings are the same words: Unicode form, case, blanks, dashes, apostrophes, look-alike letters.

Used to recognise headers, to offer the canonical spelling of an allowed value and to count spellings. Folding is for
comparing only: nothing folded is ever published. It works on single texts; callers fold distinct values, not cells.
"""

from __future__ import annotations

import re
import unicodedata

# Cyrillic letters drawn like Latin ones. The published structures of Resolution 835 carry them inside Latin names
# (`legalActІd` with a Cyrillic І), typed on a keyboard in the wrong layout.
_TWINS = {
    "А": "A", "В": "B", "Е": "E", "І": "I", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P", "С": "C", "Т": "T",
    "У": "Y", "Х": "X", "Ї": "Ï", "Ѕ": "S", "Ј": "J",
    "а": "a", "е": "e", "і": "i", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "ї": "ï", "ѕ": "s", "ј": "j",
}  # fmt: skip
CYRILLIC_TWINS = "".join(_TWINS)
LATIN_TWINS = "".join(_TWINS.values())
_TO_LATIN = str.maketrans(_TWINS)
# A capital drawn alike stays its twin in lower case: «Hазва» with a Latin H is «назва».
_CASELESS = str.maketrans({**_TWINS, **dict(zip("вкмнт", "bkmht", strict=True))})
_TO_CYRILLIC = str.maketrans({latin: cyrillic for cyrillic, latin in _TWINS.items()})
_SAME = str.maketrans(
    dict.fromkeys("’ʼ‘`´ʹ′", "'") | dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("«»“”„‟", '"') | {"\u00ad": ""}
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_BLANKS = re.compile(r"\s+")
_NO_WORD = re.compile(r"[\W_]+")
_MIXED = re.compile(r"[A-Za-z][А-Яа-яҐґЄєІіЇї]|[А-Яа-яҐґЄєІіЇї][A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+")
# The same test for a whole column, in RE2's words.
MIXED_PATTERN = _MIXED.pattern


def tidy(text: str) -> str:
    """NFC, no invisible characters, runs of blanks as one space, outer ones gone."""
    return _BLANKS.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def fold(text: str) -> str:
    """One key for all spellings that a reader takes for the same words; blanks inside are kept as one."""
    return tidy(text).translate(_SAME).casefold().translate(_CASELESS)


def letters(text: str) -> str:
    """`fold` without blanks and punctuation: `address post name` is addressPostName, `Не використано` Невикористано."""
    return _NO_WORD.sub("", fold(text)) or fold(text)


def to_latin(text: str) -> str:
    return text.translate(_TO_LATIN)


def mixed_word(text: str) -> tuple[str, str] | None:
    """The first word written in two alphabets by mistake and its likely spelling: every letter of the rarer alphabet
    in it is a twin of one in the other. `Wi-Fi`, `3D` and `USB-кабель` are no such words."""
    for word in _WORD.findall(text):
        if not _MIXED.search(word):
            continue
        latin = [letter for letter in word if letter.isascii()]
        cyrillic = [letter for letter in word if not letter.isascii()]
        if all(letter in LATIN_TWINS for letter in latin) and len(latin) <= len(cyrillic):
            return word, word.translate(_TO_CYRILLIC)
        if all(letter in CYRILLIC_TWINS for letter in cyrillic):
            return word, word.translate(_TO_LATIN)
        if all(letter in LATIN_TWINS for letter in latin):
            return word, word.translate(_TO_CYRILLIC)
    return None
