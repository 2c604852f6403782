"""Publishing onto the resources that stand there: ids and addresses stay, and no table is ever seen half old, half new.

One `package_revise` changes files and metadata together and decides between two publishers. A table whose columns stay
and that does not get shorter is written in one call. Where few of its rows differ, that is right after the revision:
who loses has touched nothing, and readers meet the old rows under the new metadata for as long as a few rows take.
Where many differ, it is right before: readers meet the new rows under the old metadata for the time of the revision, a
tenth of the writing. Any other table is hidden before the revision and appears whole after it: readers meet none for
that while, rather than new rows with a stale rest. What is touched before the revision is touched under a claim on the
dataset, and the claim stands until all is done: a second machine stands back. What no single call can write is refused,
with the mode that can. A new dataset is filled privately, over two connections, and shown last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from ternopil_pipelines.faults import PortalRefused, PortalUnreachable, PublicationContested
from ternopil_pipelines.portal import claims, datastore, filling, passport
from ternopil_pipelines.portal.answers import PortalForbidden, PortalTooSmall
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.overwriting import differs_little, fits_one_call, overwritable, overwrite, settle
from ternopil_pipelines.portal.resources import Target
from ternopil_pipelines.portal.sending import send_files
from ternopil_pipelines.portal.showing import add_missing_views, create_dataset, make_public, remove
from ternopil_pipelines.portal.situation import NO_DOUBTS, Doubts, Situation, Work, look_again, show
from ternopil_pipelines.portal.standing import Difference, differing


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
        now = look_again(work, now)
    changed = tables_to_load(now, doubts)
    if now.package is not None:
        claims.require_free(work, now.package, claims.holder(now.package))
    found = _found(work, now, changed)
    if not now.hidden:
        _require_one_call(work, changed, found)
    leaving = [each for each in changed if each.id not in found and now.tables[each.id] is not None]
    few = [each for each in changed if each.id in found and differs_little(found[each.id], work.rows(each))]
    many = [each for each in changed if each.id in found and each not in few]
    if (leaving or many) and not now.hidden:
        now = _claimed(work, now)
    for each in leaving:
        if not now.hidden:
            _require_room(work, each)
        datastore.drop(work.client, each.id)
    if leaving:
        passing("tables-hidden")
        # Dropping a table changes the dataset's metadata, which the revision is matched against.
        now = look_again(work, now)
    if many:
        _require_still(work, many, found)
    written = _overwrite(work, many, found)
    if len(written) < len(many):
        now = look_again(work, now)
    try:
        send_files(work, now, doubts, claimed=bool(changed))
    except PublicationContested:
        for each in written:
            datastore.disown(work.client, each.id, work.rows(each))
        raise
    passing("files-sent")
    if few:
        _require_ours(work)
        _require_still(work, few, found)
        written += _overwrite(work, few, found)
        _require_ours(work)
    for each in written:
        settle(work.client, each.id, work.rows(each), found[each.id])
    load_all(work, [each for each in changed if each not in written], seen=not now.hidden)
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
        package = show(work.client, work.package) or {"resources": []}
        require_rows(work, now.tabled)
        make_public(work, package, now.targets)
        passing("made-public")
    else:
        shown = show(work.client, work.package)
        if shown is not None and claims.holder(shown) == work.claim:
            add_missing_views(work, shown, now.targets)
            passing("views-added")
            claims.release(work, shown)


def _found(work: Work, now: Situation, targets: Collection[Target]) -> dict[str, Difference]:
    """By resource id, for tables that one call can make the edition's. Of a dataset nobody sees all are made anew."""
    if now.hidden:
        return {}
    standing = [each for each in targets if now.tables[each.id] is not None]
    found = {each.id: overwritable(work.client, each.id, work.rows(each)) for each in standing}
    return {key: difference for key, difference in found.items() if difference is not None}


def _require_one_call(work: Work, targets: Collection[Target], found: Mapping[str, Difference]) -> None:
    """What readers see is written in one call or not at all: in several they would meet a part of it."""
    for each in targets:
        rows = work.rows(each)
        if not (fits_one_call(found[each.id]) if each.id in found else rows.fits_one_call):
            raise PortalRefused(
                f"table {each.file.table} of `{work.package}`: {rows.count} rows are more than one call can write, and"
                " in several readers would meet a part of them; nothing was changed: set `publish_mode: ab` for this"
                " dataset in sources.yaml, or `direct` where the city has the DataStore's address"
            )


def _require_room(work: Work, target: Target) -> None:
    """Before a table that readers see is dropped. Rows as JSON are some four times their CSV: a web server whose limit
    passes the file may refuse them, and the table would be gone for good."""
    try:
        datastore.rehearse(work.client, work.rows(target))
    except PortalTooSmall:
        raise PortalRefused(
            f"table {target.file.table} of `{work.package}`: its rows in one call are larger than the portal's web"
            " server takes (413), and in several readers would meet a part of them; the table stands as it was: set"
            " `publish_mode: ab` for this dataset in sources.yaml, or ask the portal's administrator for a higher limit"
        ) from None


def _claimed(work: Work, now: Situation) -> Situation:
    """Before tables that readers see are touched: who loses the dataset to another has lost it here."""
    assert now.package is not None
    if claims.holder(now.package) == work.claim:
        return now
    claims.take(work, now.package)
    passing("claimed")
    return look_again(work, now)


def _require_still(work: Work, targets: Collection[Target], found: Mapping[str, Difference]) -> None:
    """Rows may be written only onto the table they were compared with."""
    for each in targets:
        if datastore.look(work.client, each.id) != found[each.id].state:
            raise PublicationContested(f"table {each.file.table} of `{work.package}` changed since it was looked at")


def _require_ours(work: Work) -> None:
    """Whom another publisher overtook leaves the table unmarked, to be written again."""
    package = show(work.client, work.package)
    if package is None or (passport.extra_of(package, passport.EDITION), claims.holder(package)) != (
        work.edition.address,
        work.claim,
    ):
        raise PublicationContested(f"dataset `{work.package}` was published by another while its table was written")


def _overwrite(work: Work, targets: Collection[Target], found: Mapping[str, Difference]) -> list[Target]:
    """Those whose rows are the edition's now; one the portal refuses to overwrite is hidden, to be made anew."""

    def write(target: Target) -> bool:
        rows = work.rows(target)
        work.say(f"writing {len(found[target.id])} of {rows.count} rows of {target.file.table}")
        try:
            overwrite(work.client, target.id, rows, found[target.id])
        except PortalForbidden:
            raise
        except PortalRefused as refused:
            if not rows.fits_one_call:
                raise
            # An older CKAN without writing by `_id`, or a key of somebody's on the table.
            _require_room(work, target)
            work.say(f"{refused}; making the table anew")
            datastore.drop(work.client, target.id)
            return False
        return True

    with ThreadPoolExecutor(max_workers=2) as pool:
        return [target for target, done in zip(targets, pool.map(write, targets), strict=True) if done]


def tables_to_load(now: Situation, doubts: Doubts) -> list[Target]:
    differ = now.tables_differ()
    return [each for each in now.tabled if each in differ or each.id in doubts.tables]


def require_rows(work: Work, targets: Collection[Target]) -> None:
    """Tables that nobody sees yet are read before anybody does; a wrong one makes room for the next attempt."""
    for each in targets:
        if others := differing(work.client, each.id, work.rows(each), anonymous=False):
            datastore.drop(work.client, each.id)
            raise PortalUnreachable(
                f"table {each.file.table}: {others} rows are not what was sent; the next run loads it again"
            )


def load_all(work: Work, targets: Collection[Target], *, seen: bool) -> None:
    """Tables that there are none of, never over more connections than `filling`'s: a portal has few workers, and its
    readers need some. What readers see comes in one call."""

    def in_one_call(target: Target) -> bool:
        return seen or work.rows(target).keep_order

    def load(target: Target) -> None:
        rows = work.rows(target)
        work.say(f"loading {rows.count} rows of {target.file.table}")
        way = datastore.create if in_one_call(target) else filling.fill
        way(work.client, target.id, rows)

    for each in targets:
        if not in_one_call(each):
            load(each)
            passing("table-loaded")
    with ThreadPoolExecutor(filling.CONNECTIONS) as pool:
        for _ in pool.map(load, filter(in_one_call, targets)):
            passing("table-loaded")
