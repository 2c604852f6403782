"""What the raw and the table asset do, said in the domain's own functions and entered in the ledger.

Nothing here knows runs but by their id; whatever happens to data or portal happens in the rooms to the right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from ternopil_pipelines.catalogue.model import Dataset, FolderSource, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.faults import EditionHeld, Fault, SourceRefused
from ternopil_pipelines.findings.finding import Finding, by_code
from ternopil_pipelines.gates.looking import quiet
from ternopil_pipelines.gates.quarantine import kept_aside, store
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.receive.folder import landing_folder, waiting_files
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines.receive.receiving import change_mark, receive
from ternopil_pipelines.reports.delivery import deliver, deliver_unreadable
from ternopil_pipelines.reports.example_row import without_example


def take(installation: Installation, dataset: Dataset, table: Table, *, run: str) -> Receipt:
    """Receive a table. The change mark is read before the data: what moves meanwhile the next look will notice."""
    mark = change_mark(installation.catalogue, dataset, table, installation.environment)
    try:
        receipt = receive(installation.catalogue, dataset, table, installation.environment)
    except SourceRefused as fault:
        refuse_source(installation, dataset, table, fault, mark, run=run)
        raise
    if isinstance(table.source, FolderSource):
        receipt = without_example(receipt, table, columns_of(table), installation.catalogue.city)
    receipt = replace(receipt, changed=mark)
    if receipt.content is not None:
        suffix = receipt.origin.suffix or ".json"
        installation.received.keep(dataset.id, table.id, sha256=receipt.sha256, suffix=suffix, content=receipt.content)
    installation.ledger.append(
        "received",
        who=f"run {run}",
        dataset=dataset.id,
        table=table.id,
        source_sha256=receipt.sha256,
        origin=f"{receipt.origin.kind}: {receipt.origin.name}",
        rows=len(receipt.text),
        mark=mark,
        run=run,
    )
    return receipt


def refuse_source(
    installation: Installation, dataset: Dataset, table: Table, fault: SourceRefused, mark: str | None, *, run: str
) -> None:
    """A file that is no table: the steward gets a verdict, the ledger an entry with the mark it was refused at."""
    _refused(installation, dataset, table, by_code(fault.findings), mark, run)
    if isinstance(table.source, FolderSource):
        folder = landing_folder(installation.landing, dataset)
        newest = (waiting_files(folder, table.source.pattern) or (folder,))[-1]
        digest = hashlib.sha256(newest.read_bytes()).hexdigest() if newest.is_file() else ""
        with suppress(OSError):  # the refusal itself must still be told
            deliver_unreadable(folder, dataset, table, fault.findings, at=_now(), name=newest.name, sha256=digest)


def refuse_table(
    installation: Installation,
    dataset: Dataset,
    table: Table,
    receipt: Receipt,
    findings: Mapping[str, int],
    *,
    run: str,
) -> None:
    _refused(installation, dataset, table, findings, receipt.changed, run)


def _refused(
    installation: Installation, dataset: Dataset, table: Table, findings: Mapping[str, int], mark: str | None, run: str
) -> None:
    installation.ledger.append(
        "refused",
        who=f"run {run}",
        dataset=dataset.id,
        table=table.id,
        findings=dict(findings),
        mark=mark,
        run=run,
    )


def clean_table(
    installation: Installation, dataset: Dataset, table: Table, receipt: Receipt
) -> tuple[Cleaned, tuple[Finding, ...]]:
    """Typed and checked; rows set aside are kept for their department, and no finding quotes a personal column. And
    what a gate will stop the edition for."""
    city = installation.catalogue.city
    most = dataset.thresholds.quarantine
    cleaned = clean(receipt, table, columns_of(table), bounds=city.bounds, zone=city.timezone, quarantine=most)
    today = _now().astimezone(ZoneInfo(city.timezone)).date()
    cleaned, stopping = quiet(installation.catalogue, dataset, cleaned, receipt, today=today)
    if table.on_error == "quarantine":
        aside = kept_aside(cleaned, receipt)
        store(installation.quarantine, dataset.id, table.id, aside, source_sha256=receipt.sha256, at=_now())
    return cleaned, stopping


def without_text(cleaned: Cleaned, receipt: Receipt) -> Receipt:
    """Where each row of the cleaned table stood, without what stood there; rows set aside are gone with theirs."""
    if len(cleaned.text) != len(receipt.rows):
        kept = np.ones(len(receipt.rows), bool)
        kept[list(cleaned.broken)] = False
        receipt = receipt.only(kept)
    return replace(receipt, text=pd.DataFrame())


def deliver_verdict(
    installation: Installation,
    dataset: Dataset,
    table: Table,
    cleaned: Cleaned,
    stopping: Sequence[Finding],
    receipt: Receipt,
) -> str | None:
    """The steward reads the verdict beside the file that was dropped; databases and APIs have nobody waiting there.
    `stopping`, what a gate will stop the edition for, is told there too: nobody drops a file and then asks the ledger.
    What hinders it is returned and not raised: a folder we may only read must not keep a good file back."""
    if not isinstance(table.source, FolderSource):
        return None
    told = replace(cleaned, findings=(*cleaned.findings, *stopping))
    try:
        deliver(landing_folder(installation.landing, dataset), dataset, table, told, receipt, at=_now())
    except OSError as error:
        return f"the verdict cannot be written beside the file: {error.strerror}"
    return None


@contextmanager
def entering(installation: Installation, dataset: Dataset, *, run: str, edition: str | None = None) -> Iterator[None]:
    """Whatever stops the step stands in the ledger, where `status` and `retry` look; what a file was refused for is
    entered by the refusal itself."""
    try:
        yield
    except (SourceRefused, EditionHeld):
        raise
    except Exception as error:
        # Words of an error that is not ours may hold a cell or an address.
        why = str(error) if isinstance(error, Fault) else "internal error, see the run"
        kind = type(error).__name__
        installation.ledger.append(
            "failed", who=f"run {run}", dataset=dataset.id, edition=edition, fault=kind, why=why, run=run
        )
        raise


def _now() -> datetime:
    return datetime.now(UTC)
