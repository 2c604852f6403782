"""What spreadsheets, web pages and habits leave in cells: errors of formulas, words for «nothing», tags, line ends.

Errors and unreadable cells are told one by one; habits of a whole column once, with their counts.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import Mask, mask_of, matches, present, under
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
_YEARS = ("year", "рік", "yearmade")


def formula_errors(text: pa.Array) -> Mask:
    """Cells that a workbook's formula failed in and a text file carries on; in no column a value."""
    begins = mask_of(pc.starts_with(text, "#"))
    if begins.any():
        begins[begins] = matches(under(text, begins), _FORMULA_ERROR)
    return begins


def examine(text: pa.Array, distinct: pa.Array, column: Column, book: Notebook) -> None:
    """Text columns only: in a typed one such a word is no value and is named as that."""
    _nothing(text, distinct, column, book)
    if not matches(distinct, r"[&<\r\n\x{2028}]").any():
        return
    book.cells("markup-in-text", column, matches(text, _MARKUP), given=text)
    broken = matches(text, r"[\r\n\x{2028}]")
    if broken.any():
        book.column("line-ends-in-text", column, int(broken.sum()), rows=book.rows(broken))


def years(text: pa.Array, column: Column, book: Notebook) -> None:
    if any(letters(name).endswith(year) for name in (column.name, column.label or "") for year in map(letters, _YEARS)):
        book.cells("year-unlikely", column, present(text) & ~matches(text, r"^(?:1[5-9]\d\d|20\d\d|2100)$"), given=text)


def _nothing(text: pa.Array, distinct: pa.Array, column: Column, book: Notebook) -> None:
    short = under(distinct, mask_of(pc.less_equal(pc.utf8_length(distinct), max(map(len, _NOTHING)))))
    words = short.filter(pc.is_in(pc.utf8_lower(short), value_set=pa.array(_NOTHING, pa.large_string())))
    if column.allowed or not len(words):
        return
    hits = text.filter(pc.is_in(text, value_set=words))
    if len(hits) < len(text):
        counted = sorted(pc.value_counts(hits).to_pylist(), key=lambda each: -each["counts"])
        variants = ", ".join(f"«{each['values']}» {each['counts']}" for each in counted)
        book.column("words-for-nothing", column, len(hits), variants=variants)
