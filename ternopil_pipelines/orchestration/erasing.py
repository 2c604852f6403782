"""Erasing an edition after a leak: its bytes leave every place this installation keeps any, a tombstone stays.

Archive, received files, rows set aside, the annotated copy beside the file, what Dagster handed from asset to asset,
and the events of every run that showed it: as a preview, or as the "before" of a comparison with the next one. Calling
it again finishes what was interrupted. What the portal holds is `withdraw`'s, and comes first; the department's own
file stays its own; a PostgreSQL that keeps Dagster's events forgets deleted rows at its next VACUUM.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import dagster as dg

from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import PUBLISHED, erase
from ternopil_pipelines.faults import TransientFault
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.names import slug
from ternopil_pipelines.receive.folder import landing_folder
from ternopil_pipelines.reports.delivery import verdict_folder

_PAGE = 500


def erase_edition(
    installation: Installation, edition: Edition, instance: dg.DagsterInstance, *, reason: str, who: str
) -> None:
    runs = set(_runs(installation, edition, instance))
    erase(installation.ledger, installation.archive, edition.dataset, edition.address, reason=reason, who=who)
    sources = {table.source_sha256 for table in edition.tables}
    for digest in sources:
        installation.received.forget(edition.dataset, digest)
    for stored in (installation.storage / slug(edition.dataset)).glob("*.stored"):
        stored.unlink()  # the next run makes them again
    for place in _beside(installation, edition, sources):
        place.unlink(missing_ok=True)
    for run in runs:
        instance.compute_log_manager.delete_logs(prefix=[run])
        if instance.has_run(run):
            instance.delete_run(run)
    # After the runs, which are found by these events: who is stopped in between finds the others again. Dagster
    # remembers the last event and the last check results of an asset apart from the runs.
    names = [each for table in edition.tables for each in (slug(table.id), f"raw_{slug(table.id)}")]
    instance.wipe_assets([dg.AssetKey([slug(edition.dataset), name]) for name in (*names, "edition")])
    _forget_deleted_rows(instance)


def _runs(installation: Installation, edition: Edition, instance: dg.DagsterInstance) -> Iterator[str]:
    """Runs that received its bytes, built it, showed it, or compared the next one with it."""
    sources = {table.source_sha256 for table in edition.tables}
    entries = installation.ledger.entries(dataset=edition.dataset)
    for entry in entries:
        if entry.body.get("run") and (entry.edition == edition.address or entry.body.get("source_sha256") in sources):
            yield str(entry.body["run"])
    published = [(datetime.fromisoformat(each.at), each.edition) for each in entries if each.what == PUBLISHED]
    for at, address, run in _shown(instance, dg.AssetKey([slug(edition.dataset), "edition"])):
        compared = [found for moment, found in published if moment.timestamp() < at][-1:]
        if edition.address in {address, *compared}:
            yield run


def _shown(instance: dg.DagsterInstance, key: dg.AssetKey) -> Iterator[tuple[float, str, str]]:
    """When, which edition and in which run, of everything Dagster remembers of the edition asset."""
    cursor = None
    while True:
        page = instance.fetch_materializations(key, limit=_PAGE, cursor=cursor)
        for record in page.records:
            made = record.asset_materialization
            if made is not None and "address" in made.metadata:
                yield record.timestamp, str(made.metadata["address"].value), record.run_id
        if not page.has_more:
            return
        cursor = page.cursor


def _beside(installation: Installation, edition: Edition, sources: set[str]) -> Iterator[Path]:
    """Rows set aside of these bytes, the verdict about them with its annotated copy, and the pages on which this
    edition or a comparison with it waited."""
    yield from (installation.waiting / edition.dataset).glob("*.html")
    for about in (installation.quarantine / edition.dataset).glob("*.json"):
        if json.loads(about.read_text(encoding="utf-8"))["source_sha256"] in sources:
            yield from (about, about.with_suffix(".csv"))
    for dataset, table in (
        (each, table) for each in installation.catalogue.datasets if each.id == edition.dataset for table in each.tables
    ):
        folder = verdict_folder(landing_folder(installation.landing, dataset), dataset, table)
        report = folder / "report.json"
        if report.is_file() and json.loads(report.read_text(encoding="utf-8"))["source"]["sha256"] in sources:
            yield from (each for each in folder.iterdir() if each.is_file() and each != report)
            yield report


def _forget_deleted_rows(instance: dg.DagsterInstance) -> None:
    """SQLite leaves deleted rows in free pages and in its log until it is told to write the file anew. Every file is:
    which runs a call deleted that did not come this far is known no more."""
    for path in (Path(instance.root_directory) / "history").rglob("*.db"):
        try:
            with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise TransientFault(f"{path.name} is in use ({error}); erase again to finish") from None
