"""What every register of the demo city shares: its streets, organisations, names of nobody in particular, chance.

Streets are Ternopil's, so that points fall on a map where people expect them; organisations and people are invented,
their ЄДРПОУ codes carry a valid control digit and some begin with a zero, as real ones do. No РНОКПП is ever made.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from stdnum.ua import edrpou

# The day on which the demo city took stock. In the past on purpose: a date of the future would be a finding.
AS_OF = date(2025, 10, 1)
KATOTTG = "UA61040490010069060"
COUNCIL = "Тернопільська міська рада"
COUNCIL_CODE = "34334305"

Cell = str | int | float | bool | date | datetime | None
Row = dict[str, Cell]


@dataclass(frozen=True)
class Street:
    name: str
    post_code: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Organisation:
    name: str
    code: str


STREETS = (
    Street("вул. Руська", "46001", 49.5508, 25.5936),
    Street("бульв. Тараса Шевченка", "46001", 49.5540, 25.5930),
    Street("вул. Качали", "46001", 49.5526, 25.5956),
    Street("вул. Валова", "46001", 49.5519, 25.5946),
    Street("вул. Листопадова", "46001", 49.5545, 25.5908),
    Street("вул. Замкова", "46001", 49.5513, 25.5880),
    Street("вул. Князя Острозького", "46006", 49.5460, 25.5972),
    Street("вул. Живова", "46008", 49.5450, 25.6031),
    Street("вул. Микулинецька", "46006", 49.5321, 25.6010),
    Street("вул. Гайова", "46006", 49.5364, 25.6098),
    Street("вул. Подільська", "46008", 49.5498, 25.6152),
    Street("вул. Торговиця", "46008", 49.5487, 25.6024),
    Street("вул. Оболоня", "46008", 49.5479, 25.6067),
    Street("вул. 15 Квітня", "46027", 49.5634, 25.6250),
    Street("просп. Злуки", "46027", 49.5655, 25.6168),
    Street("вул. Київська", "46016", 49.5668, 25.6311),
    Street("вул. Володимира Великого", "46023", 49.5602, 25.6376),
    Street("вул. Протасевича", "46027", 49.5689, 25.6214),
    Street("вул. Тарнавського", "46016", 49.5571, 25.6342),
    Street("вул. Лучаківського", "46016", 49.5529, 25.6338),
    Street("просп. Степана Бандери", "46010", 49.5549, 25.6105),
    Street("вул. Слівенська", "46010", 49.5566, 25.6182),
    Street("вул. Морозенка", "46010", 49.5524, 25.6128),
    Street("вул. Новий Світ", "46013", 49.5597, 25.6013),
    Street("вул. Збаразька", "46013", 49.5732, 25.6051),
    Street("вул. Текстильна", "46010", 49.5703, 25.6330),
    Street("вул. Промислова", "46010", 49.5620, 25.6462),
    Street("вул. Лозовецька", "46024", 49.5761, 25.5986),
    Street("вул. Бродівська", "46020", 49.5752, 25.5879),
    Street("вул. Галицька", "46024", 49.5721, 25.5769),
    Street("вул. Львівська", "46003", 49.5602, 25.5589),
    Street("вул. Бережанська", "46003", 49.5437, 25.5703),
    Street("вул. Миру", "46018", 49.5406, 25.5784),
    Street("вул. Дружби", "46018", 49.5382, 25.5826),
    Street("вул. Стуса", "46011", 49.5357, 25.5852),
    Street("вул. Загребельна", "46011", 49.5412, 25.5751),
    Street("вул. Лесі Українки", "46018", 49.5348, 25.5921),
    Street("вул. Богдана Хмельницького", "46002", 49.5579, 25.5851),
    Street("вул. Січових Стрільців", "46001", 49.5553, 25.5976),
    Street("вул. Коперника", "46001", 49.5567, 25.5968),
    Street("вул. За Рудкою", "46003", 49.5492, 25.5722),
    Street("бульв. Данила Галицького", "46023", 49.5487, 25.6294),
    Street("вул. Броварна", "46002", 49.5606, 25.5899),
)

# The first seven digits are invented; the eighth is the control digit. Codes issued before 1996 begin with zeros.
ORGANISATIONS: dict[str, tuple[str, str]] = {
    "trolleybus": ("КП «Міський електротранспорт»", "0328107"),
    "bus": ("КП «Міські автобуси»", "3981204"),
    "carrier": ("ТОВ «Подільські перевезення»", "4107352"),
    "parking": ("КП «Паркування міста»", "4021885"),
    "parking_private": ("ТОВ «Стоянка-Сервіс»", "3865120"),
    "parking_kyiv": ("ТОВ «Столичний паркінг»", "4430917"),
    "water": ("КП «Джерело міста»", "0335421"),
    "heat": ("КП «Тепло міста»", "1403886"),
    "power": ("АТ «Подільські електромережі»", "0013042"),
    "green": ("КП «Зелена садиба»", "3651774"),
    "roads": ("КП «Дорожник міста»", "3074926"),
    "housing": ("КП «Житловик»", "2152409"),
    "waste": ("КП «Чисте довкілля»", "4219063"),
    "education": ("Управління освіти і науки", "0214553"),
    "health": ("Управління охорони здоров’я", "0200471"),
    "culture": ("Управління культури і мистецтв", "0222810"),
    "property": ("Управління комунального майна та земельних ресурсів", "4597966"),
    "digital": ("Управління цифрової трансформації та комунікації зі ЗМІ", "4084131"),
    "utilities": ("Управління житлово-комунального господарства, благоустрою та екології", "4296156"),
    "charge_a": ("ТОВ «Електродрайв Поділля»", "4368205"),
    "charge_b": ("ПП «Зарядка Плюс»", "4150938"),
    "build_a": ("ТОВ «Будмайстер-Захід»", "3790416"),
    "build_b": ("ПП «Дорсервіс»", "3248071"),
    "build_c": ("ТОВ «Термомонтаж»", "0153964"),
    "shop_a": ("ТОВ «Ярина»", "3320158"),
    "shop_b": ("ПП «Калина Трейд»", "3517749"),
    "shop_c": ("ТОВ «Аптека Добра»", "3904482"),
    "shop_d": ("ТОВ «Надзбруччя Агро»", "0583716"),
    "foundation": ("Благодійний фонд «Разом для міста»", "4286031"),
}

_MEN = ("Андрій", "Богдан", "Василь", "Дмитро", "Ігор", "Максим", "Назар", "Олег", "Роман", "Тарас")
_WOMEN = ("Анна", "Галина", "Ірина", "Катерина", "Леся", "Марія", "Наталія", "Оксана", "Софія", "Юлія")
_FATHERS = ("Андрій", "Богдан", "Іван", "Михайло", "Петро", "Роман", "Степан", "Ярослав")
_SURNAMES = (
    "Бойко", "Ткаченко", "Кравчук", "Мельник", "Олійник", "Гнатюк", "Павлюк", "Марчук", "Савчук", "Бондар",
    "Захарчук", "Романюк", "Швець", "Коваль", "Гончар", "Стельмах", "Шевчук", "Мороз", "Кушнір", "Левчук",
)  # fmt: skip


def chance(seed: int, name: str) -> random.Random:
    """One stream of chance per register: a new register leaves the rows of the others as they were."""
    return random.Random(f"{seed}:{name}")


def with_control_digit(stem: str) -> str:
    return stem + str(edrpou.calc_check_digit(stem))


def organisation(key: str) -> Organisation:
    name, stem = ORGANISATIONS[key]
    return Organisation(name, with_control_digit(stem))


def nobody(dice: random.Random) -> str:
    """A full name put together from common parts; it belongs to nobody we know of."""
    male = dice.random() < 0.5
    father = dice.choice(_FATHERS)
    if father == "Михайло":
        patronymic = "Михайлович" if male else "Михайлівна"
    elif father == "Андрій":
        patronymic = "Андрійович" if male else "Андріївна"
    elif father == "Петро":
        patronymic = "Петрович" if male else "Петрівна"
    else:
        patronymic = father + ("ович" if male else "івна")
    return f"{dice.choice(_SURNAMES)} {dice.choice(_MEN if male else _WOMEN)} {patronymic}"


def phone(dice: random.Random) -> str:
    return f"+380352{dice.randint(100, 199)}{dice.randint(0, 999):03d}"


def day(dice: random.Random, first: date, last: date = AS_OF) -> date:
    return first + timedelta(days=dice.randint(0, (last - first).days))


def moment(dice: random.Random, on: date) -> datetime:
    return datetime.combine(on, time(dice.randint(7, 21), dice.randint(0, 59)))


@dataclass(frozen=True)
class Place:
    """Somewhere in the city: an address and the point it stands for."""

    street: str
    house: str
    building: str | None
    post_code: str
    lat: float
    lon: float

    def official(self) -> Row:
        """The address columns as the official structures name them, in their order."""
        return {
            "CATUTTC": KATOTTG,
            "addressPostCode": self.post_code,
            "addressAdminUnitL1": "Україна",
            "addressAdminUnitL2": "Тернопільська область",
            "addressAdminUnitL3": "Тернопільський район",
            "addressAdminUnitL4": "Тернопільська",
            "addressPostName": "Тернопіль",
            "addressThoroughfare": self.street,
            "addressLocatorDesignator": self.house,
            "addressLocatorBuilding": self.building,
        }


def degrees(exact: float) -> float:
    """Six decimals, the last never a zero: as a number it would be dropped and the point would look a coarse one."""
    return (round(exact * 1e6) | 1) / 1e6


def place(dice: random.Random) -> Place:
    street = dice.choice(STREETS)
    house = str(dice.randint(1, 68)) + (dice.choice("АБВ") if dice.random() < 0.15 else "")
    building = str(dice.randint(1, 3)) if dice.random() < 0.08 else None
    lat, lon = degrees(street.lat + dice.uniform(-0.0022, 0.0022)), degrees(street.lon + dice.uniform(-0.0035, 0.0035))
    return Place(street.name, house, building, street.post_code, lat, lon)
