"""One made-up value for a column, for the example row of a template: lawful, and plainly nobody's.

Names and identifiers say «зразок», the code is a valid one of no one in particular, the place is the middle of the
community. What the value must obey is the catalogue's and the cleaning's; `example_row` finds what was left in a file.
"""

from __future__ import annotations

import re

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import City
from ternopil_pipelines.clean.rules import rule_of
from ternopil_pipelines.reports.pattern_example import example_of

_DAY = "2025-01-15"
# Eight digits with a zero in front and a right control digit.
_EDRPOU = "01234562"
_MIDDLE_OF_UKRAINE = (30.0, 49.0, 32.0, 51.0)
_BY_RULE = {
    "post-code": "01001",
    "currency": "UAH",
    "opening-hours": "Пн-Пт 09:00-17:00",
    "cadastral-number": "0000000000:01:001:0001",
    "gender": "0",
    "phone": "+380440000000",
    "email": "zrazok@example.gov.ua",
    "timezone": "Europe/Kyiv",
    "ocid": "UA-2025-01-15-000001-a",
    "iban": "UA213223130000026007233566001",
}
_BY_TYPE = {
    "integer": "1",
    "decimal": "10.5",
    "boolean": "Так",
    "date": _DAY,
    "dateTime": f"{_DAY}T10:00",
    "time": "10:00",
    "anyURL": "https://example.gov.ua/zrazok",
}
# The end of a column's name, the longest that fits; everything else is «зразок».
_BY_NAME = {
    "adminunitl1": "Україна",
    "adminunitl2": "Зразкова область",
    "adminunitl3": "Зразковий район",
    "postname": "Зразкове",
    "thoroughfare": "вулиця Зразкова",
    "locatordesignator": "1",
    "locatorbuilding": "2",
    "locatorname": "Будівля «Зразок»",
    "familyname": "Зразковий",
    "givenname": "Зразко",
    "additionalname": "Зразкович",
    "authorityname": "Зразкова міська рада",
    "name": "Зразок",
    "title": "Назва для зразка",
    "text": "Текст для зразка",
    "description": "Опис для зразка",
    "number": "зразок-1",
    "id": "зразок-1",
    "code": "зразок-1",
}


def example(column: Column, city: City) -> str | None:
    """Canonical text, or None where no lawful value could be made up."""
    if column.allowed:
        return column.allowed[0]
    rule = rule_of(column)
    if rule in {"latitude", "longitude"}:
        west, south, east, north = city.bounds or _MIDDLE_OF_UKRAINE
        return f"{(south + north) / 2 if rule == 'latitude' else (west + east) / 2:.5f}1"
    if column.pattern and column.type == "string":
        return example_of(column.pattern)
    if rule in {"edrpou", "organization-id"}:
        return _EDRPOU
    if rule == "katottg":
        return city.katottg or "UA00000000000000000"
    if rule == "year" or (column.type == "integer" and _is_year(column)):
        return _within(column, _DAY[:4])
    return _BY_RULE.get(rule or "") or _within(column, _BY_TYPE.get(column.type) or _named(column, city))


def made_up(value: str | None) -> bool:
    """Does the value itself say that it is nobody's? No department writes it."""
    return value is not None and re.search("зраз[ко]|zrazok", value.casefold()) is not None


def _is_year(column: Column) -> bool:
    return "year" in column.name.lower() or "рік" in column.title.lower().split()


def _named(column: Column, city: City) -> str:
    name = re.sub(r"[\W_]", "", column.name.lower())
    if name.endswith("adminunitl4"):
        return city.title
    fitting = [end for end in _BY_NAME if name.endswith(end)]
    return _BY_NAME[max(fitting, key=len)] if fitting else "зразок"


def _within(column: Column, value: str) -> str:
    """Inside the column's bounds: at one of them where the usual value lies without."""
    for bound, outside in ((column.minimum, _below), (column.maximum, _above)):
        if bound is not None and outside(column, value, bound):
            return bound if isinstance(bound, str) else f"{bound:.15g}"
    return value


def _below(column: Column, value: str, bound: float | str) -> bool:
    return float(value) < float(bound) if column.type in {"integer", "decimal"} else value < str(bound)


def _above(column: Column, value: str, bound: float | str) -> bool:
    return float(value) > float(bound) if column.type in {"integer", "decimal"} else value > str(bound)
