"""What spreadsheets, web pages and habits leave in cells: errors of formulas, words for «nothing», tags, line ends.

Errors and unreadable cells are told one by one; habits of a whole column once, with their counts.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import Mask, mask_of, matches, present, under
from ternopil_pipelines.clean.cells import Cells
from ternopil_pipelines.clean.fold import letters
from ternopil_pipelines.clean.notebook import Notebook

# English, Ukrainian and Russian names of the errors, and the fence of a column too narrow for its number.
_FORMULA_ERROR = (
    r"^#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|Н/Д|ДІЛ/0!|ПОСИЛАННЯ!|ЗНАЧ!|ЧИСЛО!|ІМ'Я\?"
    r"|ДЕЛ/0!|ССЫЛКА!|ИМЯ\?|ПУСТО!)$|^#{3,}$"
)
_MARKUP = (
    r"&(?:quot|amp|nbsp|lt|gt|laquo|raquo|apos|#\d{2,5});|</?(?:br|p|div|span|b|i|strong|em|a|li|ul|td|tr)\b[^<>]*>"
)
# «Невідомо» is not among them: official lists allow it as an answer.
_NOTHING = (
    "-", "--", "---", "–", "—", "−", ".", "…", "?", "??", "н/д", "н\\д", "н/в", "нд", "n/a", "na", "nan", "none", "nil",
    "немає", "нема", "немає даних", "дані відсутні", "відсутні", "відсутній", "відсутня", "відсутнє",
    "не вказано", "не зазначено", "#n/a", "нет", "нет данных",
)  # fmt: skip
_BEGIN_NOTHING = "".join(word[0] + word[0].upper() for word in _NOTHING)
_LONGEST_NOTHING = max(len(each.encode()) for word in _NOTHING for each in (word, word.upper()))
_YEARS = ("year", "рік", "yearmade")


def formula_errors(text: pa.Array) -> Mask:
    """Cells that a workbook's formula failed in and a text file carries on; in no column a value."""
    begins = mask_of(pc.starts_with(text, "#"))
    if begins.any():
        begins[begins] = matches(under(text, begins), _FORMULA_ERROR)
    return begins


def examine(cells: Cells, column: Column, book: Notebook) -> None:
    """Text columns only: in a typed one such a word is no value and is named as that."""
    _nothing(cells, column, book)
    book.cells("markup-in-text", column, cells.matches(_MARKUP, "&<"), given=cells.array)
    broken = cells.matches(r"[\r\n\x{2028}]", "\r\n\u2028")
    if broken.any():
        book.column("line-ends-in-text", column, int(broken.sum()), rows=book.rows(broken))


def years(cells: Cells, column: Column, book: Notebook) -> None:
    if any(letters(name).endswith(year) for name in (column.name, column.label or "") for year in map(letters, _YEARS)):
        likely = cells.matches(r"^(?:1[5-9]\d\d|20\d\d|2100)$")
        book.cells("year-unlikely", column, cells.present() & ~likely, given=cells.array)


def _are_codes(values: pa.Array, words: pa.Array) -> bool:
    """NA among AG, AL and NE is Namibia: nearly all values are such letters, and of its length."""
    lengths = {len(word) for word in words.to_pylist()}
    if len(lengths) > 1 or not all(re.fullmatch("[A-Z]+", word) for word in words.to_pylist()):
        return False
    alike = matches(values, rf"^[A-Z]{{{lengths.pop()}}}$")
    return bool(alike.sum() > 5 and alike.sum() >= 0.8 * present(values).sum())


def _nothing(cells: Cells, column: Column, book: Notebook) -> None:
    if column.allowed or not cells.may_hold(_BEGIN_NOTHING):
        return
    short = under(cells.values, mask_of(pc.less_equal(pc.binary_length(cells.values), _LONGEST_NOTHING)))
    words = short.filter(pc.is_in(pc.utf8_lower(short), value_set=pa.array(_NOTHING, pa.large_string())))
    if not len(words) or column.key or _are_codes(cells.values, words):
        return
    hits = cells.array.filter(pc.is_in(cells.array, value_set=words))
    if len(hits) < len(cells.array):
        counted = sorted(pc.value_counts(hits).to_pylist(), key=lambda each: -each["counts"])
        variants = ", ".join(f"«{each['values']}» {each['counts']}" for each in counted)
        book.column("words-for-nothing", column, len(hits), variants=variants)
