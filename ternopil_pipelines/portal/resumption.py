"""Finishing what a crash interrupted: every unfinished entry of the journal, publications and withdrawals.

Run at the start and every ten minutes. What to do for one entry is `publication`'s and `withdrawal`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.faults import Fault, GateRefused, PublicationContested
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Entry, Journal
from ternopil_pipelines.portal.passport import EDITION, extra_of
from ternopil_pipelines.portal.publication import Publication, publish, quiet
from ternopil_pipelines.portal.situation import Say, show
from ternopil_pipelines.portal.withdrawal import withdraw


def resume(
    *,
    client: PortalClient,
    archive: Archive,
    ledger: Ledger,
    datasets: Iterable[Dataset],
    journal: Journal,
    say: Say = quiet,
    datastore_url: str | None = None,
    enter: Callable[[Publication], None] = lambda _: None,
) -> tuple[Publication, ...]:
    """Finish what a crash interrupted, withdrawals too; `enter` as `publish` takes it. A dataset that another publisher
    moved on, that is being published now or whose edition may no longer go out is left alone; the first fault of the
    portal is raised after all were tried."""
    known = {dataset.id: dataset for dataset in datasets}
    finished: list[Publication] = []
    failed: Fault | None = None
    for entry in journal.unfinished():
        if entry.dataset not in known:
            continue
        dataset = known[entry.dataset]
        try:
            if entry.kind == "withdraw":
                say(f"finishing the interrupted withdrawal of {dataset.id}")
                withdraw(
                    client=client, ledger=ledger, dataset=dataset, journal=journal, reason=entry.note,
                    who=entry.who or "resume", say=say, datastore_url=datastore_url,
                )  # fmt: skip
                continue
            edition = archive.read(dataset.id, entry.edition)
            if _moved_on(client, entry):
                journal.write(replace(entry, done=True))
                continue
            say(f"finishing the interrupted publication of {dataset.id}")
            finished.append(
                publish(
                    client=client, archive=archive, ledger=ledger, edition=edition, dataset=dataset, journal=journal,
                    say=say, datastore_url=datastore_url, enter=enter,
                )
            )  # fmt: skip
        except (PublicationContested, GateRefused) as left:
            say(f"{dataset.id}: {left}")
        except Fault as fault:
            failed = failed or fault
    if failed is not None:
        raise failed
    return tuple(finished)


def _moved_on(client: PortalClient, entry: Entry) -> bool:
    package = show(client, entry.package)
    return package is not None and extra_of(package, EDITION) not in {entry.previous, entry.edition}
