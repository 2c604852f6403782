"""The one place where a value that may belong to a person loses most of its characters before anyone sees it.

What a finding quotes goes to reports, logs, the event database and the ledger: what is not masked here is leaked
everywhere. Only the last two characters of an identifier survive, enough for a steward to recognise the cell.
"""

from __future__ import annotations

import re

# Ten digits: РНОКПП; thirteen with a dash: УНЗР; UA + 27 digits: IBAN; two letters + six digits: a passport book.
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|UA(?:[\s-]?\d){27}"
    r"|(?<!\d)\d{8}-\d{5}(?!\d)"
    r"|(?<![\d.,])\+?(?:38)?[\s(-]*0(?:[\s()-]*\d){9}(?![\d])"
    r"|(?<![\d.,])\d{10}(?![\d.,])"
    r"|(?<![А-ЯҐЄІЇа-яґєії])[А-ЯҐЄІЇ]{2}\s?\d{6}(?!\d)",
    re.IGNORECASE,
)
LONGEST = 120


def mask(value: str, *, personal: bool = False) -> str:
    """`value` with identifiers, phones, e-mails and IBANs hidden but for their last two characters; the whole of it
    where the column is `personal`. Never longer than 120 characters: a cell may hold a whole letter."""
    shown = _hidden(value) if personal else _PERSONAL.sub(lambda found: _hidden(found.group()), value)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def _hidden(value: str) -> str:
    return "•" * max(len(value) - 2, 1) + value[-2:] if len(value) > 2 else "••"
