"""The words of `ternopil status --calendar`: what is due in the next 90 days, and the same as a calendar file."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from ternopil_pipelines.catalogue.cadence import Frequency
from ternopil_pipelines.commands.output import Settings

_EVERY_DAY = {Frequency.SEVERAL_A_DAY, Frequency.DAILY}


def show_calendar(settings: Settings, file: Path | None) -> None:
    from ternopil_pipelines.oversight.ics import calendar_file
    from ternopil_pipelines.oversight.upcoming import DAYS, upcoming

    installation = settings.installation()
    now = datetime.now(UTC)
    coming = upcoming(installation.catalogue, installation.ledger, now)
    if file is not None:
        # A whole year: what is due once in it must begin its repetition too.
        year = upcoming(installation.catalogue, installation.ledger, now, days=366)
        file.write_bytes(calendar_file(installation.catalogue, year, made=now))
    if settings.json:
        settings.document({"calendar": [each.as_json() for each in coming]})
        return
    daily = sorted({each.dataset for each in coming if each.frequency in _EVERY_DAY})
    if daily:
        settings.say("щодня: " + ", ".join(daily))
    rare = [each for each in coming if each.frequency not in _EVERY_DAY]
    for day, found in groupby(rare, key=lambda each: each.day):
        settings.say(f"{day:%d.%m.%Y}")
        for each in found:
            what = f"оновлення о {each.at}" if each.what == "update" else "останній день після змін"
            settings.say(
                f"  {each.dataset:<28} {what}; {each.holder}; прострочено з {each.overdue:%d.%m.%Y}, "
                f"керівникам з {each.delinquent:%d.%m.%Y}"
            )
    settings.say(f"Днів наперед: {DAYS}; подій: {len(coming)}." + (f" Файл календаря: {file}" if file else ""))
