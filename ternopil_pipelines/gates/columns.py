"""Is a column a person's? Judged by the share of genuine values among different ones, not by a lucky cell.

One random ten-digit number in ten passes the control digit of РНОКПП and one in twenty-five has a plausible birth date
as well; so a column in which 4 % pass is a column of contract numbers, one in which 60 % pass is a list of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import matches
from ternopil_pipelines.gates import names
from ternopil_pipelines.gates.identifiers import may_be_phone, tax_number_shaped
from ternopil_pipelines.gates.kinds import ANY, BY_NAME, KINDS, Kind

# Candidates of one kind that are read one by one; a share of twenty thousand is known to half a percent.
_READ = 20_000
_SEVERAL = 3
_TAX_SHARE = 0.6
_CHANCE = 0.041
_LOOKED_AT = frozenset({"string", "integer", "decimal", "date", "dateTime"})
# Columns whose own rule says that such digits are another thing.
_OTHER_CODES = frozenset({"cadastral-number", "katottg", "post-code", "currency", "latitude", "longitude", "ocid"})
_BODY_CODES = frozenset({"edrpou", "organization-id"})
_BODY_HEADER = re.compile(r"(?i)єдрпоу|edrpou")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`code`: personal-column, personal-cells or personal-cell. `example`: the first guilty value, to find its row by;
    it is masked before anyone sees it."""

    kind: Kind
    code: str
    cells: int
    share: float
    example: str


def suspicions(
    column: Column, array: pa.Array, *, today: date, domains: frozenset[str] = frozenset(), header: str | None = None
) -> Iterator[Suspicion]:
    """`domains`: of the holder's own mailboxes. `header`: what the column is called, default its name and label."""
    if column.type not in _LOOKED_AT or column.rule in _OTHER_CODES:
        return
    filled = len(array) - array.null_count
    if not filled:
        return
    called = f"{column.name} | {column.title}" if header is None else header
    counted = pc.value_counts(array.drop_null())
    values, counts = counted.field("values"), np.asarray(counted.field("counts"))
    announced = [kind for kind in KINDS if _announces(kind, called, column)]
    some = matches(values, ANY) if column.type in {"string", "integer"} else np.zeros(len(values), bool)
    for kind in KINDS:
        called_so = kind in announced
        found = _judge(kind, column, values, counts, some, filled, announced=called_so, today=today, domains=domains)
        if found is not None:
            yield found
    if column.type == "string" and (part := _parts(column, values, counts, filled, called)) is not None:
        yield part


def _announces(kind: Kind, called: str, column: Column) -> bool:
    if kind.name == "birth-date" and column.type not in {"date", "dateTime", "string", "integer"}:
        return False
    # A codified place of a name: `passportStatus` is no passport, `contractDateSigned` no birth date.
    return any(re.search(kind.header, each.strip(), re.I) for each in _spoken(called).split("|"))


def _spoken(called: str) -> str:
    """`familyName` and `birth_date` as words too."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", called)


def _judge(
    kind: Kind,
    column: Column,
    values: pa.Array,
    counts: np.ndarray,
    some: np.ndarray,
    filled: int,
    *,
    announced: bool,
    today: date,
    domains: frozenset[str],
) -> Suspicion | None:
    places = np.flatnonzero(some)
    if len(places):
        places = places[matches(values.take(pa.array(places)), kind.candidate)]
    genuine = [place for place in _sampled(places) if _hit(kind, values[int(place)].as_py(), today, domains)]
    scale = len(places) / max(len(_sampled(places)), 1)
    if kind.named is not None and some.any():
        candidates = np.flatnonzero(some)
        said = candidates[matches(values.take(pa.array(candidates)), kind.named)]
        if len(said):
            return _found(kind, "personal-column", values, counts, said, filled)
    if announced:
        under = [*genuine]
        if kind.under_header is not None:
            under += np.flatnonzero(matches(values, kind.under_header)).tolist()
        if kind.name == "name":
            under += [p for p in _sampled(np.arange(len(values))) if _personal_words(values[int(p)].as_py())]
        under = sorted({int(each) for each in under})
        if under:
            return _found(kind, "personal-column", values, counts, np.array(under), filled)
    if not genuine:
        return None
    found = np.array(genuine)
    cells = int(counts[found].sum() * scale)
    if kind.name == "tax-number":
        code = _tax(column, values, places, genuine, scale)
    elif len(genuine) < _SEVERAL:
        code = kind.single
    else:
        code = "personal-column" if cells / filled >= kind.share or _exact(kind, genuine) else "personal-cells"
    return None if code is None else _found(kind, code, values, counts, found, filled, cells=cells)


def _hit(kind: Kind, text: str, today: date, domains: frozenset[str]) -> bool:
    return any(kind.name != "email" or each.rpartition("@")[2] not in domains for each in kind.hits(text, today))


def _exact(kind: Kind, genuine: list[int]) -> bool:
    """Kinds no chance makes: ten of them are people however long the table is."""
    return kind.name in {"unzr", "iban", "email"} or (kind.name == "phone" and len(genuine) >= 10)


def _tax(column: Column, values: pa.Array, places: np.ndarray, genuine: list[int], scale: float) -> str | None:
    """`places`: different values of the right shape."""
    if column.rule in _BODY_CODES or _BODY_HEADER.search(column.title):
        return "personal-column"  # ten digits where a code of eight is due: a sole trader's own number
    shaped = sum(tax_number_shaped(values[int(place)].as_py()) for place in _sampled(places)) * scale
    hits = len(genuine) * scale
    if hits >= _SEVERAL and hits / shaped >= _TAX_SHARE:
        return "personal-column"
    by_chance = _CHANCE * shaped
    if hits >= _SEVERAL and hits > 2.5 * by_chance + 5 * (by_chance + 1) ** 0.5:
        return "personal-cells"
    lucky = shaped > 5 or all(may_be_phone(values[int(place)].as_py()) for place in genuine)
    return "personal-cell" if hits < _SEVERAL and not lucky else None


def _parts(column: Column, values: pa.Array, counts: np.ndarray, filled: int, called: str) -> Suspicion | None:
    """A column of first names, of patronymics, or of pairs without a patronymic."""
    kind = BY_NAME["name"]
    places = _sampled(np.arange(len(values)))
    texts = [values[int(place)].as_py() for place in places]
    if sum(len(each) for each in texts) > 40 * len(texts):
        return None  # prose
    for reader, share in ((names.is_patronymic, 0.5), (names.is_given, 0.7), (names.is_pair, 0.5)):
        found = np.array([place for place, text in zip(places, texts, strict=True) if reader(text)], dtype=np.int64)
        if len(found) >= _SEVERAL and counts[found].sum() >= share * counts[places].sum():
            return _found(kind, "personal-column", values, counts, found, filled)
    return None


def _personal_words(text: str) -> bool:
    """Under a header that promises a person: one to four words of letters that begin as names do."""
    words = text.split()
    if not 1 <= len(words) <= 4 or re.search(r"(?i)управл|відділ|рада|служб|комітет|департ|фонд|центр|школ", text):
        return False
    return all(re.fullmatch(r"[А-ЯҐЄІЇ][А-Яа-яҐґЄєІіЇї'’ʼ.-]*", each) for each in words)


def _sampled(places: np.ndarray) -> np.ndarray:
    if len(places) <= _READ:
        return places
    return places[np.linspace(0, len(places) - 1, _READ, dtype=np.int64)]


def _found(
    kind: Kind,
    code: str,
    values: pa.Array,
    counts: np.ndarray,
    found: np.ndarray,
    filled: int,
    *,
    cells: int | None = None,
) -> Suspicion:
    number = int(counts[found].sum()) if cells is None else cells
    return Suspicion(kind, code, number, min(number / filled, 1.0), values[int(found[0])].as_py())
