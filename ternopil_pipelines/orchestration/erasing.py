"""Erasing an edition after a leak: its bytes leave every place this installation keeps any, a tombstone stays.

Archive, received files, what Dagster handed from asset to asset, and the events of the runs that made it (a preview
shows rows). What the portal holds is `withdraw`'s, and comes first.
"""

from __future__ import annotations

import dagster as dg

from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import erase
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.names import slug


def erase_edition(
    installation: Installation, edition: Edition, instance: dg.DagsterInstance, *, reason: str, who: str
) -> None:
    entries = installation.ledger.entries(dataset=edition.dataset)
    runs = {str(each.body["run"]) for each in entries if each.edition == edition.address and each.body.get("run")}
    erase(installation.ledger, installation.archive, edition.dataset, edition.address, reason=reason, who=who)
    for table in edition.tables:
        installation.received.forget(edition.dataset, table.source_sha256)
    for stored in (installation.storage / slug(edition.dataset)).glob("*.stored"):
        stored.unlink()  # the next run makes them again
    for run in runs:
        if instance.has_run(run):
            instance.delete_run(run)
