"""Random tables that an official structure must accept without a word, and the ways each of their cells can be broken.

Written against the law's value rules and not against the product's code: control digits come from stdnum, dates from
the calendar. Texts are chosen so that no habit of a column can be mistaken for a slip (no two spellings of one word).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from stdnum.ua import edrpou

from ternopil_pipelines.catalogue.columns import Column

BOUNDS = (25.50, 49.50, 25.72, 49.62)
_WORDS = ("липа", "ясен", "явір", "дуб", "клен", "тис", "вільха", "граб", "сосна", "ялина", "бук", "верба", "осика")
_DAYS = ("Пн-Пт", "Пн-Сб", "Пн-Нд", "Сб", "Пн, Ср")


@dataclass(frozen=True, slots=True)
class Break:
    """A value that must be named, and the codes it may be named with."""

    kind: str
    value: Any
    codes: frozenset[str]


def rows(columns: Sequence[Column], count: int, random: Random) -> list[list[Any]]:
    """As a spreadsheet keeps them: text, int, float, date, datetime, time."""
    made: list[list[Any]] = []
    used: dict[str, set[Any]] = {column.name: set() for column in columns}
    while len(made) < count:
        row = []
        for column in columns:
            value = _value(column, random)
            while (column.key or column.unique) and value in used[column.name]:
                value = _value(column, random)
            used[column.name].add(value)
            row.append(value)
        made.append(_in_order(columns, row))
    return made


def _in_order(columns: Sequence[Column], row: list[Any]) -> list[Any]:
    """Days of a row run forward, so that no period ends before it begins; keys keep theirs."""
    for kind in ("date", "dateTime"):
        kept = [column.type != kind or column.key or column.unique or column.rule == "year" for column in columns]
        places = [at for at, stays in enumerate(kept) if not stays]
        for at, value in zip(places, sorted(row[at] for at in places), strict=True):
            row[at] = value
    return row


def breaks(column: Column) -> Iterator[Break]:
    """What must not pass in this column: the wrong type, a blank, what is not allowed, what its rule forbids."""
    wrong = _WRONG_TYPE.get(column.type)
    if wrong is not None:
        yield Break("wrong type", *wrong)
    if column.key or (column.required and not column.null_word):
        yield Break("blank", None, frozenset({"value-missing"}))
    if column.allowed:
        value = 987 if column.type == "integer" else "чого немає в переліку"
        yield Break("not allowed", value, frozenset({"value-not-allowed"}))
    elif column.rule == "gender" and column.type == "integer":
        yield Break("against rule", 7, frozenset({"gender-malformed"}))
    elif column.rule in _AGAINST_RULE:
        yield Break("against rule", *_AGAINST_RULE[column.rule])


_WRONG_TYPE: dict[str, tuple[Any, frozenset[str]]] = {
    "integer": ("кілька", frozenset({"number-expected"})),
    "decimal": ("чимало", frozenset({"number-expected"})),
    "boolean": ("можливо", frozenset({"boolean-expected"})),
    "date": ("торік", frozenset({"date-expected"})),
    "dateTime": ("31.02.2024 10:00", frozenset({"date-impossible"})),
    "time": ("опівдні", frozenset({"time-expected"})),
    "anyURL": ("на сайті ради", frozenset({"url-malformed"})),
}
_AGAINST_RULE: dict[str, tuple[Any, frozenset[str]]] = {
    "edrpou": ("12345679", frozenset({"edrpou-check-digit"})),
    "organization-id": ("12345679", frozenset({"edrpou-check-digit"})),
    "katottg": ("6104049001006906", frozenset({"katottg-malformed"})),
    "post-code": ("4600", frozenset({"post-code-lost-zero"})),
    "phone": ("52-10-01", frozenset({"phone-malformed"})),
    "email": ("пошта", frozenset({"email-malformed"})),
    "opening-hours": ("з ранку до вечора", frozenset({"opening-hours-malformed"})),
    "cadastral-number": ("6110100000-01", frozenset({"cadastral-malformed"})),
    "currency": ("гривня", frozenset({"currency-malformed"})),
    "ocid": ("закупівля 5", frozenset({"ocid-malformed"})),
    "timezone": ("Київ", frozenset({"timezone-malformed"})),
    "gender": ("чоловіча", frozenset({"gender-malformed"})),
    "latitude": (149.55321, frozenset({"coordinate-impossible"})),
    "longitude": (225.55321, frozenset({"coordinate-impossible"})),
}


def _value(column: Column, random: Random) -> Any:
    if column.allowed:
        chosen = random.choice(column.allowed)
        return int(chosen) if column.type == "integer" else chosen
    if column.type == "integer" and "рік" in (column.label or "").lower().split():
        return random.randrange(1950, 2027)
    made = _BY_RULE.get(column.rule or "")
    value = made(random) if made else _BY_TYPE[column.type](random)
    return int(value) if column.type == "integer" else value


def _digits(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(count))


def _edrpou(random: Random) -> str:
    """A code in three begins with a zero, as the oldest ones do."""
    first = random.choice(["0", "2", "3", "4"]) + _digits(random, 6)
    return first + edrpou.calc_check_digit(first + "0")


def _degrees(least: float, most: float) -> Callable[[Random], float]:
    """Five digits after the point and never a zero last: a float forgets it."""
    return lambda random: float(f"{random.uniform(least + 0.01, most - 0.01):.4f}{random.randint(1, 9)}")


def _phone(random: Random) -> str:
    return ", ".join(f"+380{_digits(random, 9)}" for _ in range(random.choice([1, 1, 2])))


def _hours(random: Random) -> str:
    opened = random.randint(7, 10)
    return f"{random.choice(_DAYS)} {opened:02}:00-{opened + 8:02}:30"


def _cadastral(random: Random) -> str:
    return f"{_digits(random, 10)}:{_digits(random, 2)}:{_digits(random, 3)}:{_digits(random, 4)}"


def _day(random: Random) -> date:
    return date(1995, 1, 1) + timedelta(days=random.randrange(12_000))


def _text(random: Random) -> str:
    """A word and a number of its own: equal texts are equal, different ones are different words."""
    number = random.randrange(100, 1000)
    return random.choice(["{w} {n}", "{n}-{w}", "«{w}», {n}", "{w}; {n}", "№ {n}, {w}"]).format(
        w=random.choice(_WORDS), n=number
    )


_BY_RULE: dict[str, Callable[[Random], Any]] = {
    "edrpou": _edrpou,
    "organization-id": _edrpou,
    "katottg": lambda random: "UA" + _digits(random, 17),
    "post-code": lambda random: _digits(random, 5),
    "latitude": _degrees(BOUNDS[1], BOUNDS[3]),
    "longitude": _degrees(BOUNDS[0], BOUNDS[2]),
    "currency": lambda random: random.choice(["UAH", "EUR", "USD"]),
    "opening-hours": _hours,
    "cadastral-number": _cadastral,
    "gender": lambda random: random.choice("0129"),
    "phone": _phone,
    "email": lambda random: f"viddil{random.randrange(100)}@example.gov.ua",
    "timezone": lambda _: "Europe/Kyiv",
    "year": lambda random: random.choice(
        [random.randrange(1950, 2027), str(random.randrange(1950, 2027)), _day(random)]
    ),
    "ocid": lambda random: f"UA-{_day(random)}-{_digits(random, 6)}-{random.choice('abcd')}",
}
_BY_TYPE: dict[str, Callable[[Random], Any]] = {
    "string": _text,
    "integer": lambda random: random.randrange(1, 5_000),
    "decimal": lambda random: random.randrange(1, 10_000_000) / 100,
    "boolean": lambda random: random.choice(["Так", "Ні", "true", "false"]),
    "date": _day,
    # A workbook keeps midnight as a bare day, which is told as a moment without its time.
    "dateTime": lambda random: datetime.combine(_day(random), time(random.randrange(24), random.randrange(1, 60))),
    "time": lambda random: time(random.randrange(24), random.randrange(60)),
    "anyURL": lambda random: (
        f"{random.choice(['http', 'https'])}://rada{random.randrange(99)}.gov.ua/akt?n={random.randrange(999)}"
    ),
}
