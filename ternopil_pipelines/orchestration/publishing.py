"""From a kept edition to the portal, and what the ledger says of it: published, unchanged, failed, erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import PUBLISHED, UNCHANGED, WITHDRAWN, account, last_published
from ternopil_pipelines.faults import EditionHeld
from ternopil_pipelines.gates.moderation import rolled_back
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.steps import entering
from ternopil_pipelines.portal.publication import Publication, publish
from ternopil_pipelines.portal.resumption import resume


def to_keep(installation: Installation, made: Edition) -> Edition:
    """What a run keeps on the portal: the edition it made, or, where a rollback rejected just this one, the edition
    gone back to. Its source has nothing new, and a person's decision is no failure of each run."""
    shown = last_published(installation.ledger, made.dataset)
    if shown is None or not shown.edition or shown.edition == made.address:
        return made
    if not rolled_back(installation.ledger, made.dataset, made.address):
        return made
    return installation.archive.read(made.dataset, shown.edition)


def publish_edition(
    installation: Installation, dataset: Dataset, edition: Edition, *, run: str, say: Callable[[str], None]
) -> Publication:
    """Bring the portal to the edition and enter what came of it, a failure too."""
    respect_embargo(installation, dataset)
    # What the environment says now: the portal may have moved since this process began.
    fresh = installation.with_fresh_environment()
    with entering(installation, dataset, edition=edition.address, run=run):
        return publish(
            client=fresh.client(dataset),
            archive=installation.archive,
            ledger=installation.ledger,
            edition=edition,
            dataset=dataset,
            journal=fresh.journal,
            say=say,
            datastore_url=fresh.datastore_url(dataset),
            enter=partial(_enter, installation, run=run),
        )


def finish_interrupted(
    installation: Installation, dataset: Dataset, *, run: str, say: Callable[[str], None]
) -> Publication | None:
    """Finish what the journal says was begun, entered as any publication. None where there is nothing to finish: it
    was finished meanwhile, another publisher moved the dataset on, or the edition may no longer go out."""
    respect_embargo(installation, dataset)
    fresh = installation.with_fresh_environment()
    begun = fresh.journal.read(dataset.id)
    with entering(installation, dataset, edition=begun.edition if begun else None, run=run):
        finished = resume(
            client=fresh.client(dataset),
            archive=installation.archive,
            ledger=installation.ledger,
            datasets=[dataset],
            journal=fresh.journal,
            say=say,
            datastore_url=fresh.datastore_url(dataset),
            enter=partial(_enter, installation, run=run),
        )
    if not finished:
        say("nothing to finish")
        return None
    [published] = finished
    return published


def _enter(installation: Installation, published: Publication, *, run: str) -> None:
    """`unchanged` where nothing was sent; but the first look after a crash between the portal's answer and the ledger
    finds the portal equal too, and that publication must not be missing here."""
    edition = installation.archive.read(published.dataset, published.edition)
    last = installation.ledger.last(edition.dataset, PUBLISHED, WITHDRAWN)
    entered = last is not None and (last.what, last.edition) == (PUBLISHED, edition.address)
    installation.ledger.append(
        UNCHANGED if published.unchanged and entered else PUBLISHED,
        who=f"run {run}",
        dataset=edition.dataset,
        edition=edition.address,
        **account(edition),
        package=published.package,
        url=published.url,
        mode=published.mode,
        receipt=receipt_of(published),
        decision={key: getattr(published.decision, key) for key in ("sequence", "verdict", "by")},
        user=published.user,
        run=run,
        warning=published.warning,
    )


def receipt_of(published: Publication) -> dict[str, Any] | None:
    """What was read back, as JSON; None where nothing was sent."""
    return None if published.receipt is None else json.loads(json.dumps(asdict(published.receipt), default=str))


def respect_embargo(installation: Installation, dataset: Dataset) -> None:
    until = installation.catalogue.embargo_of(dataset)
    if until is not None and datetime.now(UTC) < until:
        raise EditionHeld(f"dataset {dataset.id} is under embargo until {until.isoformat()}")
