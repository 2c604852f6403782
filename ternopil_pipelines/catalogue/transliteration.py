"""Ukrainian text in Latin letters, by the table of the Cabinet of Ministers' resolution № 55 of 27.01.2010.

For names of files and addresses: CKAN drops every letter that is not ASCII (`дані 2024.csv` becomes `-2024.csv`).
What people read stays Ukrainian and never passes here.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "y",
    "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu",
    "я": "ia",
}  # fmt: skip
_AT_START = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
# Not in the resolution, but met in names: the four Russian letters, read as their nearest neighbours.
_FOREIGN = {"ё": "io", "ъ": "", "ы": "y", "э": "e"}
_APOSTROPHES = "'’ʼ‘`´ʹ＇"
# An apostrophe is a letter's only between two letters; elsewhere it is a quotation mark and stays.
_WORD = re.compile(rf"[^\W\d_]+(?:[{_APOSTROPHES}][^\W\d_]+)*")
_LONGEST_SLUG = 80


def transliterate(text: str) -> str:
    """`text` with its Ukrainian letters in Latin ones; everything else as it stands."""
    return _WORD.sub(lambda word: _word(word.group()), unicodedata.normalize("NFC", text))


def file_slug(text: str) -> str:
    """`text` as Latin small letters, digits and single dashes; never empty, never longer than 80.

    Where nothing Latin is left, or the text was cut, a short hash of the text keeps two different texts apart.
    """
    latin = transliterate(text).lower()
    latin = "".join(_FOREIGN.get(letter, letter) for letter in latin)
    latin = unicodedata.normalize("NFKD", latin)
    latin = "".join(letter for letter in latin if not unicodedata.combining(letter))
    slug = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")
    if slug and len(slug) <= _LONGEST_SLUG:
        return slug
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    kept = slug[: _LONGEST_SLUG - len(mark) - 1].rstrip("-")
    return f"{kept}-{mark}" if kept else f"x-{mark}"


def _word(word: str) -> str:
    letters = [letter for letter in word if letter not in _APOSTROPHES]
    whole_upper = len(letters) > 1 and all(letter.isupper() for letter in letters)
    written = []
    for position, letter in enumerate(letters):
        small = letter.lower()
        latin = _AT_START.get(small) if position == 0 else None
        if latin is None:
            latin = _LETTERS.get(small)
        if latin is None:
            written.append(letter)
            continue
        # "зг" is "zgh", so that it is not read as "ж" (zh).
        if small == "г" and position and letters[position - 1].lower() == "з":
            latin = "gh"
        if letter.isupper():
            latin = latin.upper() if whole_upper else latin.capitalize()
        written.append(latin)
    return "".join(written)
