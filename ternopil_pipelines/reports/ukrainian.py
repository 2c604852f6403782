"""Ukrainian words around the findings: verdicts, numbers with nouns, times as people write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

VERDICTS = {
    "accepted": "Прийнято",
    "accepted_with_remarks": "Прийнято із зауваженнями",
    "held": "Затримано: рішення за людиною",
    "rejected": "Не прийнято",
}
NEXT_STEPS = {
    "accepted": "Дані можна публікувати. Робити нічого не треба.",
    "accepted_with_remarks": "Дані можна публікувати. Перегляньте зауваження: виправлене піде в наступне оновлення.",
    "held": "Дані прочитано, але перед публікацією їх має переглянути відповідальна особа. Надсилати вдруге не треба.",
    "rejected": "Виправте помилки у своєму файлі та надішліть його ще раз. Дані, опубліковані раніше, не змінено.",
}
SEVERITIES = {"error": "помилка", "warning": "зауваження", "note": "примітка"}


def plural(count: int, one: str, few: str, many: str) -> str:
    """`1 помилка, 2 помилки, 5 помилок, 11 помилок, 21 помилка`."""
    tens, units = count % 100, count % 10
    word = many if 11 <= tens <= 14 or units == 0 or units >= 5 else one if units == 1 else few
    return f"{grouped(count)} {word}"


def grouped(count: int) -> str:
    return f"{count:,}".replace(",", "\u00a0")


def errors(count: int) -> str:
    return plural(count, "помилка", "помилки", "помилок")


def remarks(count: int) -> str:
    return plural(count, "зауваження", "зауваження", "зауважень")


def notes(count: int) -> str:
    return plural(count, "примітка", "примітки", "приміток")


def rows(count: int) -> str:
    return plural(count, "рядок", "рядки", "рядків")


def tally(counts: dict[str, int]) -> str:
    """`2 помилки, 5 зауважень`; notes are told only where there is nothing worse."""
    told = [word(counts[name]) for name, word in (("error", errors), ("warning", remarks)) if counts.get(name)]
    return ", ".join(told) or (notes(counts["note"]) if counts.get("note") else "")


def moment(text: str, zone: str = "Europe/Kyiv") -> str:
    """`2026-11-23T15:14:19Z` as `23.11.2026 о 17:14`."""
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).strftime("%d.%m.%Y о %H:%M")
