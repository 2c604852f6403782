"""Shared value rules: what a code, a phone, a link between registers must look like, whatever table it stands in.

One rule each, by the name a column carries in `rule` (official structures) or by which a column of one's own is
recognised. A rule works on canonical text, a whole column at once, and says which cells break it and what was probably
meant. Rules are soft (warnings): what the structure itself demands, the schema checks. Places on the map are
`coordinates`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from stdnum import iban as stdnum_iban

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import Mask, content_of, digits, each_distinct, mask_of, matches, present, under
from ternopil_pipelines.clean.fold import letters, to_latin
from ternopil_pipelines.clean.reading import Noticed

Proposal = Callable[[str], str | None]
_EMAIL = r"[^@\s,;]+@[^@\s,;.]+(?:\.[^@\s,;.]+)+"
_DAY = "(?:Пн|Вт|Ср|Чт|Пт|Сб|Нд)"
_HOURS = r"(?:\d{2}:\d{2}\s?[-–]\s?\d{2}:\d{2}|цілодобово|вихідний|зачинено)"
_DAYS = rf"{_DAY}(?:\s?[-–]\s?{_DAY})?(?:,\s?{_DAY}(?:\s?[-–]\s?{_DAY})?)*"
_SPAN = rf"{_DAYS}:?\s{_HOURS}(?:,\s?{_HOURS})*"


@dataclass(frozen=True, slots=True)
class Rule:
    """Cells that do not match `pattern` break the rule; `proposal` is what was probably meant, when that is certain
    enough to be offered (never applied)."""

    name: str
    code: str
    pattern: str
    proposal: Proposal = lambda _: None
    names: tuple[str, ...] = ()

    def noticed(self, text: pa.Array) -> list[Noticed]:
        broken = present(text) & ~matches(text, self.pattern)
        return [Noticed(self.code, broken, self.words)] if broken.any() else []

    def words(self, text: str) -> dict[str, str]:
        offered = self.proposal(text)
        return {"hint": f" Ймовірно, мало бути «{offered}»." if offered and offered != text else ""}


def _if_it_fits(pattern: str, change: Callable[[str], str]) -> Proposal:
    return lambda text: changed if re.match(pattern, changed := change(text)) else None


_KATOTTG = r"^UA\d{17}$"
_OCID = r"^(?:ocds-[a-z0-9]{6}-)?UA-\d{4}-\d{2}-\d{2}-\d{6}(?:-[a-z]\d?)?$"
_CADASTRAL = r"^\d{10}:\d{2}:\d{3}:\d{4}$"
_CURRENCIES = {"грн": "UAH", "грн.": "UAH", "гривня": "UAH", "гривні": "UAH", "₴": "UAH", "uah": "UAH"}
_GENDERS = {"ч": "1", "чоловіча": "1", "чоловік": "1", "ж": "2", "жіноча": "2", "жінка": "2"}

SIMPLE_RULES = (
    Rule(
        "katottg",
        "katottg-malformed",
        _KATOTTG,
        _if_it_fits(_KATOTTG, lambda text: re.sub(r"\s", "", to_latin(text)).upper()),
        ("catuttc", "katottg", "катоттг"),
    ),
    Rule("phone", "phone-malformed", r"^\+380\d{9}(?:,\s*\+380\d{9})*$", names=("telephone", "phone", "телефон")),
    Rule(
        "email",
        "email-malformed",
        rf"^{_EMAIL}(?:[,;]\s*{_EMAIL})*$",
        names=("email", "contactpointemail", "електроннапошта"),
    ),
    Rule(
        "opening-hours",
        "opening-hours-malformed",
        rf"(?i)^(?:цілодобово|{_SPAN}(?:[,;]\s?{_SPAN})*)$",
        names=("openinghours",),
    ),
    Rule(
        "cadastral-number",
        "cadastral-malformed",
        _CADASTRAL,
        _if_it_fits(_CADASTRAL, lambda text: re.sub(r"[^\d:]", "", text)),
        ("cadastralid", "cadastralnumber", "кадастровийномер"),
    ),
    Rule(
        "currency",
        "currency-malformed",
        r"^[A-Z]{3}$",
        lambda text: _CURRENCIES.get(text.lower()),
        ("currency", "валюта"),
    ),
    Rule(
        "ocid",
        "ocid-malformed",
        _OCID,
        _if_it_fits(_OCID, lambda text: to_latin(text).replace("в", "b")),
        ("ocid",),
    ),
    Rule(
        "timezone",
        "timezone-malformed",
        r"^(?:Europe/Kyiv|Europe/(?:Uzhgorod|Zaporozhye|Simferopol)|UTC)$",
        lambda text: "Europe/Kyiv" if letters(text) in {letters("Europe/Kiev"), letters("Europe/Kyiv")} else None,
        ("timezone",),
    ),
    Rule("gender", "gender-malformed", r"^[0129]$", lambda text: _GENDERS.get(text.lower()), ("gender",)),
)


def _post_code(text: pa.Array) -> list[Noticed]:
    broken = present(text) & ~matches(text, r"^\d{5}$")
    short = matches(text, r"^\d{4}$")
    return _some(
        Noticed("post-code-lost-zero", short, lambda given: {"proposal": given.zfill(5)}),
        Noticed("post-code-malformed", broken & ~short),
    )


def edrpou_valid(text: pa.Array) -> Mask:
    """Which texts are eight digits with the right control digit, all at once (stdnum takes 5 µs a cell). The weights
    differ for codes from 30 to 60 millions; a remainder of 10 asks for the second set, 10 again means 0."""
    shaped = digits(text, r"^\d{8}$", 8, 8)
    if not shaped.any():
        return shaped
    codes = text if shaped.all() else under(text, shaped)
    numbers = np.asarray(pc.cast(codes, pa.int32()))
    figures = content_of(codes).reshape(-1, 8).T - np.uint8(ord("0"))
    total, rising = np.zeros(len(numbers), np.int16), np.zeros(len(numbers), np.int16)
    for weight, figure in enumerate(figures[:7], start=1):
        total += figure
        rising += np.int16(weight) * figure
    # 7, 1, 2, … 6 instead of 1, 2, … 7.
    turned = rising - total + np.int16(7) * figures[0]
    sums = np.where((numbers >= 30_000_000) & (numbers <= 60_000_000), turned, rising)
    control = sums % 11
    # The second set of weights is the first with 2 added to each.
    again = (sums + 2 * total) % 11 % 10
    valid = shaped.copy()
    valid[shaped] = np.where(control == 10, again, control) == figures[7]
    return valid


def lost_zeros(text: pa.Array) -> Mask:
    """Five to seven digits that are an ЄДРПОУ once the zeros stand again: a spreadsheet took the code for a number."""
    short = digits(text, r"^[1-9]\d{4,6}$", 5, 7)
    if not short.any():
        return short
    full = pc.utf8_lpad(pc.if_else(pa.array(short), text, pa.scalar(None, pa.large_string())), width=8, padding="0")
    lost: Mask = short & edrpou_valid(full)
    return lost


def _edrpou(text: pa.Array) -> list[Noticed]:
    lost = lost_zeros(text)
    eight = digits(text, r"^\d{8}$", 8, 8)
    return _some(
        Noticed("edrpou-lost-zero", lost, lambda given: {"proposal": given.zfill(8)}),
        Noticed("edrpou-short", digits(text, r"^\d{5,7}$", 5, 7) & ~lost, lambda given: {"length": str(len(given))}),
        Noticed("edrpou-check-digit", eight & ~edrpou_valid(text)),
        Noticed("edrpou-malformed", present(text) & ~eight & ~lost),
    )


def _organization(text: pa.Array) -> list[Noticed]:
    """Usually an ЄДРПОУ, but a foreign register's id or a unit's `01234567-02` may stand there too."""
    digits = matches(text, r"^[\d\s.,]+$")
    return [
        Noticed(each.code, each.cells & digits, each.words) for each in _edrpou(text) if (each.cells & digits).any()
    ]


def _iban(text: pa.Array) -> list[Noticed]:
    shaped = matches(text, r"^UA\d{27}$")
    valid = each_distinct(text, lambda given: "1" if stdnum_iban.is_valid(given) else None)
    return _some(Noticed("iban-malformed", mask_of(text.is_valid()) & ~(shaped & present(valid))))


def _some(*noticed: Noticed) -> list[Noticed]:
    return [each for each in noticed if each.cells.any()]


_BY_NAME: dict[str, Callable[[pa.Array], list[Noticed]]] = {rule.name: rule.noticed for rule in SIMPLE_RULES} | {
    "edrpou": _edrpou,
    "organization-id": _organization,
    "post-code": _post_code,
    "iban": _iban,
}
_RECOGNISED = {letters(name): rule.name for rule in SIMPLE_RULES for name in rule.names} | {
    letters(name): rule
    for rule, names in {
        "edrpou": ("edrpou", "єдрпоу", "кодєдрпоу", "egrpou", "єдрпоу код"),
        "post-code": ("addresspostcode", "postcode", "поштовийіндекс", "індекс"),
        "iban": ("iban",),
        "latitude": ("lat", "latitude", "широта", "географічна широта"),
        "longitude": ("lon", "lng", "long", "longitude", "довгота", "географічна довгота"),
    }.items()
    for name in names
}


def rule_of(column: Column) -> str | None:
    """The declared rule; for a column of one's own, the one its name or label gives away."""
    if column.rule or column.official:
        return column.rule
    found = _RECOGNISED.get(letters(column.name)) or _RECOGNISED.get(letters(column.label or column.name))
    # Whoever keeps words for a gender («жіноча») keeps words.
    return None if found == "gender" and column.type == "string" else found


def broken_rules(rule: str, text: pa.Array) -> list[Noticed]:
    """Cells breaking a rule of this room; none for a rule kept elsewhere (latitude, longitude) or unknown."""
    known = _BY_NAME.get(rule)
    return known(text) if known else []
