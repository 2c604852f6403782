"""Generators of what the personal-data gate must find and of what it must leave alone.

Every number is made here with its own control digit, of nobody in particular; shapes vary as departments write them.
The lawful columns are those of the official structures, filled by type, rule and name, and the look-alikes that fooled
somebody: contract numbers of ten digits, streets named after people, offices' phones.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from stdnum.ua import rntrc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.structures import structure, structure_names
from ternopil_pipelines.demo.city import ORGANISATIONS, STREETS, with_control_digit
from ternopil_pipelines.gates.lawful import lawful

Dice = random.Random
Make = Callable[[Dice], str]
_CYRILLIC = "АВЕІКМНОРСТХ"
_SERIES = "АБВГДЕЖЗІКЛМНОПРСТУФХЧШЮЯЄІ"
_SURNAMES = (
    "Петренко", "Коваленко", "Гнатюк", "Семків", "Дзюба", "Кульчицький", "Вовк", "Яремчук", "Білоус", "Стець-Мельник",
    "Ґудзь", "Єсипенко", "Іваночко", "Нечуй", "Довгань", "Мар'янчук", "Лук’янець", "Шпак", "Цимбалюк", "Ющишин",
)  # fmt: skip
_MEN = ("Іван", "Петро", "Орест", "Зіновій", "Ярослав", "В’ячеслав", "Юрій", "Лев", "Григорій", "Євген", "Дем'ян")
_WOMEN = ("Ганна", "Олена", "Уляна", "Мар’яна", "Зоряна", "Любов", "Ірина", "Єлизавета", "Ольга", "Стефанія")
_FATHERS_M = (
    "Іванович",
    "Петрович",
    "Зіновійович",
    "Юрійович",
    "Ілліч",
    "Григорович",
    "Лукич",
    "Мар’янович",
    "Олексійович",
)
_FATHERS_W = (
    "Іванівна",
    "Петрівна",
    "Зіновіївна",
    "Юріївна",
    "Іллівна",
    "Григорівна",
    "Лук’янівна",
    "Олексіївна",
    "Яківна",
)


def tax_number(dice: Dice) -> str:
    born = (date(1925, 1, 1) + timedelta(days=dice.randrange(31000)) - date(1899, 12, 31)).days
    while True:
        stem = f"{born:05d}{dice.randrange(10000):04d}"
        for digit in range(10):
            if rntrc.is_valid(f"{stem}{digit}"):
                return f"{stem}{digit}"


def passport(dice: Dice) -> str:
    series = dice.choice(_SERIES) + dice.choice(_SERIES)
    return series + dice.choice(("", " ", " № ", "№")) + f"{dice.randrange(10**6):06d}"


def id_card(dice: Dice) -> str:
    return f"{dice.randrange(10**6, 10**9):09d}"


def unzr(dice: Dice) -> str:
    born = date(1935, 1, 1) + timedelta(days=dice.randrange(29000))
    return f"{born:%Y%m%d}-{dice.randrange(1000, 100000):05d}"


def phone(dice: Dice) -> str:
    code = dice.choice(("39", "50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99"))
    a, b, c = f"{dice.randrange(1000):03d}", f"{dice.randrange(100):02d}", f"{dice.randrange(100):02d}"
    return dice.choice(
        (
            f"+380{code}{a}{b}{c}",
            f"0{code}{a}{b}{c}",
            f"380{code}{a}{b}{c}",
            f"+38 (0{code}) {a}-{b}-{c}",
            f"0{code} {a} {b} {c}",
            f"(0{code}) {a}-{b}-{c}",
            f"8 0{code} {a}-{b}-{c}",
            f"0{code}-{a}-{b}-{c}",
            f"+38 0{code} {a}{b}{c}",
        )
    )


def email(dice: Dice) -> str:
    word = dice.choice(("ivan", "petrenko", "olena.k", "zoryana", "y.kovalenko", "hnatiuk_o", "stets"))
    domain = dice.choice(("gmail.com", "ukr.net", "i.ua", "meta.ua", "outlook.com", "icloud.com", "proton.me"))
    return f"{word}{dice.randrange(10000)}@{domain}"


def iban(dice: Dice) -> str:
    bank = dice.choice(("305299", "322313", "300335", "351005", "334851"))
    account = f"{dice.choice(('2620', '2625', '2630'))}{dice.randrange(10**10):010d}".zfill(19)
    number = int(f"{bank}{account}" + "301000")
    whole = f"UA{98 - number % 97:02d}{bank}{account}"
    return whole if dice.random() < 0.7 else " ".join(whole[at : at + 4] for at in range(0, 29, 4))


def full_name(dice: Dice) -> str:
    male = dice.random() < 0.5
    surname = dice.choice(_SURNAMES)
    name = dice.choice(_MEN if male else _WOMEN)
    father = dice.choice(_FATHERS_M if male else _FATHERS_W)
    return dice.choice(
        (
            f"{surname} {name} {father}",
            f"{surname} {name} {father}",
            f"{name} {father} {surname}",
            f"{surname} {name} {father}".upper(),
            f"{surname.upper()} {name} {father}",
            f"{surname} {name[0]}.{father[0]}.",
            f"{surname} {name[0]}. {father[0]}.",
            f"{name[0]}. {father[0]}. {surname}",
            f"{name} {father}",
        )
    )


def birth_date(dice: Dice) -> str:
    born = date(1935, 1, 1) + timedelta(days=dice.randrange(29000))
    return f"{born:%d.%m.%Y} {dice.choice(('р.н.', 'р. н.', 'року народження'))}"


def plate(dice: Dice) -> str:
    letters = [dice.choice(_CYRILLIC if dice.random() < 0.7 else "ABCEHIKMOPTX") for _ in range(4)]
    gap = dice.choice(("", " ", "-"))
    return f"{letters[0]}{letters[1]}{gap}{dice.randrange(10000):04d}{gap}{letters[2]}{letters[3]}"


def flat(dice: Dice) -> str:
    street = dice.choice(STREETS).name
    house, number = dice.randint(1, 90), dice.randint(1, 250)
    return dice.choice(
        (
            f"{street}, {house}, кв. {number}",
            f"{street}, буд. {house}, кв.{number}",
            f"м. Тернопіль, {street}, {house}, квартира {number}",
            f"{street} {house} кв {number}",
        )
    )


KINDS: dict[str, Make] = {
    "tax-number": tax_number,
    "unzr": unzr,
    "passport": passport,
    "id-card": id_card,
    "phone": phone,
    "email": email,
    "iban": iban,
    "name": full_name,
    "birth-date": birth_date,
    "plate": plate,
    "address": flat,
}
# Nine digits are nobody's until something says whose they are.
CALLED = {"id-card": "Номер ID-картки"}

_ORGANISATIONS = tuple(name for name, _ in ORGANISATIONS.values())
_PROSE = (
    "Ремонт покрівлі будівлі ліцею № 12", "Облаштування дитячого майданчика біля будинку 14",
    "Рішення прийнято за основу",
    "Передано в оренду на 5 років, площа 45,5 кв. м", "Відповідно до договору від 12.03.2024 № 45/2024",
    "Школа імені Тараса Григоровича Шевченка", "Пам'ятник Івану Франку, реставрація", "вул. Степана Бандери, 12",
    "II кв. 2024 року", "Виконано у повному обсязі; зауважень немає", "Закупівля лотом UA-2024-03-12-000123-a",
)  # fmt: skip


def lawful_columns(dice: Dice, *, rows: int = 60) -> Iterator[tuple[str, str | None, Column, list[str]]]:
    """(name, structure, column, cells)."""
    for name in structure_names():
        for column in structure(name).columns:
            make = _lawful(name, column)
            yield f"{name}.{column.name}", name, column, [make(dice) for _ in range(rows)]
    for name, make in LOOK_ALIKES.items():
        yield name, None, Column(name=name, type="string"), [make(dice) for _ in range(rows)]


def _lawful(name: str, column: Column) -> Make:
    ground = lawful(name, column)
    if ground is not None and ground.kinds:
        kind = sorted(ground.kinds)[0]
        if kind == "birth-date":
            return lambda dice: str(date(1950, 1, 1) + timedelta(days=dice.randrange(20000)))
        if kind == "passport":
            return lambda dice: f"{dice.choice('АБВ')}{dice.choice('КМТ')}{dice.randrange(10**6):06d}"
        if kind != "address":
            return KINDS[kind]
    if column.allowed:
        return lambda dice: dice.choice(column.allowed)
    if column.rule in _BY_RULE:
        return _BY_RULE[column.rule]
    if column.type in _BY_TYPE:
        return _BY_TYPE[column.type]
    for end, make in _BY_END.items():
        if column.name.lower().endswith(end):
            return make
    return lambda dice: dice.choice(_PROSE)


def _code(dice: Dice) -> str:
    return with_control_digit(f"{dice.randrange(10**6, 5 * 10**6):07d}")


_BY_RULE: dict[str | None, Make] = {
    "edrpou": _code,
    "organization-id": _code,
    "katottg": lambda dice: f"UA{dice.randrange(10**16, 10**17)}",
    "post-code": lambda dice: f"{dice.randrange(46000, 46400)}",
    "currency": lambda dice: "UAH",
    "latitude": lambda dice: f"{dice.uniform(49.5, 49.6):.6f}",
    "longitude": lambda dice: f"{dice.uniform(25.5, 25.7):.6f}",
    "email": lambda dice: f"info{dice.randrange(99)}@ternopil-school.com.ua",
    "phone": lambda dice: f"+380352{dice.randrange(10**6):06d}",
    "opening-hours": lambda dice: "Пн-Пт 09:00-17:00",
    "cadastral-number": lambda dice: (
        f"6110100000:{dice.randrange(99):02d}:{dice.randrange(999):03d}:{dice.randrange(9999):04d}"
    ),
    "gender": lambda dice: dice.choice("12"),
    "timezone": lambda dice: "Europe/Kyiv",
    "ocid": lambda dice: f"UA-2024-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}-{dice.randrange(10**6):06d}-a",
}
_BY_TYPE: dict[str, Make] = {
    "integer": lambda dice: str(dice.randrange(10 ** dice.randint(1, 6))),
    "decimal": lambda dice: f"{dice.lognormvariate(8, 2):.2f}",
    "boolean": lambda dice: dice.choice(("true", "false")),
    "date": lambda dice: str(date(2005, 1, 1) + timedelta(days=dice.randrange(7500))),
    "dateTime": lambda dice: str(date(2015, 1, 1) + timedelta(days=dice.randrange(4000))) + "T10:30",
    "time": lambda dice: "10:30",
    "anyURL": lambda dice: f"https://rada.example.gov.ua/documents/{dice.randrange(10**6)}",
}
_BY_END: dict[str, Make] = {
    "thoroughfare": lambda dice: dice.choice(STREETS).name,
    "locatordesignator": lambda dice: f"{dice.randint(1, 99)}{dice.choice(('', '', 'А', '/2'))}",
    "number": lambda dice: f"{dice.randrange(999)}/{dice.randint(2015, 2025)}",
    "name": lambda dice: dice.choice(_ORGANISATIONS),
    "id": lambda dice: f"{dice.choice(('А', 'ВН', 'Р'))}-{dice.randrange(10**6):06d}",
    "date": lambda dice: str(date(2005, 1, 1) + timedelta(days=dice.randrange(7500))),
}
LOOK_ALIKES: dict[str, Make] = {
    "номер договору": lambda dice: f"{dice.randrange(10**9, 10**10)}",
    "реєстраційний номер": lambda dice: f"{dice.randrange(2 * 10**9, 4 * 10**9)}",
    "inventory": lambda dice: f"{dice.randrange(10**8, 10**9)}",
    "штрихкод": lambda dice: f"482{dice.randrange(10**10):010d}",
    "кадастровий номер": lambda dice: _BY_RULE["cadastral-number"](dice),
    "коатуу": lambda dice: dice.choice(("6110100000", "6125200000", "6124680100", "6120810100")),
    "телефон установи": lambda dice: (
        f"(0352) {dice.randint(20, 59)}-{dice.randrange(100):02d}-{dice.randrange(100):02d}"
    ),
    "гаряча лінія": lambda dice: f"0 800 {dice.randrange(1000):03d} {dice.randrange(1000):03d}",
    "скринька": lambda dice: f"{dice.choice(('info', 'office', 'school12', 'zvernennya'))}@te.gov.ua",
    "вулиця": lambda dice: dice.choice(
        ("вул. Степана Бандери", "вул. Івана Франка", "бульв. Тараса Шевченка", "вул. Лесі Українки")
    ),
    "заклад": lambda dice: dice.choice(
        ("Гімназія імені Івана Яковича Франка", "Ліцей № 21 ім. Ігоря Герети", "Бібліотека-філія № 4", "ЗДО «Іванко»")
    ),
    "виконавець": lambda dice: dice.choice(
        (*_ORGANISATIONS, "ФОП Петренко Іван Васильович", "ФОП Гнатюк О.П.", "ПП Вовк А.М.", "СПД-ФО Шпак Б.В.")
    ),
    "рахунок бюджету": lambda dice: _treasury(dice),
    "лист": lambda dice: f"{date(2024, 1, 1) + timedelta(days=dice.randrange(300)):%Y%m%d}-{dice.randrange(1, 90):05d}",
    "квартал": lambda dice: f"{dice.choice(('I', 'II', 'III', 'IV'))} кв. {dice.randint(2018, 2025)}",
    "площа": lambda dice: f"{dice.randrange(10, 900)} кв. м",
    "єдрпоу виконавця": _code,
    "дата рішення": lambda dice: str(date(1990, 1, 1) + timedelta(days=dice.randrange(12000))),
    "кількість квартир": lambda dice: str(dice.randrange(300)),
    "технічний паспорт": lambda dice: f"ТП-{dice.randrange(10**5)}",
    "координати": lambda dice: f"{dice.uniform(49.5, 49.6):.10f}",
    "ocid": _BY_RULE["ocid"],
}


def _treasury(dice: Dice) -> str:
    account = f"3{dice.randrange(10**13):013d}".zfill(19)
    number = int(f"899998{account}" + "301000")
    return f"UA{98 - number % 97:02d}899998{account}"
