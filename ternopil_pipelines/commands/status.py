"""`ternopil status`: where every dataset stands and whom it waits for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from ternopil_pipelines.commands.output import Settings, json_option
from ternopil_pipelines.commands.portal import warn_of_token
from ternopil_pipelines.commands.upcoming import show_calendar

WORDS = {
    "fresh": "актуальний",
    "due": "час оновити",
    "overdue": "прострочений",
    "delinquent": "давно прострочений",
    "held": "чекає рішення",
    "failed": "не вдалося",
    "never": "ще не оприлюднений",
    "retired": "більше не оновлюється",
}


@click.command()
@click.option("--calendar", is_flag=True, help="Що й коли оновлюватиметься в наступні 90 днів.")
@click.option("--ics", type=click.Path(dir_okay=False, path_type=Path), help="Записати ці дні файлом календаря (.ics).")
@json_option
@click.pass_obj
def status(settings: Settings, calendar: bool, ics: Path | None) -> None:
    """Стан кожного набору: чи актуальний, коли наступне оновлення, кого чекає."""
    if calendar or ics is not None:
        show_calendar(settings, ics)
        return
    from ternopil_pipelines.oversight.reminders import period, reminders
    from ternopil_pipelines.oversight.status import standing
    from ternopil_pipelines.reports.diff_page import page_of

    installation = settings.installation()
    now = datetime.now(UTC)
    found = [
        standing(installation.catalogue, each, installation.ledger, now) for each in installation.catalogue.datasets
    ]
    warn_of_token(settings, *installation.tokens())
    if settings.json:
        settings.document({"datasets": [each.as_json() for each in found]})
        return
    every = period(installation.environment.variables)
    waiting = {
        each.waiting.dataset: each for each in reminders(installation.catalogue, installation.ledger, now, every=every)
    }
    width = max((len(each.id) for each in found), default=0)
    for each in found:
        asked = f"; чекає: {_whom(each.waiting_for)}" if each.waiting_for else ""
        if (reminder := waiting.get(each.id)) is not None:
            since = datetime.fromisoformat(reminder.waiting.since)
            told = f", нагадано разів: {len(reminder.reminded)}" if reminder.reminded else ""
            asked = f"; чекає з {since:%d.%m.%Y} (робочих днів: {reminder.days}{told}): {reminder.contact}"
        due = f"; наступний строк {each.due[:10]}" if each.due else ""
        remarks = f"; зауважень: {each.findings}" if each.findings else ""
        settings.say(f"{each.id:<{width}}  {WORDS[each.state]}{due}{remarks}{asked}")
        if reminder is not None:
            page = page_of(installation.waiting, each.id, reminder.waiting.edition)
            if page.is_file():
                settings.say(f"{'':<{width}}  що чекає й чому: {page}")


def _whom(waiting_for: str) -> str:
    """In words for people; a holder by its id."""
    from ternopil_pipelines.oversight.status import EMBARGO

    if waiting_for.startswith(EMBARGO):
        return f"ембарго до {datetime.fromisoformat(waiting_for.removeprefix(EMBARGO)):%d.%m.%Y %H:%M}"
    return {"moderator": "модератора", "operator": "оператора"}.get(waiting_for, waiting_for)
