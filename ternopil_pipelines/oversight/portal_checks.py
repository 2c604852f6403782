"""What a citizen and the national harvester find on the portal, against the last edition that was published.

Asked without a token. A publication reads back everything it sent; a check that follows it in the same run takes its
word for files, tables and passport (`trusted`) and only asks what the harvester asks. By itself it looks at everything
but the bodies of the files, which a publication alone downloads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.faults import PortalRefused, PortalUnreachable
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.portal import passport
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.publication import quiet
from ternopil_pipelines.portal.situation import Situation, Work, look
from ternopil_pipelines.portal.verification import address_of

# What the law asks of a passport, by the names of the portal's fields and extras.
FIELDS: Mapping[str, str] = {
    "title": "назва",
    "notes": "опис",
    "license_id": "ліцензія",
    "maintainer": "відповідальна особа",
    "maintainer_email": "електронна адреса відповідальної особи",
}
EXTRAS: Mapping[str, str] = {
    "identifier": "ідентифікатор",
    "update_frequency": "частота оновлення",
    "purpose_of_collecting_information": "мета і правова підстава",
    "language": "мова",
    "formats": "формати",
    "publisher": "розпорядник",
    "publisher_edrpou": "код ЄДРПОУ розпорядника",
}
# data.gov.ua pulls by pages of a hundred, ordered by id.
_PAGE = 100
_LONGEST = {"title": 254, "notes": 4000, "purpose_of_collecting_information": 512}


def examine(
    client: PortalClient, archive: Archive, edition: Edition, *, package: str, trusted: bool = False
) -> tuple[Finding, ...]:
    """`edition`: the last one published. A portal that does not answer is a finding too."""
    try:
        found = [] if trusted else list(_portal(client, archive, edition, package))
        return (*found, *_harvest(client, edition, package))
    except PortalUnreachable as fault:
        return (finding("portal-silent", why=str(fault)),)


def _portal(client: PortalClient, archive: Archive, edition: Edition, package: str) -> Iterator[Finding]:
    work = Work(client, archive, edition, package, quiet)
    try:
        now = look(work)
    except PortalRefused as refused:
        yield finding("portal-differs", what=f"Портал не показує набір: {refused}.")
        return
    if now.package is None:
        yield finding("portal-differs", what="Набору на порталі немає.")
        return
    for what in _differences(work, now):
        yield finding("portal-differs", what=what)
    for target in now.targets:
        status, length = client.length_of(address_of(work, now, target))
        if status != 200 or length not in {None, target.file.size}:
            answer = f"відповідь {status}" if status != 200 else f"довжина {length} замість {target.file.size}"
            yield finding("file-unreachable", file=target.file.name, answer=answer)


def _differences(work: Work, now: Situation) -> Iterator[str]:
    if now.edition != work.edition.address:
        yield f"Портал показує редакцію {(now.edition or '—')[:12]}, а оприлюднено {work.edition.address[:12]}."
    if files := [each.file.name for each in now.files_differ()]:
        yield f"Файли не ті: {', '.join(files)}."
    if tables := [each.file.table for each in now.tables_differ()]:
        yield f"Таблиці порталу не ті: {', '.join(tables)}."
    if keys := now.passport_differs(work):
        yield f"Паспорт на порталі інший: {', '.join(keys)}."


def _harvest(client: PortalClient, edition: Edition, package: str) -> Iterator[Finding]:
    """The harvester's first question, narrowed to this dataset; then its later one, by the moment of the change."""
    shown = _asked(client, package, f'name:"{package}"')
    if shown is None:
        yield finding("harvest-missing", what="набору немає серед відповідей")
        return
    yield from _passport(shown, edition)
    since = str(shown.get("metadata_modified") or "")[:19]
    if passport.extra_of(shown, passport.EDITION) != edition.address:
        yield finding("harvest-missing", what="пошук показує іншу редакцію")
    elif not since or _asked(client, package, f'name:"{package}" AND metadata_modified:[{since}Z TO *]') is None:
        yield finding("harvest-missing", what="запит за часом зміни його не повертає")


def _asked(client: PortalClient, package: str, query: str) -> Mapping[str, Any] | None:
    try:
        answer = client.read("package_search", anonymous=True, fq=query, sort="id asc", start=0, rows=_PAGE)
    except PortalRefused:
        return None
    return next((each for each in answer["results"] if each["name"] == package), None)


def _passport(shown: Mapping[str, Any], edition: Edition) -> Iterator[Finding]:
    values = {key: str(shown.get(key) or "") for key in FIELDS}
    values |= {key: passport.extra_of(shown, key) or "" for key in EXTRAS}
    words = {**FIELDS, **EXTRAS}
    missing = [words[key] for key, value in values.items() if not value.strip()]
    missing += [f"{words[key]} (довше за {most})" for key, most in _LONGEST.items() if len(values[key]) > most]
    if not shown.get("tags"):
        missing.append("ключові слова")
    if not (shown.get("organization") or shown.get("owner_org")):
        missing.append("організація")
    names = {str(each.get("name")) for each in shown.get("resources", ())}
    missing += [
        f"структура: {each.name}" for each in edition.files if each.kind == "structure" and each.title not in names
    ]
    if missing:
        yield finding("passport-incomplete", count=len(missing), keys=", ".join(missing))
