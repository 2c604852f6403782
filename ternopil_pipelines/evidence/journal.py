"""What the ledger says of a dataset's way: kept, published, looked at, erased. The words of entries stand here once.

`decisions` has the fifth word. Bodies: hashes, rows, findings by code, run and code version; no cell's value.
"""

from __future__ import annotations

from collections import Counter

from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.ledger import JSON, Entry, Ledger
from ternopil_pipelines.evidence.verification import seal_of

KEPT, PUBLISHED, UNCHANGED, WITHDRAWN, ERASED = "kept", "published", "unchanged", "withdrawn", "erased"
# The proof at a withdrawal's end: what a citizen then got from each of its addresses.
CLOSED = "closed"
# A page without data was put on the portal or says something else since.
PAGE = "page"


def kept(ledger: Ledger, archive: Archive, edition: Edition, *, who: str, **body: JSON) -> Entry:
    """Enter that an edition stands in the archive, with the seal that fixes its manifest and report too. The same
    edition received again in a row is not entered twice."""
    seal = seal_of(archive, edition.dataset, edition.address)
    last = ledger.last(edition.dataset, KEPT)
    if last and last.edition == edition.address and last.body.get("seal") == seal:
        return last
    return ledger.append(
        KEPT,
        who=who,
        dataset=edition.dataset,
        edition=edition.address,
        **{**account(edition), "seal": seal, **body},
    )


def account(edition: Edition) -> dict[str, JSON]:
    """An edition in hashes and counts, as bodies of entries hold it."""
    findings: Counter[str] = Counter()
    for each in edition.tables:
        findings.update(dict(each.findings))
    return {
        "files": {each.name: each.sha256 for each in edition.files},
        "sources": {each.id: each.source_sha256 for each in edition.tables},
        "rows": {each.id: each.rows for each in edition.tables},
        "findings": dict(sorted(findings.items())),
        "code_version": edition.code_version,
        "previous": edition.previous,
    }


def last_published(ledger: Ledger, dataset: str) -> Entry | None:
    return ledger.last(dataset, PUBLISHED)


def last_looked(ledger: Ledger, dataset: str) -> Entry | None:
    """The last time the portal was made, or found, equal to the source: what freshness counts from."""
    return ledger.last(dataset, PUBLISHED, UNCHANGED)


def erase(ledger: Ledger, archive: Archive, dataset: str, address: str, *, reason: str, who: str) -> Entry:
    """Erase an edition's bytes and enter it. The entry comes first: should we stop in between, verification names an
    erasure to be finished, and calling again finishes it."""
    archive.read(dataset, address)  # a mistyped address must not be entered as erased
    last = ledger.last(dataset, ERASED, edition=address)
    entry = last or ledger.append(ERASED, who=who, dataset=dataset, edition=address, reason=reason)
    archive.erase(dataset, address, reason=str(entry.body["reason"]), who=entry.who)
    return entry
