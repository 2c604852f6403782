"""What the page of a dataset without data says: the state, why, by which law, until when, and whom to ask.

A required dataset that does not apply to the city, or that a three-part test restricts whole, still has its page on the
portal; graders accept the page and nothing less. Composed of sources.yaml and the register of tests alone, so that
equal records give an equal page on any day. Putting it on the portal is `portal.pages`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from ternopil_pipelines.catalogue.cadence import Frequency, cadence
from ternopil_pipelines.catalogue.law import requirements
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.edition import Passport
from ternopil_pipelines.evidence.passport import passport
from ternopil_pipelines.faults import CatalogueFault, GateRefused
from ternopil_pipelines.gates.personal import in_text
from ternopil_pipelines.gates.three_part import FOLDER, INTERESTS, Register, Test, restricted_whole
from ternopil_pipelines.portal.passport import STATE

# The national portal's own limit.
LONGEST = 4000
_LISTS = {"all": "усіх розпорядників", "local": "органів місцевого самоврядування"}
_LAW = "постанова Кабінету Міністрів України від 21.10.2015 № 835"
_ACCESS = "Закону України «Про доступ до публічної інформації» № 2939-VI"


def page_passport(catalogue: Catalogue, dataset: Dataset, register: Register, today: date) -> Passport:
    """The passport whose description is the page. Raises CatalogueFault where a restriction has no record of its test
    or the page is too long, GateRefused where a text holds personal data. `today` only dates the latter's look."""
    test = _test_of(dataset, register)
    _refuse_people(dataset, test, today)
    parts = [*(_restricted(dataset, test) if test else _not_applicable(catalogue, dataset)), _whom(catalogue, dataset)]
    said = "\n\n".join(parts)
    if len(said) > LONGEST:
        raise CatalogueFault(
            [f"dataset {dataset.id}: its page has {len(said)} characters and the portals take {LONGEST}: shorten it"]
        )
    about = f"\n\nПро набір: {dataset.description}"
    made = passport(catalogue, dataset, ())
    return replace(
        made,
        description=said + about if len(said + about) <= LONGEST else said,
        extras=(*made.extras, (STATE, dataset.state)),
    )


def review_of(dataset: Dataset, register: Register) -> date | None:
    """By when the restriction is to be looked at again."""
    test = restricted_whole(dataset, register) if dataset.state == "restricted" else None
    if test is None:
        return None
    return min(test.review, test.until) if test.until else test.review


def _test_of(dataset: Dataset, register: Register) -> Test | None:
    if dataset.state != "restricted":
        return None
    test = restricted_whole(dataset, register)
    if test is None:
        raise CatalogueFault(
            [
                f"dataset {dataset.id} is `restricted`, but no record in {FOLDER}/ restricts the whole of it: enter the"
                " three-part test (without `columns`), its result is what the page shows"
            ]
        )
    return test


def _not_applicable(catalogue: Catalogue, dataset: Dataset) -> Iterator[str]:
    yield (
        f"Стан: не застосовується. {catalogue.city.title} не має даних, про які йдеться в цьому наборі, тому файлів на"
        " цій сторінці немає."
    )
    yield f"Причина: {_sentence(dataset.reason or '')}"
    yield f"Правова підстава: {_ground(dataset)}"
    if dataset.frequency is not Frequency.NEVER:
        yield f"Перегляд: {cadence(dataset.frequency).label.lower()}; щойно дані з’являться, їх буде опубліковано тут."


def _restricted(dataset: Dataset, test: Test) -> Iterator[str]:
    until = f" до {_day(test.until)}" if test.until else ""
    yield f"Стан: доступ обмежено{until} за результатом трискладового тесту, тому файлів на цій сторінці немає."
    yield f"Причина: {_sentence(dataset.reason or '')}"
    yield (
        f"Результат трискладового тесту {test.document} ({test.position}, {_day(test.date)}):\n\n"
        f"1. Інтерес, що захищається: {INTERESTS[test.interest]}.\n"
        f"2. Істотна шкода цьому інтересу: {_sentence(test.harm)}\n"
        f"3. Суспільний інтерес: {_sentence(test.public_interest)} Зважування: {_sentence(test.weighing)}"
    )
    yield f"Правова підстава: {_sentence(test.norm)} Частина друга статті 6 {_ACCESS}."
    yield f"Перегляд обмеження: до {_day(test.review)}."


def _ground(dataset: Dataset) -> str:
    entry = next((each for each in requirements() if each.id and each.id == dataset.required), None)
    if entry is None:
        return _sentence(dataset.purpose)
    return f"{_LAW}, перелік для {_LISTS[entry.list]}, пункт {entry.number} «{entry.title.strip().rstrip('.')}»."


def _whom(catalogue: Catalogue, dataset: Dataset) -> str:
    holder = catalogue.holder_of(dataset)
    contact = holder.contact
    return (
        f"Запитати: {holder.title}, {contact.name}, {contact.email}, {contact.phone}. Запит на інформацію подають за"
        f" статтею 19 {_ACCESS}, відмову оскаржують за статтею 23."
    )


def _refuse_people(dataset: Dataset, test: Test | None, today: date) -> None:
    """The gate that stands before every edition: what people wrote in the records is looked at here too."""
    texts = {"title": dataset.title, "description": dataset.description, "reason": dataset.reason or ""}
    texts |= {"purpose": dataset.purpose, "keywords": ", ".join(dataset.keywords)}
    if test is not None:
        texts |= {name: getattr(test, name) for name in ("norm", "harm", "public_interest", "weighing", "document")}
    for name, text in texts.items():
        for kind in in_text(text, today):
            raise GateRefused(f"the page of {dataset.id} would show personal data: `{name}` holds {kind.title}")


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _day(day: date | None) -> str:
    return "" if day is None else day.strftime("%d.%m.%Y")
