"""The quality of a dataset and of a holder in points, with the list of fixes ranked by what they would gain.

The points and their evidence are `quality_points`'; entering them over time and drawing them is `quality_history`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.oversight.quality_points import WEIGHTS, Dimension, Point, points, shown, unpublished

TITLES: dict[Dimension, str] = {
    "findability": "Знайти",
    "accessibility": "Отримати",
    "interoperability": "Поєднати",
    "reusability": "Використати",
    "contextuality": "Зрозуміти",
    "timeliness": "Своєчасність",
    "structure": "Структура",
}


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
        return percent(self.earned, self.most)

    def by_dimension(self) -> dict[Dimension, tuple[float, float]]:
        """Earned and possible points of each."""
        earned = {name: sum(each.earned for each in self.points if each.dimension == name) for name in TITLES}
        return {name: (round(earned[name], 2), WEIGHTS[name]) for name in TITLES}

    def fixes(self) -> tuple[Point, ...]:
        """What to mend, the most gained first."""
        return tuple(sorted((each for each in self.points if each.missing > 0), key=lambda each: -each.missing))

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.dataset,
            "holder": self.holder,
            "percent": self.percent,
            "earned": self.earned,
            "most": self.most,
            "dimensions": {
                name: {"earned": earned, "most": most} for name, (earned, most) in self.by_dimension().items()
            },
            "points": [asdict(each) for each in self.points],
            "fixes": [{"gain": each.missing, "fix": each.fix, "check": each.check} for each in self.fixes()],
        }


def quality(catalogue: Catalogue, dataset: Dataset, archive: Archive, ledger: Ledger, now: datetime) -> Quality:
    """A dataset that is not on the portal earns nothing: there is no evidence of anything."""
    found = shown(archive, ledger, dataset.id)
    if found is None:
        return Quality(dataset.id, dataset.holder, tuple(unpublished(ledger, dataset.id)))
    return Quality(dataset.id, dataset.holder, tuple(points(catalogue, dataset, found, ledger, now)))


def rated(catalogue: Catalogue) -> tuple[Dataset, ...]:
    """Datasets that owe the portal something: those that are published, and those nobody has found a source for."""
    return tuple(each for each in catalogue.datasets if each.state in {"active", "no source yet", "retired"})


def measure(catalogue: Catalogue, archive: Archive, ledger: Ledger, now: datetime) -> tuple[Quality, ...]:
    return tuple(quality(catalogue, each, archive, ledger, now) for each in rated(catalogue))


def by_holder(found: Sequence[Quality]) -> dict[str, tuple[float, float]]:
    """Earned and possible points of all datasets of each holder together."""
    holders: dict[str, tuple[float, float]] = {}
    for each in sorted(found, key=lambda each: each.holder):
        earned, most = holders.get(each.holder, (0.0, 0.0))
        holders[each.holder] = (round(earned + each.earned, 2), round(most + each.most, 2))
    return holders


def as_document(catalogue: Catalogue, found: Sequence[Quality]) -> dict[str, Any]:
    titles: Mapping[str, str] = {each.id: each.title for each in catalogue.holders}
    earned, most = sum(each.earned for each in found), sum(each.most for each in found)
    return {
        "percent": percent(earned, most),
        "holders": [
            {"id": name, "title": titles[name], "percent": percent(*sums), "earned": sums[0], "most": sums[1]}
            for name, sums in by_holder(found).items()
        ],
        "datasets": [each.as_json() for each in found],
        "fixes": [
            {"dataset": each.dataset, "gain": point.missing, "fix": point.fix, "check": point.check}
            for each, point in ranked(found)
        ],
    }


def ranked(found: Sequence[Quality]) -> list[tuple[Quality, Point]]:
    """Every fix of every dataset, the most gained first."""
    every = [(each, point) for each in found for point in each.fixes()]
    return sorted(every, key=lambda pair: (-pair[1].missing, pair[0].dataset))


def percent(earned: float, most: float) -> float:
    return round(100 * earned / most, 1) if most else 0.0
