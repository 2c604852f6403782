"""The register of three-part tests (трискладовий тест, стаття 6 Закону № 2939-VI): what is withheld, and why.

One YAML file a record in `three-part-tests/` beside sources.yaml. Information is restricted, not the document: named
columns leave every file, table and dictionary of the edition, the rest is published and the description says what is
missing. A restriction whose term or review has passed still holds, and says so: nothing is let out by a calendar.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from ternopil_pipelines.catalogue.model import Catalogue, Dataset, Id, Text
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.catalogue.yaml_positions import dotted, load
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.faults import CatalogueFault
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding

FOLDER = "three-part-tests"
# The interests that the second part of article 6 lists; no other may restrict access.
Interest = Literal[
    "national security",
    "territorial integrity",
    "public order",
    "prevention of crime",
    "public health",
    "reputation or rights of others",
    "information received in confidence",
    "authority and impartiality of justice",
]
INTERESTS: dict[str, str] = {
    "national security": "інтереси національної безпеки",
    "territorial integrity": "територіальна цілісність",
    "public order": "громадський порядок",
    "prevention of crime": "запобігання заворушенням чи кримінальним правопорушенням",
    "public health": "охорона здоров’я населення",
    "reputation or rights of others": "захист репутації або прав інших людей",
    "information received in confidence": "запобігання розголошенню інформації, одержаної конфіденційно",
    "authority and impartiality of justice": "підтримання авторитету і неупередженості правосуддя",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Test(_Frozen):
    """`columns`: `table.column`, or a column's name in every table; none: the whole dataset. `until`: the end of a
    restriction by a date. Dates are ISO."""

    dataset: Id
    columns: tuple[Text, ...] = ()
    interest: Interest
    norm: Text
    harm: Text
    public_interest: Text
    weighing: Text
    decision: Literal["publish", "publish in part", "restrict until"]
    until: datetime.date | None = None
    person: Text
    position: Text
    date: datetime.date
    document: Text
    review: datetime.date

    @field_validator("until", "date", "review", mode="before")
    @classmethod
    def _iso(cls, value: object) -> object:
        return datetime.date.fromisoformat(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _decision_agrees(self) -> Test:
        if self.decision == "restrict until" and self.until is None:
            raise ValueError("`restrict until` needs the date in `until`")
        if self.decision == "publish in part" and not self.columns:
            raise ValueError("`publish in part` names the restricted `columns`")
        if self.review < self.date:
            raise ValueError("`review` is expected after `date`")
        return self

    @property
    def restricts(self) -> bool:
        return self.decision != "publish"

    @property
    def whole(self) -> bool:
        return self.restricts and not self.columns


@dataclass(frozen=True, slots=True)
class Register:
    tests: tuple[Test, ...] = ()

    def of(self, dataset_id: str) -> tuple[Test, ...]:
        """The records in force, the newest decision about a column set alone: a later test replaces an earlier."""
        newest: dict[tuple[str, ...], Test] = {}
        for each in sorted((each for each in self.tests if each.dataset == dataset_id), key=lambda each: each.date):
            newest[tuple(sorted(each.columns))] = each
        return tuple(newest.values())


def load_register(folder: Path, catalogue: Catalogue | None = None) -> Register:
    """Every record of the folder; an empty register where there is none. Raises CatalogueFault naming file and line."""
    tests: list[Test] = []
    problems: list[str] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]) if folder.is_dir() else ():
        name = f"{folder.name}/{path.name}"
        try:
            values, lines = load(path.read_text(encoding="utf-8"), name=name)
            tests.append(Test.model_validate(_tuples(values)))
        except CatalogueFault as fault:
            problems += fault.problems
        except ValidationError as error:
            for each in error.errors():
                at = tuple(each["loc"])
                line = next((lines[at[:end]] for end in range(len(at), -1, -1) if at[:end] in lines), 1)
                problems.append(f"{name}:{line}: {dotted(at)}: {each['msg']}")
        else:
            known = None if catalogue is None else {each.id for each in catalogue.datasets}
            if known is not None and tests[-1].dataset not in known:
                problems.append(f"{name}:1: dataset: sources.yaml has no dataset {tests[-1].dataset!r}")
    if problems:
        raise CatalogueFault(problems)
    return Register(tuple(tests))


def withheld(dataset: Dataset, register: Register, today: datetime.date) -> Mapping[str, tuple[str, ...]]:
    """Table id → columns to be left out of the edition. `today` decides nothing: what has run out is still withheld
    until somebody records a new decision."""
    found: dict[str, list[str]] = {}
    for test in register.of(dataset.id):
        for named in test.columns if test.restricts else ():
            for table in dataset.tables:
                for column in columns_of(table):
                    if named in (column.name, f"{table.id}.{column.name}"):
                        found.setdefault(table.id, []).append(column.name)
    return {table: tuple(dict.fromkeys(columns)) for table, columns in found.items()}


def without(cleaned: Cleaned, columns: tuple[str, ...]) -> Cleaned:
    """The table with the restricted columns gone from cells, declaration, findings and places."""
    if not columns:
        return cleaned
    return Cleaned(
        table=cleaned.table,
        columns=tuple(each for each in cleaned.columns if each.name not in columns),
        text=cleaned.text.drop(columns=list(columns)),
        findings=tuple(each for each in cleaned.findings if each.column not in columns),
        broken=cleaned.broken,
        places={name: place for name, place in cleaned.places.items() if name not in columns},
    )


def explained(dataset: Dataset, register: Register) -> Dataset:
    """The dataset whose description also names what is withheld and by which test."""
    sentences = [_sentence(test) for test in register.of(dataset.id) if test.restricts]
    if not sentences:
        return dataset
    return dataset.model_copy(update={"description": "\n\n".join([dataset.description, *sentences])[:4000]})


def restricted_whole(dataset: Dataset, register: Register) -> Test | None:
    return next((test for test in register.of(dataset.id) if test.whole), None)


def examine(dataset: Dataset, edition: Edition, register: Register, today: datetime.date) -> Iterator[Finding]:
    known = {column.name for table in dataset.tables for column in columns_of(table)}
    known |= {f"{table.id}.{column.name}" for table in dataset.tables for column in columns_of(table)}
    for test in register.of(dataset.id):
        if test.whole:
            yield finding("restricted-dataset", document=test.document)
        for named in test.columns if test.restricts else ():
            for table in edition.tables:
                for column in table.columns:
                    # Also under another spelling: a restricted column once came back with a capital letter.
                    if named.casefold() in (column.name.casefold(), f"{table.id}.{column.name}".casefold()):
                        yield finding(
                            "restricted-column", column=column.name, table=table.title, document=test.document
                        )
            if named not in known:
                yield finding("three-part-unknown", column=named, document=test.document)
        if test.restricts and test.until is not None and test.until < today:
            yield finding("three-part-ended", document=test.document, until=test.until.isoformat())
        elif test.review < today:
            yield finding("three-part-review", document=test.document, review=test.review.isoformat())


def _sentence(test: Test) -> str:
    what = "Не оприлюднюються стовпці: " + ", ".join(test.columns) if test.columns else "Набір не оприлюднюється"
    until = f" до {test.until.isoformat()}" if test.until else ""
    return (
        f"{what}{until}. Підстава: трискладовий тест {test.document} ({INTERESTS[test.interest]}; {test.norm}). "
        f"Перегляд: {test.review.isoformat()}."
    )


def _tuples(values: object) -> object:
    """Strict models take a tuple where YAML gives a list."""
    if isinstance(values, dict):
        return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return values
