"""Between machines one publisher of a dataset at a time: who is at work leaves its claim, and who finds another's
stands back. On one machine the journal's lock does that.

A claim LEASE old was left by a publisher that is no more, most likely, and is taken over. The taking changes the
dataset it stands on, so that what a slow one sends afterwards no longer matches. The public dataset carries a claim
only while a table that readers see is being written, or something of it is still to be done; `ab`'s hidden half has its
own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ternopil_pipelines.faults import PublicationContested
from ternopil_pipelines.portal import passport
from ternopil_pipelines.portal.showing import revise
from ternopil_pipelines.portal.situation import Work

LEASE = timedelta(minutes=30)


class AnotherAtWork(PublicationContested):
    """Looking again would only find the same claim."""


def holder(package: Mapping[str, Any] | None) -> str | None:
    return passport.extra_of(package, passport.PREPARED_BY) if package else None


def require_free(work: Work, package: Mapping[str, Any], held: str | None) -> None:
    """Raises AnotherAtWork where another publisher's claim on `package` is young."""
    if held and held != work.claim and _age(package) < LEASE:
        raise AnotherAtWork(
            f"dataset `{work.package}` is being prepared by another publisher; ours stands back. Should that one be"
            f" gone, a run {LEASE} after its last step takes over"
        )


def take(work: Work, package: Mapping[str, Any]) -> None:
    """Our claim onto the public dataset as it was looked at; what another prepared for it no longer matches."""
    _write(work, package, [{"key": passport.PREPARED_BY, "value": work.claim}])


def release(work: Work, package: Mapping[str, Any]) -> None:
    _write(work, package, [])


def _write(work: Work, package: Mapping[str, Any], claim: list[dict[str, str]]) -> None:
    kept = passport.extras_without(package, {passport.PREPARED_BY})
    revise(work, package, (), filter=["-extras"], update={"extras": [*kept, *claim]})


def _age(package: Mapping[str, Any]) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(package["metadata_modified"]).replace(tzinfo=UTC)
