"""One publisher: bring a dataset on the portal to an edition, whatever state it is found in, and prove it.

Looks at the portal, compares, does what is missing, looks again: a crash, a lost answer or a second publisher change
where it begins, not how it ends. An equal portal is not written to at all. It never sends the same thing on a timer;
a doubtful answer is followed by another look, and a portal that stays silent ends the run as a transient fault.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.decisions import Decision, require_passing
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.faults import (
    PortalRefused,
    PortalUnreachable,
    PublicationContested,
)
from ternopil_pipelines.portal import claims, direct, in_place, staging
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.expiry import expiry_warning
from ternopil_pipelines.portal.journal import Entry, Journal
from ternopil_pipelines.portal.renaming import follow_new_name
from ternopil_pipelines.portal.situation import (
    NO_DOUBTS,
    Doubts,
    Say,
    Situation,
    Work,
    look,
    look_again,
    refuse_closed_by_others,
    show,
)
from ternopil_pipelines.portal.verification import Receipt, glance, verify


class Mode(Protocol):
    """A way of bringing the portal to an edition; each is a module."""

    def needs(self, work: Work, now: Situation) -> bool: ...

    def advance(self, work: Work, now: Situation, *, doubts: Doubts = NO_DOUBTS) -> None: ...


_MODES: dict[str, Mode] = {"in_place": in_place, "direct": direct, "ab": staging}

# One look for each way a call may be left in doubt, and one heal of what was read back wrong.
ROUNDS = 4
# Seconds for a call whose caller is gone to end inside the portal. A table a killed publisher had asked for was made a
# moment after ours, and readers saw its rows twice: once in 300 kills.
CALLS_END = 2.0


@dataclass(frozen=True, slots=True)
class PublishedResource:
    id: str
    name: str
    file: str
    format: str
    url: str
    sha256: str
    rows: int
    datastore: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """`package`: CKAN's name; `url`: the dataset's page; `decision`: by which it went out; `user`: whose token it was;
    `receipt`: what was read back, None where the portal was only glanced at; `warning`: that the portal's token ends
    soon."""

    dataset: str
    package: str
    url: str
    edition: str
    unchanged: bool
    mode: str
    resources: tuple[PublishedResource, ...]
    receipt: Receipt | None
    seconds: float
    decision: Decision
    user: str | None = None
    warning: str | None = None


def quiet(_: str) -> None:
    return


def publish(
    *,
    client: PortalClient,
    archive: Archive,
    ledger: Ledger,
    edition: Edition,
    dataset: Dataset,
    journal: Journal,
    say: Say = quiet,
    datastore_url: str | None = None,
    enter: Callable[[Publication], None] = lambda _: None,
) -> Publication:
    """`enter`: puts the result on record before it counts as done; who ends in between reads back and enters it in the
    next run. Raises GateRefused without a passing decision, PublicationContested where another publisher won,
    PortalRefused and PortalUnreachable as the portal answers; after the last, the same call again finishes what was
    begun."""
    decision = require_passing(ledger, dataset.id, edition.address)
    started = time.monotonic()
    work = Work(client, archive, edition, dataset.package_name, say, datastore_url)
    mode = _MODES[dataset.publish_mode]
    with journal.claim(dataset.id):
        earlier = journal.read_to_publish(dataset.id)
        interrupted = earlier is not None and not earlier.done
        claim = (earlier.claim if earlier is not None and not earlier.done else "") or uuid.uuid4().hex
        work = replace(work, claim=claim)
        client.preflight(edition.passport.organization)
        # Not at the end: a run that failed by this call left an edition shown and no receipt.
        user = client.user()
        if warning := _token_warning(client):
            say(warning)
        renamed = follow_new_name(work, earlier, journal)
        if interrupted:
            time.sleep(CALLS_END)
        now = look(work)
        refuse_closed_by_others(now.package)
        entry = Entry(
            dataset.id, work.package, edition.address, dataset.publish_mode, previous=now.edition, claim=claim
        )
        receipt, doubts = _first_look(mode, work, now, interrupted)
        if doubts is not None:
            journal.write(entry)
            passing("intent-written")
            now, receipt = _bring(mode, work, now, doubts, interrupted=interrupted)
        published = Publication(
            dataset=dataset.id,
            package=work.package,
            url=f"{client.url}/dataset/{work.package}",
            edition=edition.address,
            unchanged=doubts is None,
            mode=dataset.publish_mode,
            resources=_published(now),
            receipt=receipt,
            seconds=time.monotonic() - started,
            decision=decision,
            user=user,
            warning=_token_warning(client),
        )
        enter(published)
        if doubts is not None or interrupted or renamed:
            journal.write(replace(entry, done=True))
        return published


def _first_look(mode: Mode, work: Work, now: Situation, interrupted: bool) -> tuple[Receipt | None, Doubts | None]:
    """What was read back, and what is wrong beside the metadata; None: the portal is equal to the edition."""
    if mode.needs(work, now):
        return None, NO_DOUBTS
    # Files are replaced before the database commits: after a crash equal metadata proves nothing.
    receipt, found = verify(work, now) if interrupted else (None, glance(work, now))
    return receipt, found.doubts(now) if found else None


def _bring(mode: Mode, work: Work, now: Situation, doubts: Doubts, *, interrupted: bool) -> tuple[Situation, Receipt]:
    """`interrupted`: what is still being written may be a call of ours, begun before the crash."""
    doubtful: PortalUnreachable | None = None
    told: list[str] = []
    for _ in range(ROUNDS):
        try:
            sent = bool(doubts) or mode.needs(work, now)
            if sent:
                mode.advance(work, now, doubts=doubts)
                now = look_again(work, now)
            receipt, found = verify(work, now)
            passing("verified")
            if not found:
                return now, receipt
            if sent and found.told == told and not (found.files or found.search):
                # A file may come from somebody's cache, a search lags; rows and metadata are read from the database.
                raise PortalRefused(
                    f"dataset `{work.package}` differs as before after it was sent again: {_in_short(told)}; something"
                    " on the portal changes what it is sent (a trigger on the table, a plugin): ask its operator"
                )
            told = found.told
            work.say(f"sending again: {_in_short(told)}")
            doubts = found.doubts(now)
            now = look_again(work, now)
        except PortalUnreachable as fault:
            if doubtful is not None:
                raise
            doubtful = fault
            work.say(f"{fault}; looking at the portal")
            time.sleep(CALLS_END)
            now = look_again(work, now)
        except claims.AnotherAtWork:
            raise
        except PublicationContested as fault:
            # First the dataset alone: its tables may be locked by the winner, who needs the portal's workers.
            package = show(work.client, work.package)
            if package is not None and package == now.package and interrupted:
                # On a busy portal it takes longer than was waited already: once in 240 kills.
                work.say(f"{fault}; waiting for a call of the interrupted publication to end")
                time.sleep(CALLS_END)
            elif package is not None and package == now.package:
                raise PublicationContested(
                    f"dataset `{work.package}` is being published by another publisher; ours stands back ({fault})"
                ) from None
            now = look_again(work, now)
    what = f": {_in_short(told)}" if told else ""
    raise PortalUnreachable(f"dataset `{work.package}` does not show what was sent{what}; the next run sends it again")


def _in_short(told: Sequence[str]) -> str:
    return "; ".join(told[:3])


def _published(now: Situation) -> tuple[PublishedResource, ...]:
    shown = now.resources
    return tuple(
        PublishedResource(
            id=each.id,
            name=each.file.title,
            file=each.file.name,
            format=each.file.format,
            url=str(shown[each.id]["url"]),
            sha256=each.file.sha256,
            rows=each.file.rows,
            datastore=each.has_table,
        )
        for each in now.targets
    )


def _token_warning(client: PortalClient) -> str | None:
    return expiry_warning(client.token, now=datetime.now(UTC))
