"""What can be said of a table alone, without archive and ledger: personal data and formulas in its cells.

`check` asks here before anything is sent; `judging` asks the same of every table of an edition.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.edition import EditionTable
from ternopil_pipelines.evidence.titles import table_titles
from ternopil_pipelines.findings.codes import CODES, finding
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines.findings.masking import mask
from ternopil_pipelines.gates import formulas, personal
from ternopil_pipelines.gates.change_guard import header_inside
from ternopil_pipelines.gates.comparing import Side
from ternopil_pipelines.gates.hidden import examine_received
from ternopil_pipelines.receive.receipt import Receipt

# Said before anything is sent: a remark of `check`, which knows no edition that could be held.
STOPS = "Редакцію з такими даними буде зупинено до рішення людини."


def look(
    catalogue: Catalogue, dataset: Dataset, cleaned: Cleaned, receipt: Receipt, *, today: date
) -> tuple[Finding, ...]:
    """Everything the gates would say of this table on its first day."""
    about, guilty, _ = _seen(catalogue, dataset, cleaned, receipt, today)
    inside = header_inside(dataset, table_titles(dataset)[cleaned.table], Side(cleaned.columns, cleaned.text))
    return (*examine_received(receipt, today=today), *about, *guilty, *inside)


def quiet(
    catalogue: Catalogue, dataset: Dataset, cleaned: Cleaned, receipt: Receipt, *, today: date
) -> tuple[Cleaned, tuple[Finding, ...]]:
    """The table whose own findings quote nothing of the columns judged personal: cleaning spoke before any gate knew
    them, and its findings go to the verdict, to report.json and to metadata. And what a gate would stop it for, as
    remarks: whoever asks beforehand learns it beforehand."""
    about, guilty, people = _seen(catalogue, dataset, cleaned, receipt, today)
    stopping = tuple(
        replace(each, severity=Severity.WARNING, message=f"{each.message} {STOPS}")
        for each in (*examine_received(receipt, today=today), *about, *guilty)
        if each.severity is Severity.ERROR
    )
    return _without_quotes(cleaned, people), stopping


def _seen(
    catalogue: Catalogue, dataset: Dataset, cleaned: Cleaned, receipt: Receipt, today: date
) -> tuple[list[Finding], list[Finding], frozenset[str]]:
    title = table_titles(dataset)[cleaned.table]
    table = EditionTable(cleaned.table, title, cleaned.columns, len(cleaned.text), receipt.sha256, "", "")
    side, place = Side(cleaned.columns, cleaned.text), personal.Place(receipt, cleaned.places)
    return cells(catalogue, dataset, table, side, place, today=today)


def _without_quotes(cleaned: Cleaned, people: frozenset[str]) -> Cleaned:
    if not people:
        return cleaned
    return replace(cleaned, findings=tuple(_hushed(each, people) for each in cleaned.findings))


def _hushed(told: Finding, people: frozenset[str]) -> Finding:
    if told.column not in people:
        return told
    code = CODES[told.code]
    value = None if told.value is None else mask(told.value, personal=True)
    # Words into which nothing was filled quote nothing.
    expected, fix = (words if "{" not in words else code.about for words in (code.expected, code.fix))
    return replace(told, value=value, message=code.about, expected=expected, fix=fix)


def cells(
    catalogue: Catalogue,
    dataset: Dataset,
    table: EditionTable,
    side: Side,
    place: personal.Place,
    *,
    today: date,
) -> tuple[list[Finding], list[Finding], frozenset[str]]:
    """Findings about personal data, about formulas, and the columns judged personal."""
    declared = next((each for each in dataset.tables if each.id == table.id), None)
    about, people = personal.in_table(
        table.id,
        table.title,
        side,
        structure=declared.structure if declared else None,
        today=today,
        domains=personal.own_domains(catalogue, dataset),
        place=place,
        dataset=dataset.id,
    )
    texts = [column for column in side.columns if column.type in {"string", "anyURL"}]
    guilty = [_formula(dataset, table, column, side, place, hidden=column.name in people) for column in texts]
    return about, [each for each in guilty if each is not None], people


def _formula(
    dataset: Dataset, table: EditionTable, column: Column, side: Side, place: personal.Place, *, hidden: bool
) -> Finding | None:
    array = side.array(column.name)
    found = formulas.formulas(array)
    if not len(found):
        return None
    first, size = int(found[0]), len(array)
    return finding(
        "formula-in-text",
        column=column.name,
        value=array[first].as_py(),
        personal=hidden,
        count=len(found),
        sheet=place.sheet(first, size),
        row=place.row(first, size),
        cell=place.cell(column.name, first, size),
        table=table.title,
        dataset=dataset.id,
    )
