"""A dataset's beginning and its showing: private while it is filled, then everything of it visible at one moment.

Here is what every mode does with datasets and resources as a whole; files and tables are the modes'.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from typing import Any

from ternopil_pipelines.faults import PortalRefused, PublicationContested
from ternopil_pipelines.portal import datastore, passport
from ternopil_pipelines.portal.answers import PortalForbidden, PortalMissing
from ternopil_pipelines.portal.bodies import Hold, Upload
from ternopil_pipelines.portal.crash_points import passing
from ternopil_pipelines.portal.resources import Target
from ternopil_pipelines.portal.situation import Work, show


def revise(
    work: Work, package: Mapping[str, Any], sent: Collection[Target], *, hold: Hold | None = None, **parameters: Any
) -> None:
    """`package_revise` of the dataset as it was looked at, with these files in the same call; else a contest."""
    with ExitStack() as opened:
        uploads: dict[str, Upload] = {
            each.id: (each.file.name, opened.enter_context(work.archive.local_path(work.edition, each.file)))
            for each in sent
        }
        work.client.revise(
            files=uploads,
            hold=hold,
            match__id=package["id"],
            match__metadata_modified=package["metadata_modified"],
            match__num_resources=len(package["resources"]),
            include=["-*"],
            **parameters,
        )


def remove(work: Work, resource: str) -> None:
    """A resource of ours that no edition has any more, with its table."""
    datastore.drop(work.client, resource)
    try:
        work.client.call("resource_delete", id=resource)
    except PortalMissing:
        return


def make_public(work: Work, package: Mapping[str, Any], targets: Collection[Target]) -> None:
    """The last step of a new dataset: views once, then everything of it becomes visible at one moment. `package`: as it
    was looked at before its tables were read; whoever else fills the same dataset changes it."""
    found = {each["id"]: each for each in package["resources"]}
    if any(each.id not in found or each.differences(found[each.id]) for each in targets):
        raise PublicationContested(f"dataset `{work.package}` is being made by another publisher too")
    for resource in package["resources"]:
        add_views(work, package, resource)
    wanted = passport.package_of(work.edition.passport, edition=work.edition.address)
    update = {"private": False, "extras": passport.merged_extras(package, wanted)}
    revise(work, package, (), filter=["-extras"], update=update)


def add_missing_views(work: Work, package: Mapping[str, Any], targets: Collection[Target]) -> None:
    """For those that have none: new ones, and those whose publisher was stopped before it came to this."""
    ours = {each.id for each in targets}
    for resource in package["resources"]:
        if resource["id"] in ours and not work.client.read("resource_view_list", id=resource["id"]):
            add_views(work, package, resource)


def add_views(work: Work, package: Mapping[str, Any], resource: Mapping[str, Any]) -> None:
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
    """Private and empty; `package_create` would take no files, and its name keeps a second one from being made. With
    our claim: a dataset made by a call of ours whose answer was lost is known from another publisher's."""
    work.say("creating the dataset, private until it is whole")
    wanted = passport.package_of(work.edition.passport, edition=None)
    wanted["extras"].append({"key": passport.PREPARED_BY, "value": work.claim})
    try:
        work.client.call("package_create", name=work.package, private=True, **wanted)
    except PortalForbidden:
        raise
    except PortalRefused:
        if show(work.client, work.package) is None:
            raise
        raise PublicationContested(f"dataset `{work.package}` is there already") from None
    passing("dataset-created")
