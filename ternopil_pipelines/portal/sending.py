"""Files that differ and all metadata, in one call that decides between two publishers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ternopil_pipelines.portal import claims, passport
from ternopil_pipelines.portal.bodies import Hold
from ternopil_pipelines.portal.resources import Target
from ternopil_pipelines.portal.showing import revise
from ternopil_pipelines.portal.situation import NO_DOUBTS, Doubts, Situation, Work


def send_files(
    work: Work, now: Situation, doubts: Doubts = NO_DOUBTS, *, claimed: bool = False, hold: Hold | None = None
) -> bool:
    """Files that differ and all metadata in one call, on condition that nobody changed the dataset meanwhile. False
    where there is nothing to send. `claimed`: something of it is still to be done, as it is for new resources."""
    assert now.package is not None
    present, holder = now.resources, claims.holder(now.package)
    # What another began and left may want more than files, too.
    fresh = any(each.id not in present for each in now.targets)
    claimed = bool(holder) or (not now.hidden and (claimed or fresh))
    differ = now.files_differ()
    different = [each for each in now.targets if each in differ or each.id in doubts.files]
    if not different and not now.passport_differs(work) and claimed == bool(holder):
        return False
    # Equal bytes sent again would still move the resource's date of change.
    sent = [each for each in different if each.id in doubts.files or not each.stands_in(present.get(each.id, {}))]
    wanted = passport.package_of(work.edition.passport, edition=None if now.hidden else work.edition.address)
    if claimed:
        wanted["extras"].append({"key": passport.PREPARED_BY, "value": work.claim})
    work.say(f"sending {len(sent)} files")
    revise(
        work,
        now.package,
        sent,
        hold=hold,
        filter=["-extras", "-tags"],
        update={**wanted, "extras": passport.merged_extras(now.package, wanted)},
        **resource_updates(present, different),
    )
    return True


def resource_updates(present: Collection[str], targets: Collection[Target]) -> dict[str, Any]:
    """`package_revise`'s keys that make or change these resources."""
    update: dict[str, Any] = {}
    fresh = []
    for each in targets:
        resource = {**each.as_resource(), "datastore_active": True} if each.has_table else each.as_resource()
        if each.id in present:
            update[f"update__resources__{each.id}"] = {key: value for key, value in resource.items() if key != "id"}
        else:
            fresh.append({**resource, "url": each.file.name, "url_type": "upload"})
    return {**update, "update__resources__extend": fresh} if fresh else update
