"""Text that a spreadsheet would run: `=cmd|…` in a cell of an open table is an attack on whoever downloads it.

The portal's own dump does not escape, so escaping our file would protect half of the readers: the data are judged
instead, and a person decides. A number, a phone, a dash that is a bullet, a range or an absent value begin with the
same signs and are no formula. Only text cells are looked at; a typed number cannot be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from ternopil_pipelines.clean.arrow import BLANKS, matches
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding

_BLANK = r"[\x{00}-\x{20}\x{A0}\x{2000}-\x{200D}\x{202F}\x{2060}\x{FEFF}\x{AD}]"
_SIGN = r"[=+\-@＝＋－＠]"
# What Arrow looks for over a whole column; the few cells found are then read one by one. After an opening quote, a line
# end or a separator a formula begins a cell too, when the file is opened with another separator or pasted.
CANDIDATE = (
    rf"^(?:{_BLANK}|['\"`’“„«]){{0,40}}{_SIGN}"
    rf"|[\t\r\n;,|]{_BLANK}*['\"]?{_SIGN}"
    r"|^[\t\r\x{0B}\x{0C}]"
    r"|(?i)\b(?:cmd|powershell|mshta|rundll32|msexcel|regsvr32|dde|calc)\s*\|"
)
_PARTS = re.compile(r"[\t\r\n;|]|,(?=\s*['\"]?[=@＝＠])")
_OPENING = BLANKS + "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f'\"`’“„«"
_FULL = str.maketrans("＝＋－＠", "=+-@")

_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f']\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
_UNIT = r"[ \u00a0]?(?:[%‰°℃]|[А-Яа-яҐґЄєІіЇї°A-Za-z²³./%]{1,12}\.?)?"
_NEVER = re.compile(
    rf"""
    [+-]{{1,3}}[\s+/-]*                                              # a lone dash or plus: absent, yes, no
  | [+-][ \u00a0]?(?:{_NUMBER}){_UNIT}                               # -5, +3,5 %, -12 °C
  | [+-]?(?:{_NUMBER}){_UNIT}[ \u00a0]?(?:…|\.\.\.?|–|—|-|до|÷|/)[ \u00a0]?[+-]?(?:{_NUMBER}){_UNIT}   # -5…+10
    """,
    re.X,
)
_PHONE = re.compile(r"\+\d{1,3}[\s\d()\u00a0-]{6,20}(?:\s?\(?(?:вн|дод|доб)\.?\s?\d{1,5}\)?)?")
# A bullet: a dash and words. What calls, pipes, refers to another sheet or computes is no bullet.
_BULLET = re.compile(r"[-–—]\s*(?:[«\"„(]?[А-Яа-яҐґЄєІіЇї№]|\s[«\"„(]?[A-Za-z\d])")
_WORKS = re.compile(r"[A-Za-zА-Яа-яІіЇїЄєҐґ]\(|[|!=]|\$?[A-Z]{1,3}\$?\d+[:+*/-]|\d[+*^]\d|:\\|\\\\")
_SHORT_WORD = re.compile(r"\+\s?(?:[А-Яа-яҐґЄєІіЇї]{1,20})")


_PIPE = re.compile(r"(?i)\b(?:cmd|powershell|mshta|rundll32|msexcel|regsvr32|dde)\s*\|\s*['\"\s/]")


def is_formula(text: str) -> bool:
    """Would a spreadsheet run this text, or a part of it that begins a cell of its own?"""
    if _PIPE.search(text):
        return True
    parts = _PARTS.split(text)
    first = _harmful(parts[0].translate(_FULL))
    return first or any(_harmful_inside(part.translate(_FULL)) for part in parts[1:])


def _harmful(part: str) -> bool:
    bare = part.strip(_OPENING)
    if not bare or bare[0] not in "=+-@":
        return False
    if bare[0] in "=@":
        return True
    if _NEVER.fullmatch(bare) or _SHORT_WORD.fullmatch(bare):
        return False
    if bare[0] == "+":
        numbers = [each.strip(_OPENING) for each in re.split(r"[,;/]| або ", bare)]
        return not all(_PHONE.fullmatch(each) for each in numbers if each)
    return not (_BULLET.match(bare) and not _WORKS.search(bare))


def _harmful_inside(part: str) -> bool:
    """Past the beginning of the cell a sign alone is ordinary text (`прим.; -5`): it must also do something."""
    bare = part.strip(_OPENING)
    return _harmful(part) and (bare[0] in "=@" or _WORKS.search(bare) is not None)


def formulas(array: pa.Array) -> np.ndarray:
    """Positions of the cells that are formulas."""
    candidates = np.flatnonzero(matches(array, CANDIDATE))
    guilty = [place for place in candidates.tolist() if is_formula(array[place].as_py())]
    return np.array(guilty, dtype=np.int64)


def in_passport(texts: dict[str, str]) -> Iterator[Finding]:
    for place, text in texts.items():
        if is_formula(text):
            yield finding("formula-in-passport", place=place)
