"""An edition as the text of its manifest, and the address that text must have.

One way to write it, so that a changed byte shows: keys sorted, two spaces, UTF-8, a line end at the end. The seal
(`SHA256SUMS`) names the manifest and every file beside it, in the form `sha256sum --check` reads.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.evidence.edition import Edition, EditionFile, EditionTable, Passport
from ternopil_pipelines.faults import EvidenceBroken

VERSION = 1
# What lies in an edition's folder, and beside the editions of a dataset.
MANIFEST, REPORT, SEAL, FILES, LATEST = "manifest.json", "report.json", "SHA256SUMS", "files", "latest"


def canonical(value: object) -> str:
    """JSON in the one form that is hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def address_of(passport: Passport, hashes: Iterable[tuple[str, str]]) -> str:
    """`hashes`: (name, sha256) of every public file."""
    body = {"edition": VERSION, "passport": asdict(passport), "files": sorted(hashes)}
    return sha256(canonical(body).encode())


def render(edition: Edition, *, sequence: int) -> bytes:
    return pretty(
        {
            "version": VERSION,
            "sequence": sequence,
            "dataset": edition.dataset,
            "address": edition.address,
            "previous": edition.previous,
            "made_at": edition.made_at,
            "code_version": edition.code_version,
            "passport": asdict(edition.passport),
            "files": [asdict(each) for each in edition.files],
            "tables": [_table(each) for each in edition.tables],
        }
    )


def pretty(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False) + "\n").encode()


def parse(text: bytes, *, place: str) -> tuple[int, Edition]:
    """(sequence, edition). `place` names the manifest in the fault."""
    try:
        data = json.loads(text)
        if data["version"] != VERSION:
            raise EvidenceBroken(f"{place}: a manifest of version {data['version']}, this code reads {VERSION}")
        edition = Edition(
            dataset=data["dataset"],
            address=data["address"],
            passport=_passport(data["passport"]),
            files=tuple(EditionFile(**each) for each in data["files"]),
            tables=tuple(_read_table(each) for each in data["tables"]),
            previous=data["previous"],
            made_at=data["made_at"],
            code_version=data["code_version"],
        )
        return int(data["sequence"]), edition
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
        raise EvidenceBroken(f"{place}: the manifest is not what was written ({type(error).__name__})") from error


def seal(hashes: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items())).encode()


def _passport(data: dict[str, Any]) -> Passport:
    lists = {key: tuple(data[key]) for key in ("keywords", "formats")}
    return Passport(**{**data, **lists, "extras": tuple((key, value) for key, value in data["extras"])})


def _table(table: EditionTable) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.title,
        "columns": [_column(each) for each in table.columns],
        "rows": table.rows,
        "source_sha256": table.source_sha256,
        "origin": table.origin,
        "received_at": table.received_at,
        "findings": dict(table.findings),
    }


def _read_table(data: dict[str, Any]) -> EditionTable:
    columns = tuple(Column.model_validate_json(json.dumps(each)) for each in data["columns"])
    return EditionTable(**{**data, "columns": columns, "findings": tuple(sorted(data["findings"].items()))})


def _column(column: Column) -> dict[str, Any]:
    # The three marks are no words of sources.yaml and therefore left out of the model's own dump.
    marks = {"official": column.official, "null_word": column.null_word, "rule": column.rule}
    shown = {key: value for key, value in marks.items() if value}
    return {**column.model_dump(mode="json", exclude_defaults=True), **shown}
