"""Rows among and under the data that are none: totals, headings of sections, notes, signatures, another table.

Words alone prove little: a society may be called «Разом». A total must carry nothing but numbers and, where its words
are not the usual ones, add up; a note must stand apart or begin as notes and signatures do.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.receive.body import ABSENT, Body, is_number, value_of

# One pass over a column finds the cells that begin so; what follows is looked at in those alone.
_BEGINS = (
    r"(?i)^[\s\x{A0}]*(всього|усього|разом|загал|підсум|итог|всего|(grand|sub)?[\s\x{A0}-]*total|razem|ogółem|suma|"
    r"insgesamt|gesamt|summe|celkem|spolu|totale|общо)"
)
_TOTAL = re.compile(
    r"(всього|усього|разом|загалом|підсумок|итого|всего|total)"
    r"(\s+(по|за|у|в|на|з)\s.{1,60}|,?\s*\(?(тис|млн)?\.?\s*(грн|шт|од)\.?\)?)?\s*[:.\-–—]*",
    re.I,
)
# «Загальна сума», «Усього, у тому числі», «Разом: 30 грн», the words of the neighbours: only where they add up.
_MAYBE_TOTAL = re.compile(
    r"(всього|усього|разом|загалом|підсум\w*|загальн\w+\s+(сума|кількість|підсумок|вартість|площа)|итог\w*|всего|"
    r"(grand|sub)?[\s-]*total|razem|ogółem|suma|insgesamt|gesamt|summe|celkem|spolu|totale|общо)"
    r"(\s*[,:;.(\-–—].{0,80}|\s+.{1,80})?",
    re.I,
)
_SUSPECT = re.compile(r"\s*(всього|усього|разом|итого|всего)\b", re.I)
_DASH = re.compile(r"[-–—xXхХ]")
_NOTE = re.compile(
    r"\s*(\*|[1-9]\d?\)\s|[-_=*~.]{3,}|примітк|джерел[оа]\b|виконав|виконуюч|вик\.|начальник|керівник|директор|"
    r"головний (бухгалтер|спеціаліст|лікар|інженер|економіст|архітектор|редактор)|заступник|секретар|керуюч|завідувач|"
    r"(міський|селищний|сільський) голова|т?\.?\s?в\.\s?о\.|спеціаліст|підпис\b|погоджено|підготува|склав\b|станом на|"
    r"дата (оновлення|складання|формування)|тел\.|телефон:|м\.\s?п\.|\(\d+ rows?\)|"
    r"(sources?|notes?|quellen?|anmerkung(en)?|źródło|uwag[ai]|fuente|nota)\s*[:.])",
    re.I,
)
# Totals stand in one of the first columns; looking further costs time on every sound file.
_TOTAL_COLUMNS = 4
_MOST_MAYBE = 50
_MOST_NOTES = 100
_MOST_GAPS = 200
_NEARLY = 0.02


def totals(body: Body, keys: Sequence[int], left_out: Container[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Row -> the column that says it is a total; and those that say so beneath blank first cells and do not add up, as
    where subtotals stand among the rows: only the department knows what they are."""
    found: dict[int, int] = {}
    doubtful: list[tuple[int, int, bool]] = []
    for index, position in _beginning_so(body, keys):
        text = " ".join(body.columns[position][index].as_py().split())
        if index in left_out:
            continue
        others = [cell for at, cell in enumerate(body.row(index)) if cell and at != position]
        if not all(is_number(cell) or _DASH.fullmatch(cell) for cell in others):
            continue
        if _TOTAL.fullmatch(text):
            found[index] = position
        elif _MAYBE_TOTAL.fullmatch(text):
            doubtful.append((index, position, bool(others)))
    suspected: dict[int, int] = {}
    for index, position, numbers in sorted(doubtful)[:_MOST_MAYBE]:
        sure = adds_up(body, index, found) if numbers else _is_last(body, index)
        if sure:
            found[index] = position
        elif numbers and position > 0 and _SUSPECT.match(body.columns[position][index].as_py()):
            suspected[index] = position
    return found, suspected


def _beginning_so(body: Body, keys: Sequence[int]) -> list[tuple[int, int]]:
    """(row, column) of the cells that begin as totals do, stand first in their row and have no key beside them."""
    found = []
    for position, column in enumerate(body.columns[:_TOTAL_COLUMNS]):
        beside = [*range(position), *(key for key in keys if key > position)]
        free = body.cells[:, position] & ~body.cells[:, beside].any(axis=1)
        # In most files every row has its first cells or its key: a million cells then need no pattern.
        says = pc.match_substring_regex(column.filter(pa.array(free)), _BEGINS) if free.any() else []
        found += [(int(row), position) for row in np.flatnonzero(free)[np.flatnonzero(says)]]
    return found


def nameless_total(body: Body, keys: Sequence[int], left_out: Container[int]) -> int | None:
    """The last row, where it holds but numbers, nothing in its first column or its key, and each is the sum of those
    above: three at least, since 1 and 2 are followed by 3 in every column of ids."""
    rows = np.flatnonzero(body.counts)[::-1]
    last = next((int(index) for index in rows if int(index) not in left_out), None)
    if last is None or body.cells[last, [0, *keys]].any() or body.counts[last] * 2 > body.usual + 1:
        return None
    return last if adds_up(body, last, left_out, every=True, terms=3) else None


def adds_up(body: Body, index: int, left_out: Container[int], *, every: bool = False, terms: int = 2) -> bool:
    """Whether some number of the row (or each of them) is the sum of what stands above it, in all or since the last
    total; of so many `terms` at least."""
    answers = []
    for position in map(int, np.flatnonzero(body.cells[index])):
        wanted = value_of(body.columns[position][index].as_py())
        if wanted is None:
            continue
        whole, since, count = 0.0, 0.0, 0
        for at, cell in enumerate(body.columns[position].slice(0, index).to_pylist()):
            if at in left_out:
                since = 0.0
            elif (value := value_of(cell)) is not None:
                whole, since, count = whole + value, since + value, count + 1
        near = _NEARLY + 1e-9 * abs(wanted)
        answers.append(count >= terms and bool(wanted) and min(abs(wanted - whole), abs(wanted - since)) <= near)
    return bool(answers) and (all(answers) if every else any(answers))


def _is_last(body: Body, index: int) -> bool:
    """No whole row beneath."""
    return not (body.counts[index + 1 :] > body.few).any()


def notes(body: Body, left_out: Container[int]) -> list[tuple[int, str]]:
    """The far-from-whole rows at the end, from the first that stands apart or begins as notes and signatures do. Where
    blank rows stand between the table's own rows, nothing stands apart."""
    block: list[int] = []
    for index in range(body.height - 1, -1, -1) if body.usual > 1 else ():
        if body.counts[index] == 0 or index in left_out:
            continue
        if not _may_be_note(body, index):
            break
        block.append(index)
        if len(block) > _MOST_NOTES:
            return []
    above = body.counts[: block[-1]] > 0 if block else np.array([], bool)
    gaps = int((above[1:] & ~above[:-1]).sum()) if len(above) else 0
    apart = gaps * 10 <= above.sum()
    if not above.any():
        return []
    for at, index in enumerate(reversed(block)):
        if (apart and body.counts[index - 1] == 0) or _NOTE.match(_first(body, index)):
            return [(index, _first(body, index)) for index in reversed(block[: len(block) - at])]
    return []


def _first(body: Body, index: int) -> str:
    return next(cell for cell in body.row(index) if cell)


def _may_be_note(body: Body, index: int) -> bool:
    count = int(body.counts[index])
    row = body.row(index)
    if count > body.few and not (count <= 2 and len(body.columns) > 2 and _NOTE.match(_first(body, index))):
        return False
    if not any(re.search(r"[^\W\d_]|[-_=*~.]{3,}", cell) for cell in row):
        return False
    # A number where the column keeps numbers is a row of the table, however little else it has.
    return not any(is_number(cell) and body.holds_numbers(at) for at, cell in enumerate(row) if cell)


def sections(body: Body, left_out: Container[int]) -> list[tuple[int, str]]:
    """Headings among the rows: one text alone, where a column keeps numbers. In a column of texts none can be told
    from a row that lacks its other cells."""
    if body.usual < 3:
        return []
    found = []
    for position in range(min(2, len(body.columns))):
        alone = np.flatnonzero((body.counts == 1) & body.cells[:, position])
        if not len(alone) or not body.holds_numbers(position):
            continue
        for index in map(int, alone):
            text = body.columns[position][index].as_py().strip()
            if index not in left_out and not _is_last(body, index) and re.search(r"[^\W\d_]{3}", text):
                found.append((index, text))
    return found


def another_table(body: Body, left_out: Container[int]) -> int | None:
    """Where a second table begins: after a blank row and at most a title, a row of words where numbers and dates are
    declared, with rows of its own beneath."""
    typed = [at for at in range(len(body.columns)) if body.typed(at)]
    filled = body.counts > 0
    starts = np.flatnonzero(filled[1:] & ~filled[:-1]) + 1
    if len(typed) < 2 or len(starts) > _MOST_GAPS:
        return None
    for start in map(int, starts):
        rows = [int(each) + start for each in np.flatnonzero(filled[start : start + 10])[:3]]
        while rows and body.counts[rows[0]] == 1:
            rows.pop(0)
        if len(rows) < 2 or rows[0] in left_out or body.counts[rows[:2]].min() < max(2, body.usual / 2):
            continue
        if _is_foreign_header(body.row(rows[0]), typed):
            return start
    return None


def _is_foreign_header(row: Sequence[str], typed: Sequence[int]) -> bool:
    said = [cell for cell in row if cell]
    worded = [row[at] for at in typed if row[at]]
    return (
        len(worded) >= 2
        and len(set(said)) == len(said)
        and not any(is_number(cell) for cell in said)
        and not any(re.search("[0-9]", cell) or ABSENT.match(cell) for cell in worded)
    )
