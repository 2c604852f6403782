"""What a column holds, in one Ukrainian paragraph: for the structure file and for the DataStore's dictionary.

The steward's own description wins; else it is composed of the label, the type's rule, the shared value rule and the
allowed values. How cells are checked against the same rules is the cleaning's.
"""

from __future__ import annotations

from ternopil_pipelines.catalogue.columns import Column

TYPE_RULES: dict[str, str] = {
    "string": "Текст",
    "integer": "Ціле число",
    "decimal": "Число, дробова частина відокремлена крапкою",
    "boolean": "Логічне значення: true або false",
    "date": "Дата у форматі РРРР-ММ-ДД",
    "dateTime": "Дата і час у форматі РРРР-ММ-ДДTгг:хх",
    "time": "Час у форматі гг:хх",
    "anyURL": "Посилання, що починається з http:// або https://",
}

VALUE_RULES: dict[str, str] = {
    "edrpou": "Код ЄДРПОУ: 8 цифр разом із початковими нулями",
    "katottg": "Код КАТОТТГ: UA і 17 цифр",
    "post-code": "Поштовий індекс: 5 цифр разом із початковими нулями",
    "organization-id": "Ідентифікатор організації, для юридичних осіб — код ЄДРПОУ з 8 цифр",
    "latitude": "Широта в десяткових градусах (WGS 84)",
    "longitude": "Довгота в десяткових градусах (WGS 84)",
    "currency": "Код валюти за ISO 4217, для гривні — UAH",
    "opening-hours": "Години роботи, наприклад «Пн-Пт 09:00-17:00»",
    "cadastral-number": "Кадастровий номер у форматі 0000000000:00:000:0000",
    "gender": "Стать за ISO 5218: 0 — невідомо, 1 — чоловік, 2 — жінка, 9 — не застосовується",
    "phone": "Телефон у форматі +380XXXXXXXXX, кілька — через кому",
    "email": "Адреса електронної пошти",
    "timezone": "Часовий пояс, наприклад Europe/Kyiv",
    "year": "Рік чотирма цифрами (публікується як перше січня цього року) або дата у форматі РРРР-ММ-ДД",
    "ocid": "Ідентифікатор закупівлі у форматі UA-РРРР-ММ-ДД-NNNNNN-x",
}


def describe(column: Column) -> str:
    if column.description:
        return column.description
    label = (column.label or "").strip().rstrip(".")
    rule = VALUE_RULES.get(column.rule or "", TYPE_RULES[column.type])
    # "Код КАТОТТГ. Код КАТОТТГ: UA і 17 цифр" says it twice.
    parts = [rule] if not label or rule.casefold().startswith(label.casefold()) else [label, rule]
    if column.key:
        parts.append("Ключ запису" if not column.unique else "Ключ запису, значення не повторюються")
    elif column.unique:
        parts.append("Значення не повторюються")
    if column.allowed:
        parts.append("Допустимі значення: " + ", ".join(column.allowed))
    if column.minimum is not None and column.maximum is not None:
        parts.append(f"Від {_bound(column.minimum)} до {_bound(column.maximum)}")
    elif column.minimum is not None:
        parts.append(f"Не менше ніж {_bound(column.minimum)}")
    elif column.maximum is not None:
        parts.append(f"Не більше ніж {_bound(column.maximum)}")
    if column.official and (column.null_word or not column.required):
        parts.append("Якщо значення відсутнє, зазначається null")
    return ". ".join(parts) + "."


def _bound(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.15g}"
