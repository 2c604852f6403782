"""What each asset does, said in the domain's own functions and entered in the ledger.

Nothing here knows runs but by their id; whatever happens to data or portal happens in the rooms to the right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from ternopil_pipelines.catalogue.model import Dataset, FolderSource, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.evidence.decisions import decide, decision
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import PUBLISHED, UNCHANGED, account, erase, kept, last_published
from ternopil_pipelines.faults import Fault, SourceRefused
from ternopil_pipelines.findings.finding import by_code
from ternopil_pipelines.installation import Installation, code_version
from ternopil_pipelines.portal.publication import Publication, publish
from ternopil_pipelines.receive.folder import landing_folder, waiting_files
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines.receive.receiving import change_mark, receive
from ternopil_pipelines.reports.delivery import deliver, deliver_unreadable
from ternopil_pipelines.reports.report import report

GATE = "checks"


def take(installation: Installation, dataset: Dataset, table: Table, *, run: str) -> Receipt:
    """Receive a table. The change mark is read before the data: what moves meanwhile the next look will notice."""
    mark = change_mark(installation.catalogue, dataset, table, installation.environment)
    try:
        receipt = receive(installation.catalogue, dataset, table, installation.environment)
    except SourceRefused as fault:
        refuse_source(installation, dataset, table, fault, mark, run=run)
        raise
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


def clean_table(installation: Installation, dataset: Dataset, table: Table, receipt: Receipt) -> Cleaned:
    city = installation.catalogue.city
    most = dataset.thresholds.quarantine
    return clean(receipt, table, columns_of(table), bounds=city.bounds, zone=city.timezone, quarantine=most)


def rows_before(installation: Installation, dataset: Dataset, table: Table) -> int | None:
    """Rows of the table in the last edition, None where there is none."""
    latest = installation.archive.latest(dataset.id)
    if latest is None:
        return None
    return next((each.rows for each in latest.tables if each.id == table.id), None)


def deliver_verdict(
    installation: Installation, dataset: Dataset, table: Table, cleaned: Cleaned, receipt: Receipt
) -> None:
    """The steward reads the verdict beside the file that was dropped; databases and APIs have nobody waiting there."""
    if isinstance(table.source, FolderSource):
        folder = landing_folder(installation.landing, dataset)
        deliver(folder, dataset, table, cleaned, receipt, at=_now())


def keep_edition(
    installation: Installation, dataset: Dataset, tables: Sequence[tuple[Cleaned, Receipt]], *, run: str
) -> Edition:
    """Build the edition and enter the decision about it. Until gates stand here, the checks' own result decides: a
    table that breaks its structure never comes this far."""
    who = f"run {run}"
    told = report(dataset.id, tables, source_name=_names(tables), source_sha256=_hash(tables), checked_at=_now())
    edition = installation.archive.keep(
        installation.catalogue, dataset, tables, code_version=code_version(), report=told
    )
    kept(installation.ledger, installation.archive, edition, who=who, run=run)
    if decision(installation.ledger, dataset.id, edition.address) is None:
        why = "every check of structure, keys and rows passed or only warned"
        decide(installation.ledger, edition, "passed", by=GATE, gate=GATE, why=why, who=who)
    return edition


def _names(tables: Sequence[tuple[Cleaned, Receipt]]) -> str:
    return ", ".join(dict.fromkeys(receipt.origin.name for _, receipt in tables))


def _hash(tables: Sequence[tuple[Cleaned, Receipt]]) -> str:
    """The source's hash; of several tables, that of their hashes one under another."""
    hashes = list(dict.fromkeys(receipt.sha256 for _, receipt in tables))
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def may_go_out(installation: Installation, edition: Edition) -> bool:
    found = decision(installation.ledger, edition.dataset, edition.address)
    return found is not None and found.passing


def publish_edition(
    installation: Installation, dataset: Dataset, edition: Edition, *, run: str, say: Callable[[str], None]
) -> Publication:
    """Bring the portal to the edition and enter what came of it, a failure too."""
    # What the environment says now: the portal may have moved since this process began.
    fresh = installation.with_fresh_environment()
    with entering(installation, dataset, edition=edition.address, run=run):
        published = publish(
            client=fresh.client(dataset),
            archive=installation.archive,
            ledger=installation.ledger,
            edition=edition,
            dataset=dataset,
            journal=fresh.journal,
            say=say,
            datastore_url=fresh.datastore_url,
        )
    enter_publication(installation, edition, published, who=f"run {run}", run=run)
    return published


def enter_publication(
    installation: Installation, edition: Edition, published: Publication, *, who: str, run: str | None = None
) -> None:
    """`unchanged` where nothing was sent; but the first look after a crash between the portal's answer and the ledger
    finds the portal equal too, and that publication must not be missing here."""
    last = last_published(installation.ledger, edition.dataset)
    missed = published.unchanged and (last is None or last.edition != edition.address)
    installation.ledger.append(
        UNCHANGED if published.unchanged and not missed else PUBLISHED,
        who=who,
        dataset=edition.dataset,
        edition=edition.address,
        **account(edition),
        package=published.package,
        url=published.url,
        mode=published.mode,
        receipt=receipt_of(published),
        run=run,
    )


def receipt_of(published: Publication) -> dict[str, Any] | None:
    """What was read back, as JSON; None where nothing was sent."""
    return None if published.receipt is None else json.loads(json.dumps(asdict(published.receipt), default=str))


@contextmanager
def entering(installation: Installation, dataset: Dataset, *, run: str, edition: str | None = None) -> Iterator[None]:
    """Whatever stops the step stands in the ledger, where `status` and `retry` look; what a file was refused for is
    entered by the refusal itself."""
    try:
        yield
    except SourceRefused:
        raise
    except Exception as error:
        # Words of an error that is not ours may hold a cell or an address.
        why = str(error) if isinstance(error, Fault) else "internal error, see the run"
        kind = type(error).__name__
        installation.ledger.append(
            "failed", who=f"run {run}", dataset=dataset.id, edition=edition, fault=kind, why=why, run=run
        )
        raise


def erase_edition(installation: Installation, edition: Edition, *, reason: str, who: str) -> None:
    """Leaked personal data leave the archive and the received bytes the edition was made from; the ledger says why."""
    erase(installation.ledger, installation.archive, edition.dataset, edition.address, reason=reason, who=who)
    for table in edition.tables:
        installation.received.forget(edition.dataset, table.source_sha256)


def _now() -> datetime:
    return datetime.now(UTC)
