"""Where a file came from, against what is known of other files: one sent again, one that belongs elsewhere.

Judged by the hashes the ledger holds. Only files are judged so: a database that returns to an earlier state says what
is true now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ternopil_pipelines.catalogue.model import Catalogue, Dataset, FolderSource
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import PUBLISHED, last_published
from ternopil_pipelines.evidence.ledger import Entry, Ledger
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding


def older(dataset: Dataset, edition: Edition, published: Sequence[Entry]) -> Iterator[Finding]:
    """The content, or a table's file, is one that was published before something newer was."""
    files = _files(dataset)
    if len(published) < 2 or not files or published[-1].edition == edition.address:
        return
    last = _sources(published[-1])
    mine = {each.id: each.source_sha256 for each in edition.tables if each.id in files}
    for entry in reversed(published[:-1]):
        earlier = _sources(entry)
        again = any(earlier.get(table) == digest and last.get(table) != digest for table, digest in mine.items())
        if again or entry.edition == edition.address:
            yield finding("older-edition", published=entry.at[:10], dataset=dataset.id)
            return


def stranger(catalogue: Catalogue, dataset: Dataset, edition: Edition, ledger: Ledger) -> Iterator[Finding]:
    """A file whose bytes are another dataset's, unless the two have always shared one."""
    files = _files(dataset)
    mine = {each.source_sha256: each for each in edition.tables if each.id in files}
    if not mine:
        return
    for other in catalogue.datasets:
        if other.id == dataset.id or not _files(other):
            continue
        last = last_published(ledger, other.id)
        theirs = set(_sources(last).values()) & set(mine) if last is not None else set()
        if theirs and not _shared_before(ledger, dataset, other, theirs):
            table = mine[sorted(theirs)[0]]
            yield finding("wrong-dataset", table=table.title, other=other.title, dataset=dataset.id)


def _shared_before(ledger: Ledger, dataset: Dataset, other: Dataset, now: set[str]) -> bool:
    own = {digest for entry in ledger.entries(dataset.id, PUBLISHED) for digest in _sources(entry).values()}
    theirs = {digest for entry in ledger.entries(other.id, PUBLISHED) for digest in _sources(entry).values()}
    return bool((own & theirs) - now) or not own


def _files(dataset: Dataset) -> frozenset[str]:
    return frozenset(each.id for each in dataset.tables if isinstance(each.source, FolderSource))


def _sources(entry: Entry) -> dict[str, str]:
    return {str(table): str(digest) for table, digest in dict(entry.body.get("sources") or {}).items()}
