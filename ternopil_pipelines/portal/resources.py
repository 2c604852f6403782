"""Files of an edition as CKAN resources: which id each has, what is said of it, and which are there already.

Ids are deterministic, so that a publication sent twice cannot make a second resource. A dataset that was taken over
keeps the ids its users know: there a resource is found by its file's name, else by format and name.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.evidence.edition import Edition, EditionFile
from ternopil_pipelines.faults import PortalRefused

# Fixed for ever: another value would give every resource on every portal a new id.
_IDS = uuid.UUID("6f1d5c0e-6a3f-5b0a-9d4e-7f0f4c6a2b11")
# CKAN drops every other letter of a file's name, and serves .html and .svg as pages of the portal itself (XSS).
_SAFE_NAME = re.compile(r"^[a-z0-9][a-z0-9_.-]*\.(csv|json|geojson|xlsx)$")
_LONGEST_NAME = 90
# Marks in a resource that is ours: which file of the edition, which edition, which table and its rows.
FILE, EDITION, TABLE, ROWS = "edition_file", "edition", "table", "rows"


@dataclass(frozen=True, slots=True)
class Target:
    """What should stand on the portal for one file. `columns` where it carries a DataStore table, else empty."""

    id: str
    file: EditionFile
    edition: str
    columns: tuple[Column, ...] = ()

    @property
    def has_table(self) -> bool:
        return bool(self.columns)

    def as_resource(self) -> dict[str, Any]:
        """CKAN's keys. `size` is CKAN's own doing; hash, format and mimetype go stale unless always sent."""
        file = self.file
        return {
            "id": self.id,
            "name": file.title,
            "description": file.description,
            "format": file.format,
            "mimetype": file.mimetype,
            "hash": file.sha256,
            FILE: file.name,
            EDITION: self.edition,
            TABLE: file.table,
            ROWS: str(file.rows),
        }

    def stands_in(self, resource: Mapping[str, Any]) -> bool:
        """Does the metadata say that these very bytes are there?"""
        return (resource.get("hash"), str(resource.get("size"))) == (self.file.sha256, str(self.file.size))

    def differences(self, resource: Mapping[str, Any]) -> list[str]:
        """Keys of `resource` that are not as wanted; `size` tells a file swapped behind CKAN's back."""
        wanted: dict[str, Any] = {**self.as_resource(), "size": self.file.size}
        shown = {key: str(resource.get(key) or "") for key in wanted}
        # CKAN spells formats its own way.
        return [
            key
            for key, value in wanted.items()
            if (shown[key].lower() != str(value).lower() if key == "format" else shown[key] != str(value))
        ]


def resource_id(package_name: str, file_name: str) -> str:
    return str(uuid.uuid5(_IDS, f"{package_name}/{file_name}"))


def half_ids(package: str, file: str) -> tuple[str, str]:
    """The two ids between which `ab` alternates a file."""
    return resource_id(package, file), resource_id(package, f"{file}#b")


def targets_of(edition: Edition, package: Mapping[str, Any] | None, *, package_name: str) -> tuple[Target, ...]:
    """One target per public file, with the ids of resources that stand on the portal already."""
    present = list(package.get("resources", ())) if package else []
    by_id = {resource["id"]: resource for resource in present}
    free = {key for key, resource in by_id.items() if not resource.get(FILE)}
    targets = []
    for file in edition.files:
        _refuse_unsafe(file.name)
        own = resource_id(package_name, file.name)
        known = next((r["id"] for r in present if r.get(FILE) == file.name), None)
        adopted = None
        if known is None and own not in by_id:
            adopted = _counterpart(file, (by_id[key] for key in by_id if key in free))
            free.discard(adopted or "")
        chosen = known or (own if own in by_id else None) or adopted or own
        targets.append(Target(chosen, file, edition.address, _table_columns(edition, file)))
    return tuple(targets)


def surplus(package: Mapping[str, Any] | None, targets: Iterable[Target]) -> tuple[dict[str, Any], ...]:
    """Resources of ours that this edition does not have. What others put on the dataset is never among them."""
    wanted = {target.id for target in targets}
    return tuple(
        dict(each) for each in (package or {}).get("resources", ()) if each.get(FILE) and each["id"] not in wanted
    )


def _counterpart(file: EditionFile, candidates: Iterable[Mapping[str, Any]]) -> str | None:
    """The resource of a dataset taken over that this file continues: by its file's name, else by format and name."""
    if file.kind != "data":
        return None
    ranked = sorted(
        (rank, str(resource.get("position", 0)), str(resource["id"]))
        for resource in candidates
        if (rank := _likeness(file, resource)) is not None
    )
    return ranked[0][2] if ranked else None


def _likeness(file: EditionFile, resource: Mapping[str, Any]) -> int | None:
    if str(resource.get("format") or "").lower() != file.format.lower():
        return None
    stem = unquote(urlsplit(str(resource.get("url") or "")).path).rsplit("/", 1)[-1].lower()
    if stem == file.name.lower():
        return 0
    if _plain(str(resource.get("name") or "")) in {_plain(file.title), _plain(file.name), _plain(file.table)}:
        return 1
    return None


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _table_columns(edition: Edition, file: EditionFile) -> tuple[Column, ...]:
    if file.kind == "data" and file.format == "CSV":
        return edition.table(file.table).columns
    return ()


def _refuse_unsafe(name: str) -> None:
    if len(name) > _LONGEST_NAME or not _SAFE_NAME.fullmatch(name):
        raise PortalRefused(f"file name {name!r} would not survive the portal: a-z, 0-9, . _ - and a known ending only")
