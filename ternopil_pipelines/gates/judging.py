"""The one door of the gates: an edition goes in, a judgement comes out, with its reason in the first line.

Runs the three-part register, the personal-data gate, the formula gate, the gate of content (do the tables fit together,
how old are the data), the change guard and moderation, in this order: the first that stops names the reason. Nothing is
entered in the ledger by `judge`; `enter` does that, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ternopil_pipelines.catalogue.model import Catalogue, Dataset, FolderSource
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.decisions import Decision, decide, decision
from ternopil_pipelines.evidence.edition import Edition, EditionTable
from ternopil_pipelines.evidence.journal import PUBLISHED
from ternopil_pipelines.evidence.ledger import Entry, Ledger
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding, Severity, by_code
from ternopil_pipelines.gates import content_date, formulas, moderation, personal, references, three_part
from ternopil_pipelines.gates.change_guard import ORDER, Compared, guard, header_inside
from ternopil_pipelines.gates.comparing import Side, compare, match
from ternopil_pipelines.gates.diff import Diff
from ternopil_pipelines.gates.hidden import examine_received
from ternopil_pipelines.gates.looking import cells
from ternopil_pipelines.gates.moderation import CHANGES, CONTENT, FORMULAS, MODERATION, PERSONAL, THREE_PART
from ternopil_pipelines.gates.origins import older, stranger
from ternopil_pipelines.gates.three_part import Register
from ternopil_pipelines.receive.receipt import Receipt

Tables = Sequence[tuple[Cleaned, Receipt]]
PASSED = "Жодна перевірка не зупинила редакцію."
# What no person may wave through: only a declared ground or a new test does.
_REJECTING = frozenset(
    {"personal-column", "personal-header", "personal-passport", "restricted-column", "restricted-dataset"}
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`gate`: which one stopped it, None where none did. `why`: Ukrainian, the reason in the first line, never a cell's
    value. `diff`: against the last published edition, None for the first and for one whose bytes were erased."""

    verdict: Literal["passed", "held", "rejected"]
    gate: str | None
    why: str
    findings: tuple[Finding, ...]
    diff: Diff | None
    by_gate: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)


def judge(
    catalogue: Catalogue,
    dataset: Dataset,
    edition: Edition,
    archive: Archive,
    ledger: Ledger,
    *,
    tables: Tables | None,
    today: date,
    tests: Register,
) -> Judgement:
    """`tables`: what the edition was made of; None reads them back from the archive. Raises EvidenceBroken where the
    archive's bytes are not what was written."""
    given = {cleaned.table: (cleaned, receipt) for cleaned, receipt in tables or ()}
    published = ledger.entries(dataset.id, PUBLISHED)
    before = _published(archive, dataset.id, published[-1]) if published else None
    found: dict[str, list[Finding]] = {
        gate: [] for gate in (THREE_PART, PERSONAL, FORMULAS, CONTENT, CHANGES, MODERATION)
    }
    found[THREE_PART] += three_part.examine(dataset, edition, tests, today)
    found[PERSONAL] += personal.in_passport(edition, today)
    texts = {"Назва": edition.passport.title, "Опис": edition.passport.description, "Мета": edition.passport.purpose}
    found[FORMULAS] += formulas.in_passport(texts)
    found[CHANGES] += stranger(catalogue, dataset, edition, ledger)
    found[CHANGES] += older(dataset, edition, published)
    diffs = []
    members: dict[str, references.Member] = {}
    for each in edition.tables:
        cleaned, receipt = given.get(each.id, (None, None))
        text = cleaned.text if cleaned is not None else archive.frame(edition, each.id)
        side = Side(each.columns, text)
        place = personal.Place(receipt, cleaned.places if cleaned is not None else None)
        about, guilty, people = cells(catalogue, dataset, each, side, place, today=today)
        members[each.id] = references.Member(each.title, side, place, people)
        found[PERSONAL] += about
        found[FORMULAS] += guilty
        if receipt is not None:
            found[PERSONAL] += examine_received(receipt, today=today)
        old = before.get(each.id) if before is not None else None
        if old is None or published[-1].edition is None:
            found[CHANGES] += header_inside(dataset, each.title, side)
            continue
        if published[-1].edition == edition.address:
            continue  # what is published already differs from itself in nothing
        noticed = by_code(cleaned.findings) if cleaned is not None else dict(each.findings)
        found[CHANGES] += _glued(dataset, each, noticed, old)
        earlier = Side(old.columns, archive.frame(archive.read(dataset.id, published[-1].edition), each.id))
        matched = match(earlier, side)
        diff = compare(each.id, each.title, earlier, side, matched, personal=people)
        found[CHANGES] += guard(Compared(dataset, earlier, side, matched, diff))
        diffs.append(diff)
    found[CONTENT] += references.examine(dataset, members)
    found[CONTENT] += content_date.examine(dataset, [(each.title, each.side) for each in members.values()], today)
    gone = {} if before is None else {name: old for name, old in before.items() if name not in edition_tables(edition)}
    found[CHANGES] += (finding("column-gone", column="*", table=old.title, dataset=dataset.id) for old in gone.values())
    compared = None
    if before is not None and published[-1].edition is not None:
        compared = Diff(dataset.id, published[-1].edition, edition.address, tuple(diffs))
    same = compared is not None and compared.equal and not gone
    found[MODERATION] += moderation.ask(dataset, ledger, edition, same_data=same)
    return _judgement(found, compared)


def enter(
    ledger: Ledger, edition: Edition, judgement: Judgement, *, who: str, gate: str = moderation.CHECKS
) -> Decision:
    """The judgement as a decision in the ledger; the same one is not entered twice. `gate`: by which name a passing
    edition is decided."""
    by = judgement.gate or gate
    last = decision(ledger, edition.dataset, edition.address)
    if last is not None and (last.verdict, last.by, last.why) == (judgement.verdict, by, judgement.why):
        stale = judgement.verdict == "passed" and moderation.needs_judging(ledger, edition.dataset, edition.address)
        if not stale:
            return last
    return decide(ledger, edition, judgement.verdict, by=by, gate=by, why=judgement.why, who=who)


def edition_tables(edition: Edition) -> frozenset[str]:
    return frozenset(each.id for each in edition.tables)


def _published(archive: Archive, dataset: str, entry: Entry) -> dict[str, EditionTable] | None:
    """Tables of the last published edition, None where its bytes were erased."""
    if entry.edition is None or archive.tombstone(dataset, entry.edition) is not None:
        return None
    return {each.id: each for each in archive.read(dataset, entry.edition).tables}


def _glued(
    dataset: Dataset, table: EditionTable, noticed: Mapping[str, int], before: EditionTable
) -> Iterator[Finding]:
    """Reading takes a repeated header out by itself; that it appeared at all means that two exports were glued."""
    code = "header-row-left-out"
    count = noticed.get(code, 0) - dict(before.findings).get(code, 0)
    folder = any(each.id == table.id and isinstance(each.source, FolderSource) for each in dataset.tables)
    if count > 0 and folder:
        yield finding("header-inside", count=count, table=table.title, dataset=dataset.id)


def _judgement(found: dict[str, list[Finding]], diff: Diff | None) -> Judgement:
    every = tuple(each for group in found.values() for each in group)
    by_gate = {gate: tuple(group) for gate, group in found.items()}
    stopping = [(gate, each) for gate, group in found.items() for each in group if each.severity is Severity.ERROR]
    if not stopping:
        return Judgement("passed", None, PASSED, every, diff, by_gate)
    rank = {code: place for place, code in enumerate(ORDER)}
    # What can never pass first; then by gate; within the guard the likeliest cause before its consequences.
    gates = list(found)
    stopping.sort(key=lambda it: (it[1].code not in _REJECTING, gates.index(it[0]), rank.get(it[1].code, 0)))
    gate, first = stopping[0]
    reasons = list(dict.fromkeys(_reason(each) for _, each in stopping))
    more = [f"Також: {each}" for each in reasons[1:6]]
    if len(reasons) > 6:
        more.append(f"Усього причин: {len(reasons)}.")
    verdict: Literal["held", "rejected"] = "rejected" if first.code in _REJECTING else "held"
    return Judgement(verdict, gate, "\n".join([reasons[0], *more]), every, diff, by_gate)


def _reason(each: Finding) -> str:
    """A finding's message, without the value it may quote."""
    return each.message if each.value is None else each.message.replace(f" «{each.value}»", "").replace(each.value, "…")


def summary(judgement: Judgement) -> dict[str, object]:
    """For metadata and logs: no text of a cell."""
    return {
        "verdict": judgement.verdict,
        "gate": judgement.gate,
        "why": judgement.why,
        "findings": by_code(judgement.findings),
        "rows": judgement.diff.counts() if judgement.diff else None,
    }
