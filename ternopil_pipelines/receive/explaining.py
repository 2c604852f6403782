"""Rows right under a header that say again what its columns are: labels, types, units of measure, their numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ternopil_pipelines.receive.body import ABSENT, Body, is_number
from ternopil_pipelines.receive.naming import fold

_EXPLAINING_ROWS = 3
_LOOKED_BEYOND = 5
_LABELS, _NUMBERS = "label-row-left-out", "numbering-row-left-out"
_TYPES = (
    "string text integer int bigint number numeric float double real decimal boolean bool date datetime timestamp "
    "time anyuri anyurl url uri varchar char рядок рядковий текст текстовий число числовий ціле дробове десяткове дата "
    "час і логічний посилання"
)
_TYPE_WORDS = frozenset(_TYPES.split())
_UNITS = (
    "осіб особи люд людей чол шт штук штуки од одиниць одиниці грн гривень тис млн млрд га кв куб м км см мм м² м³ км² "
    "м2 м3 км2 кг т тонн тонни л кл % відсотків відсоток років рік днів годин год хв квт мвт гкал пог місць у"
)
_UNIT_WORDS = frozenset(_UNITS.split())
# The line that programs and forums draw under a header of text.
_RULED = re.compile(r"[-=_+:|]{3,}")
# 4, 4а, гр. 4, (4), 4=2+3, 4 (2+3)
_ORDINAL = re.compile(r"\(?(?:гр(?:афа)?\.?\s*)?(\d{1,3})\)?[.а-яa-z]?(?:\s*[=(][\d\s+\-*/:хx().,%гр]*)?", re.I)


def explaining_rows(body: Body, known: Mapping[str, str]) -> dict[int, str]:
    """Row -> code. A row between the header and the numbers or types of the columns belongs to the header too."""
    reach = min(body.height, _EXPLAINING_ROWS + _LOOKED_BEYOND + 5)
    filled = [index for index in range(reach) if body.counts[index]]
    rows = [body.row(index) for index in filled[: _EXPLAINING_ROWS + _LOOKED_BEYOND]]
    found: list[str | None] = [
        _code(row, rows[at + 1 :], body, known) for at, row in enumerate(rows[:_EXPLAINING_ROWS])
    ]
    for at in range(len(found) - 1, 0, -1):
        above = rows[:at]
        if found[at] and _closes_a_header(rows[at]) and not any(is_number(cell) for row in above for cell in row):
            found[:at] = [code or _LABELS for code in found[:at]]
    left_out: dict[int, str] = {}
    for index, code in zip(filled, found, strict=False):
        if code is None:
            break
        left_out[index] = code
    return left_out


def _code(row: Sequence[str], later: Sequence[Sequence[str]], body: Body, known: Mapping[str, str]) -> str | None:
    said = [(name, cell) for name, cell in zip(body.names, row, strict=True) if cell]
    if numbers_columns([cell for _, cell in said]):
        # Three cells may be 1, 2, 3 by chance; then the next row is the second one.
        by_chance = len(said) < 5 and bool(later) and later[0][0].rstrip(".") == "2" and row[0].rstrip(".") == "1"
        return None if by_chance else _NUMBERS
    same = sum(1 for name, cell in said if name and (known.get(fold(cell)) or cell) == (known.get(fold(name)) or name))
    if same >= 2 and same >= 0.6 * len(said):
        return _LABELS
    if said and all(_RULED.fullmatch(cell) for _, cell in said):
        return _LABELS
    if _names_types([cell for _, cell in said]) or _says_no_value(row, later, body):
        return _LABELS
    return None


def _closes_a_header(row: Sequence[str]) -> bool:
    said = [cell for cell in row if cell]
    return numbers_columns(said) or _names_types(said)


def _names_types(cells: Sequence[str]) -> bool:
    words = [set(re.findall(r"[^\W\d_]+", cell.casefold())) for cell in cells]
    return len(cells) >= 2 and all(each and each <= _TYPE_WORDS for each in words)


def numbers_columns(cells: Sequence[str]) -> bool:
    """1 2 3 …, or as in statistical forms А Б 1 2 …, with 4 = 2 + 3 where a column is calculated."""
    lettered = 0
    while lettered < min(len(cells), 3) and cells[lettered].strip("(). ") in {"АБВ"[lettered], "ABC"[lettered]}:
        lettered += 1
    numbers = [found.group(1) if (found := _ORDINAL.fullmatch(cell)) else "" for cell in cells[lettered:]]
    return len(cells) >= 3 and len(numbers) >= 2 and numbers == [str(at + 1) for at in range(len(numbers))]


def _says_no_value(row: Sequence[str], later: Sequence[Sequence[str]], body: Body) -> bool:
    """Words where numbers and dates are declared and do stand in the rows that follow: units, or labels nobody
    declared. Labels name every column, each otherwise, and hold no number anywhere."""
    typed = [at for at in range(len(row)) if body.typed(at)]
    worded = [at for at in typed if row[at]]
    if not worded or any(re.search("[0-9]", row[at].translate(_NO_POWERS)) for at in worded):
        return False
    if any(not any(re.search("[0-9]", other[at]) for other in later) for at in worded):
        return False
    said = [cell for cell in row if cell]
    if all(_is_unit(cell) for cell in said):
        return True
    named = sum(1 for name in body.names if name)
    return (
        len(worded) >= 2
        and worded == typed
        and len(said) >= named
        and len({row[at] for at in worded}) == len(worded)
        and not any(is_number(cell) or ABSENT.match(cell) for cell in said)
    )


_NO_POWERS = {ord("²"): None, ord("³"): None, ord("2"): None, ord("3"): None}


def _is_unit(cell: str) -> bool:
    words = re.findall(r"[^\W_]+|%", cell.casefold())
    return bool(words) and all(word in _UNIT_WORDS for word in words)
