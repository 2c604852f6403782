"""The private dataset beside a public one, where `ab` prepares what is shown next: its making and who may change it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from ternopil_pipelines.faults import PortalRefused, PortalUnreachable, PublicationContested
from ternopil_pipelines.portal import claims
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.passport import extra_of, extras_without
from ternopil_pipelines.portal.resources import Target
from ternopil_pipelines.portal.showing import revise
from ternopil_pipelines.portal.situation import Work, show

_SUFFIX = "-staging"
# Where the claim stands, a field of the staging dataset that `match` can compare, and what tells one taken over.
_CLAIM, _TAKEN_OVER = "version", "~"


# An extra of the staging dataset: what was taken out of it last, id → file's name as JSON.
_DETACHED = "detached"


def staging_name(package: str) -> str:
    return package[: 100 - len(_SUFFIX)] + _SUFFIX


def _staging(work: Work) -> dict[str, Any]:
    """The private dataset beside, made where there is none."""
    name = staging_name(work.package)
    found = show(work.client, name)
    if found is not None:
        return found
    with contextlib.suppress(PortalRefused):  # made by a call whose answer was lost: it is shown below
        work.client.call(
            "package_create",
            name=name,
            title=work.edition.passport.title,
            notes="Службовий набір: тут готується і зберігається прихована половина відкритого набору.",
            owner_org=work.edition.passport.organization,
            private=True,
        )
    return _shown(work, name)


def claim_half(work: Work) -> dict[str, Any]:
    """The staging dataset, for us alone."""
    staging = _staging(work)
    held = str(staging.get(_CLAIM) or "")
    ours = work.claim if held in {"", work.claim} else work.claim + _TAKEN_OVER
    if held == ours:
        return staging
    claims.require_free(work, staging, held)
    # As it was looked at: who goes on working keeps its claim.
    revise(work, staging, (), update={_CLAIM: ours})
    return our_half(work)


def is_taken_over(work: Work, staging: Mapping[str, Any]) -> bool:
    """Is our claim on it one that another's stood before?"""
    return bool(staging[_CLAIM] != work.claim)


def revise_half(work: Work, staging: Mapping[str, Any], *sent: Target, **parameters: Any) -> None:
    """A change of the staging dataset, while the claim on it is ours."""
    revise(work, staging, sent, **{f"match__{_CLAIM}": staging[_CLAIM], **parameters})


def detach(work: Work, hidden: Collection[Target]) -> None:
    """Out of the staging dataset; file and table stay with the id until that dataset changes again. The same call
    notes what goes: were its publisher killed before the switch, a withdrawal would have nothing else to find it by."""
    staging = our_half(work)
    note = {"key": _DETACHED, "value": json.dumps({each.id: each.file.name for each in hidden})}
    revise_half(
        work,
        staging,
        filter=["-extras", *(f"-resources__{key}" for key in sorted(each.id for each in hidden))],
        update={"extras": [*extras_without(staging, {_DETACHED}), note]},
    )


def detached(staging: Mapping[str, Any]) -> dict[str, str]:
    """Id → file's name of what was taken out last, wherever it stands now."""
    return dict(json.loads(extra_of(staging, _DETACHED) or "{}"))


def is_ours(work: Work, staging: Mapping[str, Any]) -> bool:
    return staging.get(_CLAIM) in {work.claim, work.claim + _TAKEN_OVER}


def our_half(work: Work) -> dict[str, Any]:
    staging = _shown(work, staging_name(work.package))
    if not is_ours(work, staging):
        raise PublicationContested(f"another publisher took over the preparation of dataset `{work.package}`")
    return staging


def release_half(work: Work) -> None:
    revise_half(work, our_half(work), update={_CLAIM: ""})


def forget_claim(client: PortalClient, package: str) -> None:
    """Whoever was at work has nothing to finish any more."""
    staging = show(client, staging_name(package))
    if staging is not None and staging.get(_CLAIM):
        client.revise(match__id=staging["id"], update={_CLAIM: ""}, include=["-*"])


def _shown(work: Work, name: str) -> dict[str, Any]:
    package = show(work.client, name)
    if package is None:
        raise PortalUnreachable(f"dataset `{name}` was there a moment ago and is not shown")
    return package
