"""Publishing strictly old or new by the API alone: every changed file moves in under another resource id.

A private dataset beside the public one holds the hidden halves: there a file and its table are loaded and checked at
leisure, then one `package_revise` of the public dataset takes the old resources out and the new ones in. File, table
and metadata are all keyed by the resource id, so they change in that one commit. The old half is parked privately,
loaded as it was: going back to it is the same switch. The dataset's address stays; a resource's id alternates.

CKAN keeps the file and the table of a resource that was taken out of one dataset until that dataset's *second* change,
which purges the row, though it be in another dataset by then; so nothing else may be done to the staging dataset
between the detaching and the switch, and nobody may write into a half that was checked. Therefore one publisher at a
time prepares here: it puts its claim on the staging dataset, and who finds another's stands back. A claim LEASE old was
left by a publisher that is no more, most likely. It is taken over so that a slow one does no harm either: the public
dataset is touched, which makes the other's switch fail, and nothing the other may still write into is used.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ternopil_pipelines.faults import Fault, PortalRefused, PortalUnreachable, PublicationContested
from ternopil_pipelines.portal import claims, datastore, filling, in_place, passport
from ternopil_pipelines.portal.answers import PortalForbidden
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.hidden_half import (
    claim_half,
    detach,
    is_ours,
    is_taken_over,
    our_half,
    release_half,
    revise_half,
    staging_name,
)
from ternopil_pipelines.portal.resources import FILE, Target, half_ids, resource_id
from ternopil_pipelines.portal.sending import resource_updates, send_files
from ternopil_pipelines.portal.showing import add_missing_views, remove, revise
from ternopil_pipelines.portal.situation import NO_DOUBTS, Doubts, Situation, Work, look_again, show
from ternopil_pipelines.portal.standing import difference

REPLACES = "replaces"
_CKANS_OWN = frozenset(
    ("package_id", "state", "position", "created", "metadata_modified", "revision_id", "cache_url", REPLACES)
)


def needs(work: Work, now: Situation) -> bool:
    if in_place.needs(work, now):
        return True
    staging = show(work.client, staging_name(work.package))
    # A claim that was not given back would keep other machines away.
    return staging is not None and (is_ours(work, staging) or bool(_unparked(now.package, staging)))


def advance(work: Work, now: Situation, *, doubts: Doubts = NO_DOUBTS) -> None:
    """All steps from `now` to the edition."""
    if now.package is None or now.hidden:
        # Nobody sees it yet: it is filled where it stands and shown whole.
        in_place.advance(work, now, doubts=doubts)
        return
    claims.require_free(work, now.package, claims.holder(now.package))
    staging = claim_half(work)
    try:
        if is_taken_over(work, staging):
            now, staging = _take_over(work, now, staging)
        _move(work, now, staging, doubts)
    except PublicationContested:
        # Where another may still be at work beside us the claim stays taken over.
        if not is_taken_over(work, staging):
            with contextlib.suppress(Fault):
                release_half(work)
        raise
    release_half(work)


def _move(work: Work, now: Situation, staging: Mapping[str, Any], doubts: Doubts) -> None:
    # After a take-over the old half is nowhere because it was removed.
    if not is_taken_over(work, staging) and (left := _unparked(now.package, staging)):
        _park(work, left, {})
        staging = our_half(work)
    pairs = _pairs(work, now, staging, doubts)
    if pairs:
        _prepare(work, staging, [new for _, new in pairs])
        passing("staged")
        detach(work, [new for _, new in pairs])
        passing("detached")
        _switch(work, now, pairs)
        passing("switched")
    else:
        send_files(work, now)
    after = look_again(work, now)
    _park(work, _unparked(after.package, our_half(work)), now.resources)
    passing("parked")
    in_place.finish(work, after)


def _take_over(work: Work, now: Situation, staging: Mapping[str, Any]) -> tuple[Situation, dict[str, Any]]:
    """Only after the fence may anything be changed that the other was about to show."""
    assert now.package is not None
    claims.take(work, now.package)
    for each in staging["resources"]:
        remove(work, str(each["id"]))
    return look_again(work, now), our_half(work)


def _pairs(work: Work, now: Situation, staging: Mapping[str, Any], doubts: Doubts) -> list[tuple[Target, Target]]:
    """(where it stands, where it moves in) for each file whose bytes or table change."""
    present = now.resources
    loading = in_place.tables_to_load(now, doubts)
    parked = {each.get(FILE): str(each["id"]) for each in staging["resources"] if each.get(FILE)}
    moving = []
    for each in now.targets:
        if each.id in doubts.files or each in loading or not each.stands_in(present.get(each.id, {})):
            hidden = parked.get(each.file.name)
            if hidden is None or hidden == each.id:
                hidden = _other_half(work, each, staging)
            moving.append((each, replace(each, id=hidden)))
    return moving


def _other_half(work: Work, target: Target, staging: Mapping[str, Any]) -> str:
    if is_taken_over(work, staging):
        return resource_id(work.package, f"{target.file.name}#{work.claim}")
    first, second = half_ids(work.package, target.file.name)
    return first if first != target.id else second


def _prepare(work: Work, staging: Mapping[str, Any], hidden: list[Target]) -> None:
    """Files and tables of the hidden half, checked as they will be shown. What stands there already is kept."""
    present = {each["id"]: each for each in staging["resources"]}
    waiting = [
        each
        for each in hidden
        if each.id not in present or each.differences(present[each.id]) or not _bytes_stand(work, staging, each)
    ]
    if waiting:
        work.say(f"staging {len(waiting)} files")
        revise_half(work, our_half(work), *waiting, **resource_updates(present.keys(), waiting))
    in_place.load_all(work, [each for each in hidden if each.has_table and _to_load(work, each)], seen=False)
    in_place.require_rows(work, [each for each in hidden if each.has_table])
    staged = our_half(work)
    for each in waiting:
        if not _bytes_stand(work, staging, each):
            raise PortalUnreachable(f"{each.file.name}: what was staged is not what was sent; the next run sends again")
    add_missing_views(work, staged, hidden)


def _to_load(work: Work, target: Target) -> bool:
    """Is the whole table to be loaded? The parked half differs from the edition by two changes: where they are few,
    only those rows are written, and a half-loaded table makes room."""
    state = datastore.look(work.client, target.id)
    file, rows = target.file, work.rows(target)
    if state is None:
        return True
    if state.holds(sha256=file.sha256, count=file.rows, columns=target.columns):
        return False
    found = difference(work.client, target.id, rows) if state.mark else None
    if found is not None and filling.refillable(found, rows):
        work.say(f"writing {len(found)} of {rows.count} rows of {file.table}")
        try:
            filling.refill(work.client, target.id, rows, found)
            return False
        except PortalForbidden:
            raise
        except PortalRefused as refused:
            # CKAN before 2.11 has no call that removes rows and keeps the table.
            work.say(f"{refused}; making the table anew")
    datastore.drop(work.client, target.id)
    return True


def _bytes_stand(work: Work, staging: Mapping[str, Any], target: Target) -> bool:
    address = f"{work.client.url}/dataset/{staging['id']}/resource/{target.id}/download/{target.file.name}"
    try:
        return work.client.sha256_of(address, anonymous=False)[0] == target.file.sha256
    except PortalRefused:
        return False


def _switch(work: Work, now: Situation, pairs: list[tuple[Target, Target]]) -> None:
    """One call, one commit: from here on every reader meets the new edition. The list of resources is sent whole, so
    that it keeps the edition's order."""
    assert now.package is not None
    present = now.resources
    moving = {old.id: new for old, new in pairs}
    listed = []
    for each in now.targets:
        new = moving.get(each.id)
        if new is None:
            listed.append({**present[each.id], **each.as_resource()})
        else:
            listed.append(_incoming(new, replaces=each.id if each.id in present else ""))
    ours = {each.id for each in now.targets}
    wanted = passport.package_of(work.edition.passport, edition=work.edition.address)
    revise(
        work,
        now.package,
        (),
        filter=["-extras", "-tags", "-resources"],
        update={
            **wanted,
            "extras": passport.merged_extras(now.package, wanted),
            "resources": [*listed, *(each for key, each in present.items() if key not in ours)],
        },
    )


def _incoming(new: Target, *, replaces: str) -> dict[str, Any]:
    """A resource whose file and table are there already. Without an upload CKAN sets neither size nor date; the mark
    tells a later run what is still to be parked."""
    moved = datetime.now(UTC).replace(tzinfo=None).isoformat()
    (resource,) = resource_updates((), [new])["update__resources__extend"]
    return {**resource, "size": new.file.size, "last_modified": moved, REPLACES: replaces}


def _unparked(package: Mapping[str, Any] | None, staging: Mapping[str, Any] | None) -> dict[str, str]:
    """Old half's id → its file's name, for each that was taken out of the public dataset and is nowhere now."""
    resources = (package or {}).get("resources", ())
    standing = {each["id"] for each in (*(staging or {}).get("resources", ()), *resources)}
    replaced = {str(each[REPLACES]): str(each[FILE]) for each in resources if each.get(REPLACES)}
    return {key: name for key, name in replaced.items() if key not in standing}


def _park(work: Work, unparked: Mapping[str, str], known: Mapping[str, Mapping[str, Any]]) -> None:
    """The old half becomes private, with its file and table; so a way back is one switch, and nothing is orphaned."""
    if not unparked:
        return
    parked = []
    for key, name in unparked.items():
        old = {field: value for field, value in known.get(key, {}).items() if field not in _CKANS_OWN and value}
        linked = known.get(key, {}).get("url_type") not in {"upload", None}
        parked.append(
            {"name": name, "url_type": "upload", **old, "id": key, FILE: name} | ({} if linked else {"url": name})
        )
    revise_half(work, our_half(work), update__resources__extend=parked)
