"""The points of one dataset's quality, each resting on something that was checked or entered, and naming it.

The five dimensions and their weights are those of the European portal's metadata quality assessment (405 points);
timeliness and structure, which the law asks for and MQA does not know, weigh a hundred each. What was said to be
published earns nothing: files, tables and search count as far as the publication's read-back receipt confirms them, and
a point that has no such evidence is not earned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from ternopil_pipelines.catalogue.cadence import cadence
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.edition import Edition, EditionFile
from ternopil_pipelines.evidence.journal import PUBLISHED, WITHDRAWN, last_looked
from ternopil_pipelines.evidence.ledger import Entry, Ledger
from ternopil_pipelines.findings.checks import check_of
from ternopil_pipelines.findings.codes import CODES
from ternopil_pipelines.findings.finding import Severity
from ternopil_pipelines.oversight.status import grace

Dimension = Literal[
    "findability", "accessibility", "interoperability", "reusability", "contextuality", "timeliness", "structure"
]
WEIGHTS: dict[Dimension, float] = {
    "findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20,
    "timeliness": 100, "structure": 100,
}  # fmt: skip
_OPEN = frozenset({"CSV", "JSON", "XML", "GeoJSON"})
_LICENSES = frozenset({"cc-by", "cc-zero", "cc-by-sa", "odc-by", "pddl"})
_PLACES = frozenset({"latitude", "longitude", "katottg"})
_AGAIN = "Оприлюдніть набір ще раз: `ternopil publish`."


@dataclass(frozen=True, slots=True)
class Point:
    """`check`: which check they rest on (`findings.checks`), or the key of sources.yaml; `evidence`: which entry of the
    ledger or edition says so, and what, Ukrainian; `fix`: how to earn what is missing."""

    dimension: Dimension
    title: str
    most: float
    earned: float
    check: str
    evidence: str
    fix: str

    @property
    def missing(self) -> float:
        return round(self.most - self.earned, 2)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the portal shows: the edition, the entry that says so, and the newest entry whose receipt was read back."""

    edition: Edition
    published: Entry
    confirmed: Entry | None

    @property
    def receipt(self) -> Mapping[str, Any]:
        return self.confirmed.body["receipt"] if self.confirmed is not None else {}

    @property
    def files(self) -> list[EditionFile]:
        """Those whose bytes were read back without a token and were the edition's."""
        read = self.receipt.get("files", {})
        return [each for each in self.edition.files if read.get(each.name) == each.sha256]

    @property
    def where(self) -> str:
        return f"редакція {self.edition.address[:12]}"

    def told(self, what: str) -> str:
        found = self.confirmed
        return f"запис {found.sequence} журналу: {what}" if found is not None else "у журналі немає звірки з порталом"


def shown(archive: Archive, ledger: Ledger, dataset: str) -> Shown | None:
    """None where nothing was published, or what was has been withdrawn."""
    last = ledger.last(dataset, PUBLISHED, WITHDRAWN)
    if last is None or last.what == WITHDRAWN or last.edition is None:
        return None
    entries = [each for each in ledger.entries(dataset, PUBLISHED) if each.edition == last.edition]
    confirmed = next((each for each in reversed(entries) if each.body.get("receipt")), None)
    return Shown(archive.read(dataset, last.edition), last, confirmed)


def points(catalogue: Catalogue, dataset: Dataset, found: Shown, ledger: Ledger, now: datetime) -> Iterator[Point]:
    yield from _findability(found)
    yield from _accessibility(found)
    yield from _interoperability(found)
    yield from _reusability(catalogue, dataset, found)
    yield from _contextuality(found)
    yield _timeliness(dataset, last_looked(ledger, dataset.id), now)
    yield from _structure(found)


def unpublished(ledger: Ledger, dataset: str) -> Iterator[Point]:
    """Nothing on the portal is no evidence of anything."""
    last = ledger.last(dataset, PUBLISHED, WITHDRAWN)
    said = "у журналі немає публікації" if last is None else f"запис {last.sequence} журналу: дані вилучено"
    for name, most in WEIGHTS.items():
        yield Point(name, "Набір оприлюднено", most, 0, "published", said, "Оприлюдніть набір.")


def _point(
    dimension: Dimension, title: str, most: float, share: float | bool, check: str, evidence: str, fix: str
) -> Point:
    return Point(dimension, title, most, round(most * float(share), 2), check, evidence, fix)


def _findability(found: Shown) -> Iterator[Point]:
    passport, where, words = found.edition.passport, found.where, len(found.edition.passport.keywords)
    yield _point(
        "findability", "Ключові слова", 30, min(words / 3, 1), "passport_complete", f"{where}: ключових слів {words}",
        "Додайте в sources.yaml щонайменше три ключові слова.",
    )  # fmt: skip
    yield _point(
        "findability", "Позиція переліку постанови № 835", 30, passport.required is not None, "passport_complete",
        f"{where}: {passport.required or 'позиції не зазначено'}", "Зазначте `required`, якщо набір є в переліку.",
    )  # fmt: skip
    columns = [column for each in found.edition.tables for column in each.columns]
    places = sorted({column.name for column in columns if column.rule in _PLACES})
    yield _point(
        "findability", "Територія", 20, bool(places), "schema", f"{where}: {', '.join(places) or 'стовпців немає'}",
        "Додайте стовпець із координатами або кодом КАТОТТГ, якщо дані прив’язані до місця.",
    )  # fmt: skip
    searched = bool(found.receipt.get("in_search"))
    yield _point(
        "findability", "Пошук порталу показує цю редакцію", 20, searched, "harvest",
        found.told("пошук знайшов редакцію" if searched else "пошук показав іншу редакцію"), _AGAIN,
    )  # fmt: skip


def _accessibility(found: Shown) -> Iterator[Point]:
    files, every = len(found.files), len(found.edition.files)
    yield _point(
        "accessibility", "Файли доступні без пароля й збігаються з редакцією", 50, files / max(every, 1),
        "files_reachable", found.told(f"звірено файлів {files} з {every}"), _AGAIN,
    )  # fmt: skip
    counted = found.receipt.get("tables", {})
    equal = sum(counted.get(each.id) == each.rows for each in found.edition.tables)
    tables = len(found.edition.tables)
    yield _point(
        "accessibility", "Таблиці доступні через API порталу, рядків стільки ж", 50, equal / max(tables, 1),
        "portal_equals_edition", found.told(f"звірено таблиць {equal} з {tables}"), f"Додайте формат CSV. {_AGAIN}",
    )  # fmt: skip


def _interoperability(found: Shown) -> Iterator[Point]:
    data = [each for each in found.files if each.kind == "data"]
    formats = sorted({each.format for each in data})
    said = found.told(f"формати {', '.join(formats) or 'не звірено'}")
    typed = [each for each in data if each.format and each.mimetype]
    yield _point(
        "interoperability", "Формат і тип файлів названо", 30, len(typed) / len(data) if data else 0,
        "files_reachable", said, "Зазначте `formats`.",
    )  # fmt: skip
    yield _point(
        "interoperability", "Машиночитний відкритий формат", 40, bool(_OPEN & {*formats}), "files_reachable", said,
        "Додайте формат CSV або JSON.",
    )  # fmt: skip
    yield _point(
        "interoperability", "Кілька форматів", 20, len(formats) > 1, "files_reachable", said, "Додайте ще один формат."
    )  # fmt: skip
    tables = found.edition.tables
    official = sum(any(column.official for column in each.columns) for each in tables)
    yield _point(
        "interoperability", "Офіційна структура таблиць", 20, official / max(len(tables), 1), "schema",
        f"{found.where}: таблиць за офіційною структурою {official} з {len(tables)}",
        "Оберіть офіційну структуру (`structure`), якщо вона є.",
    )  # fmt: skip


def _reusability(catalogue: Catalogue, dataset: Dataset, found: Shown) -> Iterator[Point]:
    passport, where, holder = found.edition.passport, found.where, catalogue.holder_of(dataset)
    mailed = bool(passport.maintainer_email)
    yield _point(
        "reusability", "Відкрита ліцензія", 30, passport.license in _LICENSES, "passport_complete",
        f"{where}: {passport.license}", "Зазначте ліцензію cc-by.",
    )  # fmt: skip
    yield _point(
        "reusability", "Відповідальна особа з електронною адресою", 25, mailed, "passport_complete",
        f"{where}: {'адресу зазначено' if mailed else 'адреси немає'}", "Зазначте контакт розпорядника.",
    )  # fmt: skip
    yield _point(
        "reusability", "Реквізити розпорядника підтверджено", 20, holder.confirmed, "sources.yaml: confirmed",
        f"sources.yaml, {holder.id}: confirmed {str(holder.confirmed).lower()}",
        "Перевірте код і контакт розпорядника та поставте `confirmed: true`.",
    )  # fmt: skip


def _contextuality(found: Shown) -> Iterator[Point]:
    columns = [column for each in found.edition.tables for column in each.columns]
    described = sum(bool(each.label or each.description) for each in columns)
    yield _point(
        "contextuality", "Стовпці пояснено", 10, described / max(len(columns), 1), "schema",
        f"{found.where}: пояснено {described} з {len(columns)}", "Додайте `label` або `description` стовпцям.",
    )  # fmt: skip
    purpose = bool(found.edition.passport.purpose)
    said = f"{found.where}: {'мету зазначено' if purpose else 'мети немає'}"
    yield _point("contextuality", "Мета", 10, purpose, "passport_complete", said, "Зазначте `purpose`.")


def _timeliness(dataset: Dataset, looked: Entry | None, now: datetime) -> Point:
    """By the age of the last look, on the ladder of `status`; what is held or failed ages like the rest."""
    days = cadence(dataset.frequency).max_age_days
    share, said = 0.0, "у журналі немає перегляду"
    if looked is not None:
        age = now - datetime.fromisoformat(looked.at)
        late = age - timedelta(days=days or 0)
        steps = ((timedelta(), 1.0), (grace(days or 0), 0.8), (2 * grace(days or 0), 0.4))
        share = 1.0 if days is None else next((worth for most, worth in steps if late <= most), 0.0)
        said = f"запис {looked.sequence} журналу: переглянуто {looked.at[:10]}, днів тому {age.days} з {days or '∞'}"
    if dataset.state == "retired":
        share, said = 1.0, "sources.yaml: набір більше не оновлюється"
    fix = "Надішліть нові дані: строк оновлення минув."
    return _point("timeliness", "Оновлено вчасно", 100, share, "freshness", said, fix)


def _structure(found: Shown) -> Iterator[Point]:
    """Sixty points for tables without remarks, by the share of rows named; forty shared by the kinds of remark, each
    with its own fix."""
    findings: Mapping[str, int] = found.published.body.get("findings", {})
    rows = sum(each.rows for each in found.edition.tables)
    warned = {
        code: count
        for code, count in findings.items()
        if code not in CODES or CODES[code].severity is not Severity.NOTE
    }
    total, where = sum(warned.values()), f"запис {found.published.sequence} журналу"
    yield _point(
        "structure", "Рядки без зауважень", 60, max(0.0, 1 - total / max(rows, 1)), "schema",
        f"{where}: зауважень {total} на {rows} рядків", "Виправте зауваження до клітинок.",
    )  # fmt: skip
    if not warned:
        yield _point("structure", "Жодного виду зауважень", 40, 1, "schema", f"{where}: зауважень немає", "")
    for code, count in sorted(warned.items()):
        known = CODES.get(code)  # none: of an older version of the program
        about = known.about if known else code
        mend = known.fix if known and "{" not in known.fix else about
        check = f"{check_of(code).name}: {code}" if known else f"schema: {code}"
        yield _point("structure", about, 40 / len(warned), 0, check, f"{where}: {code} {count}", mend)
