"""The quality of a dataset in points: MQA's five dimensions, timeliness and structure, each point with its evidence.

The five dimensions and their weights are those of the European portal's metadata quality assessment (405 points);
timeliness and structure, which the law asks for and MQA does not know, weigh a hundred each. A point names the check
or the entry it rests on and what to do to earn it, so that the list of fixes is the list of points not earned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import last_published
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.findings.codes import CODES
from ternopil_pipelines.findings.finding import Severity

Dimension = Literal[
    "findability", "accessibility", "interoperability", "reusability", "contextuality", "timeliness", "structure"
]
TITLES: dict[Dimension, str] = {
    "findability": "Знайти",
    "accessibility": "Отримати",
    "interoperability": "Поєднати",
    "reusability": "Використати",
    "contextuality": "Зрозуміти",
    "timeliness": "Своєчасність",
    "structure": "Структура",
}
_TIMELY = {"fresh": 1.0, "due": 0.8, "overdue": 0.4, "delinquent": 0.0}
_OPEN = frozenset({"CSV", "JSON", "XML", "GeoJSON"})
_LICENSES = frozenset({"cc-by", "cc-zero", "cc-by-sa", "odc-by", "pddl"})


@dataclass(frozen=True, slots=True)
class Point:
    """`check`: what the points rest on, a check of the dataset or a kind of ledger entry; `fix`: how to earn them."""

    dimension: Dimension
    title: str
    most: float
    earned: float
    check: str
    fix: str

    @property
    def missing(self) -> float:
        return round(self.most - self.earned, 2)


@dataclass(frozen=True, slots=True)
class Quality:
    dataset: str
    holder: str
    points: tuple[Point, ...]

    @property
    def earned(self) -> float:
        return round(sum(each.earned for each in self.points), 2)

    @property
    def most(self) -> float:
        return round(sum(each.most for each in self.points), 2)

    @property
    def percent(self) -> float:
        return round(100 * self.earned / self.most, 1)

    def by_dimension(self) -> dict[Dimension, tuple[float, float]]:
        """Earned and possible points of each."""
        return {
            name: (
                round(sum(each.earned for each in self.points if each.dimension == name), 2),
                round(sum(each.most for each in self.points if each.dimension == name), 2),
            )
            for name in TITLES
        }

    def fixes(self) -> tuple[Point, ...]:
        """What to mend, the most gained first."""
        return tuple(sorted((each for each in self.points if each.missing > 0), key=lambda each: -each.missing))


def quality(catalogue: Catalogue, dataset: Dataset, archive: Archive, ledger: Ledger, *, state: str) -> Quality:
    """`state`: where the dataset stands (`oversight.status`). A dataset never published earns nothing: there is no
    evidence of anything."""
    entry = last_published(ledger, dataset.id)
    edition = archive.read(dataset.id, entry.edition) if entry is not None and entry.edition else None
    points = tuple(_points(catalogue, dataset, edition, state)) if edition else tuple(_unpublished())
    return Quality(dataset.id, dataset.holder, points)


def by_holder(found: Sequence[Quality]) -> dict[str, float]:
    """Percent of each holder: points of all its datasets together, so that a large register weighs no more."""
    holders: dict[str, list[Quality]] = {}
    for each in found:
        holders.setdefault(each.holder, []).append(each)
    return {
        holder: round(100 * sum(each.earned for each in mine) / sum(each.most for each in mine), 1)
        for holder, mine in sorted(holders.items())
    }


def _points(catalogue: Catalogue, dataset: Dataset, edition: Edition, state: str) -> Iterator[Point]:
    passport, formats = edition.passport, set(edition.passport.formats)
    geographic = any(column.rule == "latitude" for each in edition.tables for column in each.columns)
    findings = _codes(edition)

    def point(dimension: Dimension, title: str, most: float, share: float | bool, check: str, fix: str) -> Point:
        return Point(dimension, title, most, round(most * float(share), 2), check, fix)

    yield point(
        "findability", "Ключові слова", 30, min(len(passport.keywords) / 3, 1), "passport",
        "Додайте в sources.yaml щонайменше три ключові слова.",
    )  # fmt: skip
    yield point(
        "findability", "Позиція переліку постанови № 835", 30, passport.required is not None, "passport",
        "Зазначте `required`, якщо набір є в переліку.",
    )  # fmt: skip
    yield point(
        "findability", "Територія", 20, geographic or catalogue.city.katottg is not None, "passport",
        "Зазначте код КАТОТТГ громади.",
    )  # fmt: skip
    yield point("findability", "Періодичність", 20, bool(passport.frequency), "passport", "Зазначте `frequency`.")
    yield point(
        "accessibility", "Файли доступні без пароля й збігаються з редакцією", 50, True, "published",
        "Оприлюдніть набір ще раз.",
    )  # fmt: skip
    yield point(
        "accessibility", "Таблиця доступна через API порталу", 50, "CSV" in formats, "portal_equals_edition",
        "Додайте формат CSV.",
    )  # fmt: skip
    yield point("interoperability", "Формат і тип файлів названо", 30, bool(formats), "passport", "Зазначте `formats`.")
    yield point(
        "interoperability", "Машиночитний відкритий формат", 40, bool(formats & _OPEN), "passport",
        "Додайте формат CSV або JSON.",
    )  # fmt: skip
    yield point(
        "interoperability", "Кілька форматів", 20, len(formats) > 1, "passport", "Додайте ще один формат."
    )  # fmt: skip
    yield point(
        "interoperability", "Офіційна структура таблиць", 20, _official(edition), "schema",
        "Оберіть офіційну структуру (`structure`), якщо вона є.",
    )  # fmt: skip
    yield point(
        "reusability", "Відкрита ліцензія", 30, passport.license in _LICENSES, "passport", "Зазначте ліцензію cc-by."
    )  # fmt: skip
    yield point(
        "reusability", "Відповідальна особа з електронною адресою", 25, bool(passport.maintainer_email), "passport",
        "Зазначте контакт розпорядника.",
    )  # fmt: skip
    confirmed = catalogue.holder_of(dataset).confirmed
    yield point(
        "reusability", "Реквізити розпорядника підтверджено", 20, confirmed, "passport",
        "Перевірте код і контакт розпорядника та поставте `confirmed: true`.",
    )  # fmt: skip
    described = _described([column for each in edition.tables for column in each.columns])
    yield point(
        "contextuality", "Стовпці пояснено", 10, described, "passport", "Додайте `label` або `description` стовпцям."
    )  # fmt: skip
    yield point(
        "contextuality", "Мета і правова підстава", 10, bool(passport.purpose), "passport", "Зазначте `purpose`."
    )  # fmt: skip
    yield point(
        "timeliness", "Оновлено вчасно", 100, _TIMELY.get(state, 1.0 if state == "retired" else 0.0), "freshness",
        "Надішліть нові дані: строк оновлення минув.",
    )  # fmt: skip
    yield from _structure(findings, sum(each.rows for each in edition.tables))


def _structure(findings: Mapping[str, int], rows: int) -> Iterator[Point]:
    """Sixty points for tables without remarks, by the share of cells named; forty shared by the kinds of remark, each
    with its own fix."""
    warned = {code: count for code, count in findings.items() if _warns(code)}
    share = sum(warned.values()) / max(rows, 1)
    clean = max(0.0, 1 - share)
    fix = "Виправте зауваження до клітинок."
    yield Point("structure", "Рядки без зауважень", 60, round(60 * clean, 2), "schema", fix)
    if not warned:
        yield Point("structure", "Жодного зауваження до структури", 40, 40, "schema", "")
        return
    each_most = 40 / len(warned)
    for code in sorted(warned):
        about = CODES[code].about if code in CODES else code
        mend = CODES[code].fix if code in CODES and "{" not in CODES[code].fix else about
        yield Point("structure", about, round(each_most, 2), 0, f"schema: {code}", mend)


def _unpublished() -> Iterator[Point]:
    weights: dict[Dimension, float] = {
        "findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20,
        "timeliness": 100, "structure": 100,
    }  # fmt: skip
    for name, most in weights.items():
        yield Point(name, "Набір оприлюднено", most, 0, "published", "Оприлюдніть набір.")


def _codes(edition: Edition) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in edition.tables:
        for code, count in each.findings:
            counts[code] = counts.get(code, 0) + count
    return counts


def _warns(code: str) -> bool:
    return code not in CODES or CODES[code].severity is not Severity.NOTE


def _official(edition: Edition) -> float:
    return sum(any(column.official for column in each.columns) for each in edition.tables) / len(edition.tables)


def _described(columns: Sequence[Column]) -> float:
    return sum(bool(each.label or each.description) for each in columns) / max(len(columns), 1)
