"""How far the city is with the law: each required dataset by the catalogue and by the portal as anyone sees it.

States are the graders': published, partial (a table of the law's is not there), not applicable and restricted (with
the reason the catalogue gives, and what is wrong with the page that should say so), missing. What the portal shows is
asked without a token; nothing is taken on trust from the ledger. Drawing and printing are `coverage_chart`'s and the
command's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ternopil_pipelines.catalogue.law import Requirement, requirements
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.catalogue.structures import structure
from ternopil_pipelines.portal.answers import PortalForbidden, PortalMissing
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.pages import holds_data
from ternopil_pipelines.portal.passport import STATE, extra_of
from ternopil_pipelines.portal.resources import TABLE

State = Literal["published", "partial", "not applicable", "restricted", "missing"]
STATES: tuple[State, ...] = ("published", "partial", "not applicable", "restricted", "missing")
# Machine-readable by the national portal's own score; a page that holds a scan only is no publication.
_READABLE = frozenset({"csv", "json", "xml", "geojson", "xlsx", "xls", "ods", "gtfs"})


@dataclass(frozen=True, slots=True)
class Page:
    """What anyone finds on the portal at a dataset's address. `tables`: marks of the resources this product published;
    `readable`: how many resources are machine-readable, whoever put them there; `says`: the state that a page without
    data declares; `data`: files that are no mere documents."""

    state: Literal["public", "hidden", "absent"]
    tables: frozenset[str] = frozenset()
    readable: int = 0
    says: str | None = None
    data: int = 0


@dataclass(frozen=True, slots=True)
class Covered:
    """One line of `report coverage --json`. `holder`: id, of the first dataset; `reason`: Ukrainian, None where
    everything is published."""

    list: str
    number: int
    title: str
    state: State
    holder: str | None
    datasets: tuple[str, ...]
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "datasets": list(self.datasets)}


Look = Callable[[Dataset], Page]


def coverage(catalogue: Catalogue, look: Look) -> tuple[Covered, ...]:
    """Every numbered entry of the law, in its order. `look` asks the portal; it may raise PortalUnreachable."""
    return tuple(_covered(each, catalogue, look) for each in requirements() if each.id is not None)


def counts(covered: Sequence[Covered]) -> dict[State, int]:
    return {state: sum(each.state == state for each in covered) for state in STATES}


def as_document(covered: Sequence[Covered]) -> dict[str, Any]:
    return {"required": [each.as_json() for each in covered]}


def on_portal(client: PortalClient) -> Look:
    """Look at a dataset's page without a token."""

    def look(dataset: Dataset) -> Page:
        try:
            package = client.read("package_show", anonymous=True, id=dataset.package_name)
        except PortalForbidden:
            return Page("hidden")
        except PortalMissing:
            return Page("absent")
        if package.get("private") or package.get("state") != "active":
            return Page("hidden")
        resources = package.get("resources", ())
        return Page(
            "public",
            frozenset(str(each[TABLE]) for each in resources if each.get(TABLE)),
            sum(str(each.get("format") or "").lower() in _READABLE for each in resources),
            extra_of(package, STATE),
            sum(map(holds_data, resources)),
        )

    return look


def _covered(required: Requirement, catalogue: Catalogue, look: Look) -> Covered:
    datasets = [each for each in catalogue.datasets if each.required == required.id]
    state, reason = _state(required, datasets, look)
    assert required.number is not None
    return Covered(
        list=required.list,
        number=required.number,
        title=required.title,
        state=state,
        holder=datasets[0].holder if datasets else None,
        datasets=tuple(each.id for each in datasets),
        reason=reason,
    )


def _state(required: Requirement, datasets: Sequence[Dataset], look: Look) -> tuple[State, str | None]:
    if not datasets:
        return "missing", "У sources.yaml немає жодного набору для цього пункту переліку."
    found = [_of_dataset(each, look) for each in datasets]
    states = {state for state, _ in found}
    reasons = " ".join(dict.fromkeys(reason for _, reason in found if reason)) or None
    if states == {"published"}:
        absent = _tables_without_dataset(required, datasets)
        if absent:
            return "partial", "Ще немає таблиць: " + ", ".join(f"«{structure(name).title}»" for name in absent) + "."
        return "published", None
    if len(states) == 1:
        return states.pop(), reasons
    # One dataset of several is out, or withheld with a reason: the entry is met in part.
    return ("missing" if states <= {"missing", "not applicable"} else "partial"), reasons


def _of_dataset(dataset: Dataset, look: Look) -> tuple[State, str | None]:
    page = look(dataset)
    if dataset.state == "not applicable" or dataset.state == "restricted":
        return dataset.state, " ".join(filter(None, (dataset.reason, _wrong_with(dataset, page))))
    if page.state != "public":
        return "missing", _why_not(dataset, page)
    if dataset.active:
        absent = [table.id for table in dataset.tables if table.id not in page.tables]
        if not absent:
            return "published", None
        if len(absent) == len(dataset.tables) and not page.readable:
            return "missing", f"Сторінка «{dataset.package_name}» на порталі не має даних."
        return "partial", f"На порталі «{dataset.package_name}» бракує таблиць: {', '.join(absent)}."
    if not page.readable:
        return "missing", f"Сторінка «{dataset.package_name}» на порталі не має машиночитаних даних."
    if dataset.state == "retired":
        return "partial", "Набір є на порталі, але більше не оновлюється."
    return "published", None


def _wrong_with(dataset: Dataset, page: Page) -> str | None:
    """Graders accept such a state by its page alone."""
    if page.state == "absent":
        return f"(Сторінки про це на порталі ще немає: її створить `ternopil publish {dataset.id}`.)"
    if page.state == "hidden":
        return f"(Сторінка «{dataset.package_name}» на порталі закрита від читачів.)"
    if page.data:
        return f"(На порталі досі лежать файли набору: їх вилучить `ternopil withdraw {dataset.id}`.)"
    if page.says != dataset.state:
        return f"(Сторінка на порталі каже не це: її оновить `ternopil publish {dataset.id}`.)"
    return None


def _why_not(dataset: Dataset, page: Page) -> str:
    if page.state == "hidden":
        return f"Набір «{dataset.package_name}» на порталі закритий від читачів."
    if dataset.state == "no source yet":
        return dataset.reason or "Джерела даних ще не визначено."
    return f"Набору «{dataset.package_name}» на порталі ще немає."


def _tables_without_dataset(required: Requirement, datasets: Sequence[Dataset]) -> list[str]:
    """Tables of the law that no dataset has. Tables of one's own columns are the city's answer to the whole entry, and
    of two editions of a structure (`motions`, `motions2`) one is enough."""
    tables = [table for each in datasets for table in each.tables]
    if not all(table.structure for table in tables) or not tables:
        return []
    present = {_edition(table.structure or "") for table in tables}
    return [name for name in required.tables if _edition(name) not in present]


def _edition(name: str) -> str:
    return name.rstrip("0123456789")
