"""What no structure forbids and yet is probably wrong: the looks of a whole column, not the rule of a cell.

Spellings of one value, letters of two alphabets in a word, wrecked letters, codes a spreadsheet took for numbers or
dates, a zero among amounts, gaps in a full column. Each detector looks at one column; the share of cells decides
whether something is a slip or the column's habit. Nothing is changed here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from string import ascii_letters

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import BLANKS, matches, present, under
from ternopil_pipelines.clean.cells import Cells
from ternopil_pipelines.clean.dates import date
from ternopil_pipelines.clean.fold import MIXED_PATTERN, fold, letters, mixed_word
from ternopil_pipelines.clean.notebook import Notebook
from ternopil_pipelines.clean.numbers import DOUBTFUL_COMMA, decimal
from ternopil_pipelines.clean.reading import Noticed
from ternopil_pipelines.clean.rules import edrpou_valid, lost_zeros, rule_of
from ternopil_pipelines.findings.finding import Severity
from ternopil_pipelines.findings.masking import mask

# A column of at most this many different texts, each met three times on average, is a list of values, not prose.
_MOST_VALUES = 300
_SPELLINGS_SHOWN = 12
# Below this share an empty cell or a zero is a slip; above it the column lives with them.
_FEW = 0.2
_RARE = 0.01
_APOSTROPHES = "'’ʼ`\"*"
_BETWEEN = "(?i)[бвгґджзйклмнпрстфхцчшщ]{}[єїюя]"
_MONEY = ("amount", "sum", "cost", "price", "value", "вартість", "сума", "ціна", "кошти", "обсяг")
_CODE_NAME = re.compile(
    r"(?:^|[a-z\d]|_)(?:Id|ID|Uid|UID|Code|CODE|Identifier|Number)$|(?:^|_)(?:id|uid|code|identifier|number)$"
)
_CODE_LABEL = re.compile(r"(?i)^(?:код|ідентифікатор|номер|шифр)\b|єдрпоу|катоттг")
_NEARLY_ALL = 0.8
# Rows from the top in which a habit of writing numbers shows itself.
_LOOKED_AT = 2_000
_DATE = r"^\d{4}-\d{2}-\d{2}$|^\d{1,2}\.\d{1,2}\.\d{4}$"
_FRACTION = r"^\d+[.,]\d+$"
_LATIN = ascii_letters
_CYRILLIC = "".join(chr(code) for code in range(0x400, 0x500))
_IN_BROKEN = "?\ufffdÐÑРСÂп"
_BROKEN = "\ufffd|Ð[\u0080-¿]|Ñ[\u0080-¿]|Р[\u0098-Ÿ°±µ»]Р|С[\u0080-Ÿ‚ѓ]Р|\\?{3,}|Âп|пїЅ"


def examine_text(raw: pa.Array, cells: Cells, column: Column, book: Notebook) -> None:
    """`raw`: as received; `cells`: canonical."""
    if not column.allowed and cells.codes is not None:
        spellings(raw, cells, column, book)
    mixed = cells.matches(MIXED_PATTERN, _LATIN, _CYRILLIC)
    if mixed.any():
        _mixed(cells.array, mixed, column, book)
    book.cells("letters-broken", column, cells.matches(_BROKEN, _IN_BROKEN), given=cells.array)
    if cells.any(_BETWEEN.format(f"[{_APOSTROPHES}]"), _APOSTROPHES):
        _apostrophes(cells, column, book)
    if cells.any(f"{_DATE}|{_FRACTION}", "-.,"):
        strangers(cells, column, book)
    if is_code(column):
        book.cells("code-exponent", column, cells.matches(r"^\d[.,]\d+[eEЕ]\+\d{1,2}$", "+"), given=cells.array)
        dated = cells.matches(r"^\d{4}-\d{2}-\d{2}(?:T00:00(?::00)?| 00:00:00)?$", "-")
        book.cells("code-as-date", column, dated, given=cells.array)
        _uneven(cells, column, book)


def is_code(column: Column) -> bool:
    """Does the column's name say that it holds a code?"""
    return column.key or bool(_CODE_NAME.search(column.name) or _CODE_LABEL.search(column.label or ""))


def spellings(raw: pa.Array, cells: Cells, column: Column, book: Notebook) -> None:
    """Values that differ by case, blanks, dashes, apostrophes or look-alike letters only. Outer blanks alone (mended
    anyway) are no second spelling, but where there is one they are counted among the spellings met."""
    values = cells.values.drop_null().unique()
    if not 1 < len(values) <= _MOST_VALUES or len(cells.array) < 3 * len(values):
        return
    groups: dict[str, list[str]] = defaultdict(list)
    for value in values.to_pylist():
        groups[_same(value)].append(value)
    several = {key: found for key, found in groups.items() if len(found) > 1}
    if not several:
        return
    met: dict[str, list[str]] = defaultdict(list)
    counts: dict[str, int] = {}
    for entry in pc.value_counts(raw.filter(pa.array(cells.present()))).to_pylist():
        key = _same(entry["values"].strip(BLANKS))
        if key in several:
            met[key].append(entry["values"])
            counts[entry["values"]] = entry["counts"]
    total = sum(len(found) for found in met.values())
    hidden = column.personal is not None
    lines = [
        " / ".join(
            f"«{mask(each, personal=hidden)}» {counts[each]}"
            for each in sorted(found, key=lambda it: -counts[it])[:_SPELLINGS_SHOWN]
        )
        for found in met.values()
    ]
    shown = "; ".join(lines[:_SPELLINGS_SHOWN]) + ("; …" if len(lines) > _SPELLINGS_SHOWN else "")
    book.column("spelling-variants", column, total, values=len(met), variants=shown)


def _same(value: str) -> str:
    """Between digits punctuation means something: house 3/4 is not house 34."""
    return fold(value).replace(" ", "") if any(letter.isdigit() for letter in value) else letters(value)


def strangers(cells: Cells, column: Column, book: Notebook) -> None:
    """A text column that holds dates, or numbers with a fraction, everywhere but in a few cells: the few are slips
    that the column's type was too polite to refuse."""
    known, text = cells.present(), cells.array
    least = max(5, int(_NEARLY_ALL * known.sum()))
    if least <= cells.matches(_DATE).sum() < known.sum():
        read, code = date(text), "date-expected"
    elif rule_of(column) in {"latitude", "longitude"} and least <= cells.matches(_FRACTION).sum() < known.sum():
        read, code = decimal(text, coordinate=True), "number-expected"
    else:
        return
    odd = known & ~present(read.text)
    for noticed in (*read.noticed, Noticed(code, odd)):
        book.cells(
            noticed.code, column, noticed.cells & odd, given=text, words=noticed.words, severity=Severity.WARNING
        )


def gaps(cells: Cells, column: Column, book: Notebook) -> None:
    absent = ~present(cells.array) & ~book.named(column)
    count, total = int(absent.sum()), len(absent)
    if not count:
        return
    if count == total:
        book.column("column-empty", column, 1)
    elif count <= _FEW * total:
        book.column("values-missing", column, count, total=total, rows=book.rows(absent))


def amounts(cells: Cells, column: Column, book: Notebook) -> None:
    """A zero among thousands of amounts is an amount nobody filled in."""
    names = letters(column.name) + letters(column.label or "")
    if any(letters(word) in names for word in _MONEY):
        zeros, total = cells.matches(r"^0(?:[.,]0+)?$", "0"), len(cells.array)
        if 0 < zeros.sum() <= max(1, _RARE * total) and total >= 10:
            numbers = cells.matches(r"^-?[\d \x{a0}]+(?:[.,]\d+)?$").sum()
            if numbers >= _NEARLY_ALL * total:
                book.cells("amount-zero", column, zeros, given=cells.array)


def commas_before_threes(given: pa.Array, column: Column, book: Notebook) -> None:
    """19,582 among 2,705 and 472, and nothing in the column that tells thousands from fractions."""
    if not matches(given.slice(0, _LOOKED_AT), DOUBTFUL_COMMA).any():
        return
    threes = matches(given, DOUBTFUL_COMMA)
    if threes.sum() > 1 and not (~threes & matches(given, r"[.,]|\d{4}")).any():
        example = given[int(np.flatnonzero(threes)[0])].as_py().replace(",", ".")
        book.column("commas-before-threes", column, int(threes.sum()), example=example)


def hidden_codes(cells: Cells, column: Column, book: Notebook) -> None:
    """A column nobody called ЄДРПОУ that is one: most values are eight digits and most of them pass the control digit
    (10 in 100 would by chance). Its shorter values are then codes that lost their zeros."""
    short = cells.every(lost_zeros(cells.values))
    if not short.any():
        return
    valid, known = cells.every(edrpou_valid(cells.values)), cells.present()
    if (valid | short).sum() >= 0.6 * known.sum() and valid.sum() >= 3:
        book.cells(
            "edrpou-lost-zero", column, short, given=cells.array, words=lambda given: {"proposal": given.zfill(8)}
        )


def _mixed(text: pa.Array, mixed: np.ndarray, column: Column, book: Notebook) -> None:
    guilty = mixed.copy()
    for position in np.flatnonzero(mixed)[:20_000].tolist():
        guilty[position] = mixed_word(text[position].as_py()) is not None
    book.cells("letters-mixed", column, guilty, given=text, words=_mixed_words)


def _mixed_words(given: str) -> dict[str, str]:
    word, proposal = mixed_word(given) or (given, given)
    return {"word": word, "proposal": proposal}


def _apostrophes(cells: Cells, column: Column, book: Notebook) -> None:
    between = under(cells.array, cells.matches(_BETWEEN.format(f"[{_APOSTROPHES}]")))
    counts = {sign: int(matches(between, _BETWEEN.format(re.escape(sign))).sum()) for sign in _APOSTROPHES}
    counts = {sign: count for sign, count in counts.items() if count}
    if len(counts) > 1:
        variants = ", ".join(f"{sign} — {count}" for sign, count in sorted(counts.items(), key=lambda it: -it[1]))
        book.column("apostrophes-vary", column, sum(counts.values()) - max(counts.values()), variants=variants)


def _uneven(cells: Cells, column: Column, book: Notebook) -> None:
    """Nine in ten codes of one length, the rest shorter and all digits: a zero may be gone."""
    digits = cells.matches(r"^\d{4,}$") & ~book.named(column)
    if digits.sum() < max(10, 0.9 * cells.present().sum()):
        return
    lengths = np.asarray(pc.utf8_length(cells.array).fill_null(0))
    usual = int(np.bincount(lengths[digits]).argmax())
    shorter = digits & (lengths == usual - 1)
    if usual >= 5 and 0 < shorter.sum() <= 0.1 * digits.sum():
        book.column("codes-uneven", column, int(shorter.sum()), length=usual, rows=book.rows(shorter))
