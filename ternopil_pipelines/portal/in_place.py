"""Publishing onto the resources that stand there: ids and addresses stay, and no table is ever seen half old, half new.

A table whose columns stay and that loses no row is overwritten in one call, right before the one `package_revise` that
changes files and metadata together: readers meet its old rows or its new ones, and for the time of the revision the new
ones under the old metadata; the other way round it would be for the time of the writing, ten times longer. The revision
decides between two publishers: who loses it after having written the table leaves it unmarked, so that the winner or
the next run writes it again. Any other table is hidden before the revision and appears whole after it: readers meet
none for that while, rather than new rows with a stale rest. A new dataset is filled privately and shown last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from ternopil_pipelines.faults import PortalRefused, PublicationContested
from ternopil_pipelines.portal import datastore, passport
from ternopil_pipelines.portal.answers import PortalForbidden, PortalMissing
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.overwriting import disown, overwritable, overwrite, settle
from ternopil_pipelines.portal.resources import Target
from ternopil_pipelines.portal.situation import NO_DOUBTS, Doubts, Situation, Work, look, show
from ternopil_pipelines.portal.transport import Upload


def needs(work: Work, now: Situation) -> bool:
    """Is anything on the portal not as the edition says?"""
    return bool(
        now.package is None
        or now.hidden
        or now.files_differ()
        or now.tables_differ()
        or now.tables_undescribed()
        or now.surplus
        or now.passport_differs(work)
    )


def advance(work: Work, now: Situation, *, doubts: Doubts = NO_DOUBTS) -> None:
    """All steps from `now` to the edition."""
    if now.package is None:
        create_dataset(work)
        now = look(work)
    changed = tables_to_load(now, doubts)
    kept = {
        each.id: standing
        for each in changed
        if now.tables[each.id] is not None
        and (standing := overwritable(work.client, each.id, work.rows(each))) is not None
    }
    leaving = [each for each in changed if each.id not in kept and now.tables[each.id] is not None]
    for each in leaving:
        datastore.drop(work.client, each.id)
    if leaving:
        passing("tables-hidden")
        # Dropping a table changes the dataset's metadata, which the revision is matched against.
        now = look(work)
    written = _overwrite(work, now, [each for each in changed if each.id in kept], kept)
    if len(written) < len(kept):
        now = look(work)
    try:
        send_files(work, now, doubts)
    except PublicationContested:
        for each in written:
            disown(work.client, each.id, work.rows(each))
        raise
    passing("files-sent")
    for each in written:
        settle(work.client, each.id, work.rows(each), standing=kept[each.id])
    load_all(work, [each for each in changed if each not in written])
    finish(work, now)


def finish(work: Work, now: Situation) -> None:
    """What follows files and tables in every mode: dictionaries, resources of ours that are no more, the showing."""
    for each in now.tables_undescribed():
        datastore.describe(work.client, each.id, work.rows(each))
    passing("tables-loaded")
    for resource in now.surplus:
        remove(work, str(resource["id"]))
        passing("surplus-removed")
    if now.hidden:
        make_public(work)
        passing("made-public")
    else:
        fresh = {each.id for each in now.targets} - set(now.resources)
        if fresh and (package := show(work.client, work.package)):
            for resource in package["resources"]:
                if resource["id"] in fresh:
                    add_views(work, package, resource)


def _overwrite(work: Work, now: Situation, targets: Collection[Target], kept: Mapping[str, int]) -> list[Target]:
    """Those whose rows are the edition's now; one the portal refuses to overwrite is hidden, to be made anew."""
    if not targets:
        return []
    package = show(work.client, work.package)
    if package is None or now.package is None or package["metadata_modified"] != now.package["metadata_modified"]:
        raise PublicationContested(f"dataset `{work.package}` changed since it was looked at")

    def write(target: Target) -> bool:
        rows = work.rows(target)
        work.say(f"writing {rows.count} rows of {target.file.table}")
        try:
            overwrite(work.client, target.id, rows, standing=kept[target.id])
        except PortalForbidden:
            raise
        except PortalRefused as refused:
            # An older CKAN without writing by `_id`, or a key of somebody's on the table.
            work.say(f"{refused}; making the table anew")
            datastore.drop(work.client, target.id)
            return False
        return True

    with ThreadPoolExecutor(max_workers=2) as pool:
        return [target for target, done in zip(targets, pool.map(write, targets), strict=True) if done]


def tables_to_load(now: Situation, doubts: Doubts) -> list[Target]:
    differ = now.tables_differ()
    return [each for each in now.tabled if each in differ or each.id in doubts.tables]


def send_files(work: Work, now: Situation, doubts: Doubts = NO_DOUBTS) -> None:
    """Files that differ and all metadata in one call, on condition that nobody changed the dataset meanwhile."""
    differ = now.files_differ()
    different = [each for each in now.targets if each in differ or each.id in doubts.files]
    if not different and not now.passport_differs(work):
        return
    assert now.package is not None
    present = now.resources
    # Equal bytes sent again would still move the resource's date of change.
    sent = [each for each in different if each.id in doubts.files or not each.stands_in(present.get(each.id, {}))]
    wanted = passport.package_of(work.edition.passport, edition=None if now.hidden else work.edition.address)
    work.say(f"sending {len(sent)} files")
    revise(
        work,
        now.package,
        sent,
        filter=["-extras", "-tags"],
        update={**wanted, "extras": passport.merged_extras(now.package, wanted)},
        **resource_updates(present, different),
    )


def revise(work: Work, package: Mapping[str, Any], sent: Collection[Target], **parameters: Any) -> None:
    """`package_revise` of the dataset as it was looked at, with these files in the same call; else a contest."""
    with ExitStack() as opened:
        uploads: dict[str, Upload] = {
            each.id: (each.file.name, opened.enter_context(work.archive.local_path(work.edition, each.file)))
            for each in sent
        }
        work.client.revise(
            files=uploads,
            match__id=package["id"],
            match__metadata_modified=package["metadata_modified"],
            match__num_resources=len(package["resources"]),
            include=["-*"],
            **parameters,
        )


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


def load_all(work: Work, targets: Collection[Target]) -> None:
    """Two tables at a time: two connections load twice as fast as one, a third gains nothing.

    One table stays on one connection, since CKAN numbers rows as they come and their order would be lost. Giving the
    numbers ourselves would keep it, but CKAN then writes row by row: 2.6 times slower, so two connections gain nothing.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        for _ in pool.map(lambda target: load(work, target), targets):
            passing("table-loaded")


def load(work: Work, target: Target) -> None:
    """The whole table of `target`, which has none."""
    rows = work.rows(target)
    work.say(f"loading {rows.count} rows of {target.file.table}")
    if rows.fits_one_call:
        datastore.create(work.client, target.id, rows)
    else:
        datastore.fill(work.client, target.id, rows)


def remove(work: Work, resource: str) -> None:
    """A resource of ours that no edition has any more, with its table."""
    datastore.drop(work.client, resource)
    try:
        work.client.call("resource_delete", id=resource)
    except PortalMissing:
        return


def make_public(work: Work) -> None:
    """The last step of a new dataset: views once, then everything of it becomes visible at one moment."""
    package = show(work.client, work.package)
    assert package is not None
    for resource in package["resources"]:
        add_views(work, package, resource)
    wanted = passport.package_of(work.edition.passport, edition=work.edition.address)
    update = {"private": False, "extras": passport.merged_extras(package, wanted)}
    revise(work, package, (), filter=["-extras"], update=update)


def add_views(work: Work, package: dict[str, Any], resource: dict[str, Any]) -> None:
    """`package_revise` makes no views; asked twice, CKAN still makes them once."""
    for with_table in (False, True):
        if with_table and not resource.get("datastore_active"):
            continue
        work.client.call(
            "resource_create_default_resource_views",
            resource=resource,
            package=package,
            create_datastore_views=with_table,
        )


def create_dataset(work: Work) -> None:
    """Private and empty; `package_create` would take no files, and its name keeps a second one from being made."""
    work.say("creating the dataset, private until it is whole")
    wanted = passport.package_of(work.edition.passport, edition=None)
    work.client.call("package_create", name=work.package, private=True, **wanted)
    passing("dataset-created")
