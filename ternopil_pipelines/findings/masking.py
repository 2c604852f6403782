"""The one place where a value that may belong to a person loses most of its characters before anyone sees it.

What a finding quotes goes to reports, logs, the event database and the ledger: what is not masked here is leaked
everywhere. Only the last two characters of an identifier survive, enough for a steward to recognise the cell. Masking
looks at shape, not at control digits: one digit mistyped makes a number invalid and no less a person's.
"""

from __future__ import annotations

import re

# Not inside a longer number, nor after `12-`, `12.` or `12:` (dates, fractions, cadastral numbers).
_APART = r"(?<!\d)(?<!\d[.:/-])"
_WORD = r"[А-ЯҐЄІЇ][а-яґєії'’ʼ]+(?:-[А-ЯҐЄІЇа-яґєії][а-яґєії'’ʼ]+)*"
_INITIALS = r"[А-ЯҐЄІЇ]\.\s?[А-ЯҐЄІЇ]\."
_UPPER = r"[А-ЯҐЄІЇ][А-ЯҐЄІЇ'’ʼ-]+"
_SHAPES = (
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    # IBAN, also with blanks and with Cyrillic letters.
    r"[UuУ][AaАа](?:[\s-]?\d){27}",
    # УНЗР.
    r"(?<!\d)\d{8}-\d{5}(?!\d)",
    # Phones: with the country's code in any grouping, without it in the usual ones (3-3-2-2, 4-2-2-2, 5-1-2-2).
    _APART + r"\+?\s?3\s?8[\s(-]*0(?:[\s()-]*\d){9}(?!\d)",
    _APART + r"8?[\s-]?\(?0\d{2}\)?[\s-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)",
    _APART + r"8?[\s-]?\(?0\d{3}\)?[\s-]*\d{2}[\s-]*\d{2}[\s-]*\d{2}(?!\d)",
    # РНОКПП, also as the `3012345678.0` of a spreadsheet; a cadastral number begins with ten digits too.
    r"(?<!\d)(?<!\d\.)\d{10}(?:\.0+)?(?![\d:])(?!\.\d)",
    # A passport book, in either alphabet.
    r"(?<![^\W\d_])[А-ЯҐЄІЇA-Z]{2}\s?№?\s?\d{6}(?!\d)",
    # Nine digits are a person's only where the words before them say so.
    r"(?i:паспорт|id[- ]?карт|посвідчення)\D{0,20}\d{9}(?!\d)",
    # A day somebody was born on, a car's plate, an address down to the flat.
    r"(?i:\d{1,2}[./]\d{1,2}[./]\d{4}[\s,(]*(?:р\.?\s?н|р\.?\s?народ|року народ))",
    r"(?<![^\W_])[А-ЯҐЄІЇA-Z]{2}[\s-]?\d{4}[\s-]?[А-ЯҐЄІЇA-Z]{2}(?![^\W_])",
    r"(?i:[^;«»]{0,60}(?<![^\W_])(?:кв|кварт|квартира|помешкання)\.?\s*№?\s*\d{1,3}(?!\d|\s*\.?\s*м\b|\s*м²))",
    # A name with its patronymic or with initials, in small or capital letters: a finding of the cleaning may quote it
    # before any gate has judged the column.
    rf"(?:{_WORD}\s+){{1,2}}[А-ЯҐЄІЇ][а-яґєії'’ʼ]*(?:ович|йович|євич|евич|івна|ївна|Ілліч|Лукич)(?:\s+{_WORD})?",
    rf"{_WORD}\s+{_INITIALS}|{_INITIALS}\s?{_WORD}",
    rf"[А-ЯҐЄІЇ][а-яґєії'’ʼ]*(?:ович|йович|євич|евич|івна|ївна),?\s+{_WORD}",
    rf"(?:{_UPPER}\s+){{1,2}}[А-ЯҐЄІЇ'’ʼ]*(?:ОВИЧ|ЙОВИЧ|ЄВИЧ|ЕВИЧ|ІВНА|ЇВНА)(?:\s+{_UPPER})?",
)
_PERSONAL = re.compile("|".join(_SHAPES))
LONGEST = 120


def mask(value: str, *, personal: bool = False) -> str:
    """`value` with identifiers, phones, e-mails and IBANs hidden but for their last two characters; the whole of it
    where the column is `personal`. Never longer than 120 characters: a cell may hold a whole letter."""
    shown = _hidden(value) if personal else _PERSONAL.sub(lambda found: _hidden(found.group()), value)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def _hidden(value: str) -> str:
    return "•" * max(len(value) - 2, 1) + value[-2:] if len(value) > 2 else "••"
