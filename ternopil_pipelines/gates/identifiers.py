"""Numbers and addresses that lead to one person: what they look like in a cell and what makes one genuine.

A pattern for Arrow finds candidates in a whole column; a check tells the genuine from the accidental (control digit,
birth date, bank account of a person). How many of them make a column a person's is `personal`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from stdnum import iban as stdnum_iban
from stdnum.ua import rntrc

Found = Iterator[str]
_EPOCH = date(1899, 12, 31)
_OLDEST = date(1915, 1, 1)
# Patterns in capitals are RE2's, for whole columns: there `\b` and `\w` know Latin letters only.
# The codes of mobile operators; everything else with a zero in front is a town's exchange, an office's phone.
_MOBILE = "39|50|63|66|67|68|73|75|77|89|9[1-9]"

TAX = r"(?:^|[^\d.:/\-])\d{10}(?:\.0+)?(?:$|[^\d:\-])"
_TAX = re.compile(r"(?<!\d)(?<!\d[.:/-])(\d{10})(?:\.0+)?(?![\d:]|-\d)")
TAX_NAMED = (
    r"(?i)(?:рнокпп|ідент[а-яії]*\.?\s+(?:код|номер)|іпн|інн|облікової картки|податков[а-яії]+ номер|rnokpp|\binn\b|"
    r"\btax\s?id)[^0-9]{0,25}\d{10}(?:$|[^\d])"
)

UNZR = r"(?:^|[^\d])\d{8}-\d{5}(?:$|[^\d])"
_UNZR = re.compile(r"(?<!\d)(\d{8})-(\d{5})(?![\d-])")

PASSPORT = r"(?:^|[^А-Яа-яҐґЄєІіЇїA-Za-z])[А-ЯҐЄІЇ]{2}[\s\x{A0}]?№?[\s\x{A0}]?\d{6}(?:$|[^\d])"
_PASSPORT = re.compile(r"(?<![^\W\d_])([А-ЯҐЄІЇ]{2})[\s\u00a0]?№?[\s\u00a0]?(\d{6})(?!\d)")
# Latin letters that look like the Cyrillic ones of a series; believed only where a header speaks of passports.
PASSPORT_LATIN = r"^[ABCEHIKMOPTX]{2}[\s\x{A0}]?№?[\s\x{A0}]?\d{6}$"
PASSPORT_NAMED = (
    r"(?i)(?:паспорт|посвідк|серія|passport)[^0-9]{0,25}[А-ЯҐЄІЇA-Z]{2}[\s\x{A0}]?№?[\s\x{A0}]?\d{6}(?:$|[^\d])"
)
ID_CARD = r"^№?\s?\d{9}(?:\.0+)?$"
ID_CARD_NAMED = r"(?i)(?:паспорт|id[\s-]?карт|посвідчення особи|passport|id[\s-]?card)[^0-9]{0,25}\d{9}(?:$|[^\d])"

PHONE = (
    r"(?:^|[^\d])(?:\+?\s?3?8[\s\x{A0}(\-]{0,2})?\(?0[\s\x{A0}\-]?\d{2}"
    r"[)\s\x{A0}\-.]{0,3}\d{2,3}(?:[\s\x{A0}\-.]?\d){4,5}(?:$|[^\d])"
)
# 050.4000011 is a coordinate that lost nothing but its column's type.
_PHONE = re.compile(
    rf"(?<![\d])(?<!\d[.:/-])(?:\+?\s?3?8[\s\u00a0(-]{{0,2}})?\(?0[\s\u00a0-]?((?:{_MOBILE}))(?!\.\d{{7}}(?!\d))"
    r"[)\s\u00a0.-]{0,3}\d(?:[\s\u00a0().-]{0,2}\d){6}(?![\d:])(?!-\d)"
)
# A spreadsheet took the number for a number: the zero, or the plus, is gone.
PHONE_SHORT = rf"^(?:380)?(?:{_MOBILE})\d{{7}}(?:\.0+)?$"

EMAIL = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"
_EMAIL = re.compile(r"([\w.%+-]+)@([\w-]+(?:\.[\w-]+)+)")
_MAILBOX = re.compile(
    r"(?i)^(?:info|office|kanc\w*|contact\w*|admin|mail|post|support|help|press\w*|reception|pryi?mal\w*|zvern\w*|"
    r"hotline|sales|data|opendata|rada|miskrada|school\w*|zosh\w*|dnz\w*|sadok\w*|library|museum|noreply|no-reply|dispatch\w*|"
    r"buh\w*|kadr\w*|tender\w*|zakupivl\w*|service\w*|director|secretar\w*)(?:[\d._-].*)?$"
)
_PROVIDERS = frozenset(
    {
        "gmail.com", "ukr.net", "i.ua", "meta.ua", "email.ua", "online.ua", "bigmir.net", "yahoo.com", "outlook.com",
        "hotmail.com", "icloud.com", "proton.me", "protonmail.com", "live.com", "ua.fm", "mail.com", "gmx.com",
    }
)  # fmt: skip

IBAN = r"[UuУ][AaАа](?:[\s\x{A0}\-]?\d){27}(?:$|[^\d])"
_IBAN = re.compile(r"[UuУ][AaАа]((?:[\s\u00a0-]?\d){27})(?!\d)")
# Accounts of companies, budgets and the Treasury by the first digits of the chart of accounts.
_OF_BODIES = re.compile(r"(?:25\d\d|260[0-5]|264\d|265\d|266\d)")
_TREASURY = ("899998", "820172")

_NO_LETTER = r"[^А-Яа-яҐґЄєІіЇїA-Za-z\d]"
PLATE = rf"(?:^|{_NO_LETTER})[А-ЯІЇЄҐA-Z]{{2}}[\s\x{{A0}}\-]?\d{{4}}[\s\x{{A0}}\-]?[А-ЯІЇЄҐA-Z]{{2}}(?:$|{_NO_LETTER})"
_PLATE = re.compile(
    r"(?<![^\W_])([АВЕІКМНОРСТХABCEHIKMOPTX]{2})[\s\u00a0-]?(\d{4})[\s\u00a0-]?([АВЕІКМНОРСТХABCEHIKMOPTX]{2})(?![^\W_])"
)

FLAT = r"(?i)(?:^|[^а-яґєіїa-z])(?:кв|кварт|квартира|помешкання|apt)\.?\s*№?\s*\d{1,3}(?:$|[^\d])"
_FLAT = re.compile(
    r"(?i)(?:буд|вул|просп|пров|бульв|пл|м|с|№|\d)[^;]{0,80}?(?:^|[^а-яґєіїa-z])"
    r"(?:кв|кварт|квартира|помешкання|apt)\.?\s*№?\s*\d{1,3}(?!\d|\s*\.?\s*м\b|\s*м²|\s*осіб)"
)

BORN = (
    r"(?i)(?:\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d{2}-\d{2})[\s,(]*(?:р\.?\s?н(?:$|[^а-яґєії])|р\.?\s?народ|року народ)"
    r"|(?:народив|народила|народжен|дата нар|д\.\s?н\.)[^0-9]{0,20}\d{1,2}[./]\d{1,2}[./]\d{4}"
)
A_DATE = r"^(?:\d{4}-\d{2}-\d{2}(?:T.*)?|\d{1,2}[./]\d{1,2}[./]\d{4}|(?:19|20)\d{2})$"


def tax_numbers(text: str, today: date) -> Found:
    for number in _TAX.findall(text):
        born = _EPOCH + timedelta(days=int(number[:5]))
        if _OLDEST <= born <= today and rntrc.is_valid(number):
            yield number


def may_be_phone(text: str) -> bool:
    """Ten digits with a mobile operator's code; as a taxpayer its owner was born before 1927."""
    return re.fullmatch(rf"0(?:{_MOBILE})\d{{7}}", text) is not None


def tax_number_shaped(text: str) -> bool:
    return _TAX.search(text) is not None


def unzr(text: str, today: date) -> Found:
    for day, end in _UNZR.findall(text):
        born = a_day(day)
        if born is None or not _OLDEST <= born <= today:
            continue
        # `20240115-00012` is the twelfth letter of a day, not a person.
        if not (end.startswith("000") or (end[0] == "0" and born.year >= today.year - 10)):
            yield f"{day}-{end}"


def a_day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def passports(text: str, today: date) -> Found:
    yield from ("".join(each) for each in _PASSPORT.findall(text))


def phones(text: str, today: date) -> Found:
    yield from (re.sub(r"\D", "", found.group())[-9:] for found in _PHONE.finditer(text))


def emails(text: str, today: date) -> Found:
    """Not the mailbox of an authority or of an office."""
    for name, domain in _EMAIL.findall(text):
        lower = domain.lower()
        if lower.endswith(".gov.ua") or lower == "gov.ua":
            continue
        if lower in _PROVIDERS or not _MAILBOX.match(name):
            if lower in _PROVIDERS and _MAILBOX.match(name) and not re.search(r"\d{4}", name):
                continue
            yield f"{name}@{lower}".lower()


def ibans(text: str, today: date) -> Found:
    for tail in _IBAN.findall(text):
        digits = re.sub(r"\D", "", tail)
        account = digits[8:].lstrip("0")
        if digits[2:8] in _TREASURY or _OF_BODIES.match(account) or not stdnum_iban.is_valid("UA" + digits):
            continue
        yield digits


def plates(text: str, today: date) -> Found:
    yield from ("".join(each) for each in _PLATE.findall(text))


def flats(text: str, today: date) -> Found:
    if found := _FLAT.search(text):
        yield found.group()


Check = Callable[[str, date], Found]
