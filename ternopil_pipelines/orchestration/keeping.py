"""From cleaned tables to a kept edition with its decision: withheld columns, the archive, the gates, the ledger.

The edition is always built, privately; whether it may go out the gates say, by its address, and the publisher asks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.decisions import Decision, decision
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import kept
from ternopil_pipelines.gates import quarantine
from ternopil_pipelines.gates.judging import Judgement, enter, judge
from ternopil_pipelines.gates.moderation import needs_judging
from ternopil_pipelines.gates.three_part import explained, withheld, without
from ternopil_pipelines.installation import Installation, code_version
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines.reports.diff_page import keep_page
from ternopil_pipelines.reports.report import report

Tables = Sequence[tuple[Cleaned, Receipt]]


@dataclass(frozen=True, slots=True)
class Kept:
    """`judgement`: what the gates say now; nothing is decided by it where a decision stands already (`standing`).
    `tables`: as they went in, restricted columns gone; `page`: what a person reads before deciding."""

    edition: Edition
    judgement: Judgement
    tables: Tables
    standing: Decision | None = None
    page: Path | None = None


def keep_edition(installation: Installation, dataset: Dataset, tables: Tables, *, run: str) -> Kept:
    """Build the edition without what a three-part test restricts, judge it where it needs judging, enter both."""
    who, register, ledger = f"run {run}", installation.tests, installation.ledger
    today = datetime.now(ZoneInfo(installation.catalogue.city.timezone)).date()
    hidden = withheld(dataset, register, today)
    open_tables = [
        (without(cleaned, hidden.get(cleaned.table, ())), _with_bytes(installation, dataset, cleaned.table, receipt))
        for cleaned, receipt in tables
    ]
    told_of = quarantine.explained(explained(dataset, register), [cleaned for cleaned, _ in open_tables])
    told = report(
        dataset.id,
        open_tables,
        source_name=_names(tables),
        source_sha256=_hash(tables),
        checked_at=datetime.now(UTC),
    )
    edition = installation.archive.keep(
        installation.catalogue, told_of, open_tables, code_version=code_version(), report=told
    )
    kept(ledger, installation.archive, edition, who=who, run=run)
    judgement = judge(
        installation.catalogue,
        dataset,
        edition,
        installation.archive,
        ledger,
        tables=open_tables,
        today=today,
        tests=register,
    )
    if not needs_judging(ledger, dataset.id, edition.address):
        return Kept(edition, judgement, open_tables, decision(ledger, dataset.id, edition.address))
    enter(ledger, edition, judgement, who=who)
    if judgement.verdict == "passed":
        return Kept(edition, judgement, open_tables)
    page = keep_page(
        installation.waiting,
        judgement,
        dataset=dataset.id,
        title=dataset.title,
        edition=edition.address,
        preview=installation.archive.place(edition),
    )
    return Kept(edition, judgement, open_tables, page=page)


def _with_bytes(installation: Installation, dataset: Dataset, table: str, receipt: Receipt) -> Receipt:
    """The gates look into workbook properties, notes and hidden sheets too, which the table's text does not show."""
    if receipt.content is not None or receipt.origin.kind != "folder":
        return receipt
    return replace(receipt, content=installation.received.content(dataset.id, table, receipt.sha256))


def may_go_out(installation: Installation, edition: Edition) -> bool:
    found = decision(installation.ledger, edition.dataset, edition.address)
    return found is not None and found.passing


def _names(tables: Tables) -> str:
    return ", ".join(dict.fromkeys(receipt.origin.name for _, receipt in tables))


def _hash(tables: Tables) -> str:
    """The source's hash; of several tables, that of their hashes one under another."""
    hashes = list(dict.fromkeys(receipt.sha256 for _, receipt in tables))
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()
