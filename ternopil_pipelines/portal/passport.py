"""A passport in CKAN's keys: what the law asks of a dataset, where the portal and the national harvest look for it.

The harvest promotes extras whose key is one of its fields, so those keep its spelling. Only translation lives here;
which values a passport has is the edition's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from ternopil_pipelines.evidence.edition import Passport

# `edition`: address of what the dataset shows; `publication_state`: only where it shows none, and why; `prepared_by`:
# only while a publisher is at work on what readers see.
EDITION, STATE, PREPARED_BY = "edition", "publication_state", "prepared_by"
# A dataset we made, still filled; whatever is private without this was closed by somebody else.
PREPARING = "being prepared"
# What a tag may hold for the national harvester; a comma or a quote in a keyword loses the whole tag there.
_NOT_IN_TAG = re.compile(r"[^\w \-.]")
# Keys of CKAN's own schema: an extra of that name is refused (under scheming) or shadows the field.
_SCHEMA_KEYS = frozenset(
    (
        "id",
        "name",
        "title",
        "author",
        "author_email",
        "maintainer",
        "maintainer_email",
        "license_id",
        "notes",
        "url",
        "version",
        "state",
        "type",
        "owner_org",
        "private",
        "resources",
        "tags",
        "tag_string",
        "extras",
        "groups",
        "metadata_modified",
    )
)
OUR_EXTRAS = (
    "identifier",
    "update_frequency",
    "update_frequency_label",
    "purpose_of_collecting_information",
    "language",
    "formats",
    "required_dataset",
    "holder",
    "holder_edrpou",
    "maintainer_phone",
    "publisher",
    "publisher_edrpou",
    EDITION,
    STATE,
    PREPARED_BY,
)


def package_of(passport: Passport, *, edition: str | None) -> dict[str, Any]:
    """CKAN's keys of the dataset, without resources. `edition` None: not yet a publication."""
    return {
        "title": passport.title,
        "notes": passport.description,
        "tags": [{"name": tag} for tag in tags_of(passport.keywords)],
        "license_id": passport.license,
        "maintainer": passport.maintainer,
        "maintainer_email": passport.maintainer_email,
        "owner_org": passport.organization,
        "extras": [{"key": key, "value": value} for key, value in _extras(passport, edition).items()],
    }


def tags_of(keywords: tuple[str, ...]) -> list[str]:
    """Keywords as CKAN's tags: allowed letters only, 2 to 100 long, each once, ordered as CKAN does."""
    cleaned = (" ".join(_NOT_IN_TAG.sub(" ", word).split())[:100] for word in keywords)
    return sorted({word for word in cleaned if len(word) >= 2})


def merged_extras(package: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[dict[str, str]]:
    """The wanted extras and those others wrote on the dataset, which stay as they are."""
    ours = {*OUR_EXTRAS, *(extra["key"] for extra in wanted["extras"])}
    return [*wanted["extras"], *extras_without(package, ours)]


def extras_without(package: Mapping[str, Any], keys: Collection[str]) -> list[dict[str, str]]:
    """To be sent back beside a new value: CKAN takes extras as one list."""
    return [
        {"key": extra["key"], "value": extra["value"]}
        for extra in package.get("extras", ())
        if extra["key"] not in keys
    ]


def differences(package: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Keys whose value on the portal is not the wanted one."""
    found = [key for key in ("title", "notes", "license_id", "maintainer", "maintainer_email")
             if (package.get(key) or "") != (wanted[key] or "")]  # fmt: skip
    if wanted["owner_org"] not in {package.get("owner_org"), (package.get("organization") or {}).get("name")}:
        found.append("owner_org")
    if sorted(tag["name"] for tag in package.get("tags", ())) != sorted(tag["name"] for tag in wanted["tags"]):
        found.append("tags")
    extras = {extra["key"]: extra["value"] for extra in package.get("extras", ())}
    wished = {extra["key"]: extra["value"] for extra in wanted["extras"]}
    found += [f"extras:{key}" for key, value in wished.items() if extras.get(key) != value]
    found += [f"extras:{key}" for key in OUR_EXTRAS if key in extras and key not in wished]
    return found


def extra_of(package: Mapping[str, Any], key: str) -> str | None:
    return next((str(extra["value"]) for extra in package.get("extras", ()) if extra["key"] == key), None)


def is_preparing(package: Mapping[str, Any]) -> bool:
    return bool(package.get("private")) and extra_of(package, STATE) == PREPARING


def _extras(passport: Passport, edition: str | None) -> dict[str, str]:
    values: dict[str, str | None] = {
        "identifier": passport.identifier,
        "update_frequency": passport.frequency,
        "update_frequency_label": passport.frequency_label,
        "purpose_of_collecting_information": passport.purpose,
        "language": passport.language,
        "formats": ", ".join(passport.formats),
        "required_dataset": passport.required,
        "holder": passport.holder_title,
        "holder_edrpou": passport.holder_edrpou,
        "maintainer_phone": passport.maintainer_phone,
        "publisher": passport.publisher,
        "publisher_edrpou": passport.publisher_edrpou,
        STATE: None if edition else PREPARING,
        **{key: value for key, value in passport.extras if key not in _SCHEMA_KEYS},
        EDITION: edition,
    }
    return {key: value for key, value in values.items() if value}
