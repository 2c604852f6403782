"""The update days as a calendar file (RFC 5545) for the stewards' own calendars.

One event a dataset, repeated by its cadence, so that the file stays small and right after the span it was made in; a
deadline set by a change is an event of its own. Written here: the format needs twenty lines and no library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from ternopil_pipelines.catalogue.cadence import Frequency, cadence
from ternopil_pipelines.catalogue.model import Catalogue
from ternopil_pipelines.oversight.upcoming import Coming

_RULES = {
    Frequency.SEVERAL_A_DAY: "FREQ=DAILY",
    Frequency.DAILY: "FREQ=DAILY",
    Frequency.WEEKLY: "FREQ=WEEKLY;BYDAY=MO",
    Frequency.MONTHLY: "FREQ=MONTHLY;BYMONTHDAY=1",
    Frequency.QUARTERLY: "FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=1",
    Frequency.HALF_YEARLY: "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1",
    Frequency.YEARLY: "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1",
}
# Lines longer than 75 octets are folded; a Cyrillic letter takes two.
_LONGEST = 75


def calendar_file(catalogue: Catalogue, coming: Sequence[Coming], *, made: datetime) -> bytes:
    """`coming`: as `upcoming` gives it; the first of each dataset begins its repetition."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ternopil_pipelines//calendar//UK",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escaped('Відкриті дані: ' + catalogue.city.title)}",
    ]
    begun: set[str] = set()
    for each in coming:
        if each.what == "update" and each.dataset in begun:
            continue
        begun |= {each.dataset} if each.what == "update" else set()
        lines += _event(catalogue, each, made)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(catalogue: Catalogue, coming: Coming, made: datetime) -> Iterable[str]:
    holder = next(each for each in catalogue.holders if each.id == coming.holder)
    frequency = Frequency(coming.frequency)
    planned = coming.what == "update"
    late = coming.overdue - coming.day, coming.delinquent - coming.day
    said = (
        f"Розпорядник: {holder.title}\nЧастота: {cadence(frequency).label.lower()}\n"
        f"Прострочено: через {late[0].days} дн., керівникам повідомлять через {late[1].days} дн."
    )
    yield "BEGIN:VEVENT"
    yield f"UID:{coming.dataset}-{coming.what if planned else coming.day.isoformat()}@ternopil-pipelines"
    yield f"DTSTAMP:{made.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{_day(coming.day)}"
    yield f"DTEND;VALUE=DATE:{_day(coming.day + timedelta(days=1))}"
    if planned:
        yield f"RRULE:{_RULES[frequency]}"
    yield f"SUMMARY:{_escaped(('Оновити: ' if planned else 'Останній день після змін: ') + coming.title)}"
    yield f"DESCRIPTION:{_escaped(said)}"
    yield "TRANSP:TRANSPARENT"
    if planned and frequency not in {Frequency.SEVERAL_A_DAY, Frequency.DAILY}:
        yield from (
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER:-P1D",
            f"DESCRIPTION:{_escaped(coming.title)}",
            "END:VALARM",
        )
    yield "END:VEVENT"


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterable[str]:
    part, size = "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > _LONGEST:
            yield part
            part, size = " ", 1
        part, size = part + letter, size + width
    yield part
