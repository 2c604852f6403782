"""The table of a resource in the DataStore: declared types, the dictionary in Ukrainian, rows, and which file it holds.

A table is made anew here with all its rows in one call and one transaction. New rows into one that readers see are
`overwriting`'s, into one that nobody sees `filling`'s. The sha256 of the file a table was made from stands in the
dictionary of its first column, so that anyone can compare table, file and metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal.answers import PortalForbidden, PortalMissing
from ternopil_pipelines.portal.client import PortalClient

MARK = "sha256"
# Rows a call of those that CKAN writes by `_id`, one after the other: two seconds.
BATCH = 5_000
# About a minute in one call at 50,000 cells a second, within the 120 s asked of the portal's web server.
CELLS_AT_ONCE = 3_000_000
# Rows of a table that always stand in the file's order: two seconds in one call. What is ordered by meaning (a line of
# a budget under its heading) is shorter; a longer register is sorted by whoever reads it.
IN_ORDER = 20_000
_INT4, _INT8 = 2**31 - 1, 2**63 - 1
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?"
_PLAIN_TYPES = {"decimal": "numeric", "boolean": "bool", "date": "date", "dateTime": "timestamp"}


@dataclass(frozen=True, slots=True)
class Rows:
    """What a table should hold: `fields` as the DataStore wants them, cells as canonical text, a missing one None;
    `keys`: places of the columns that tell one record from another."""

    fields: tuple[dict[str, Any], ...]
    cells: tuple[Sequence[str | None], ...]
    count: int
    sha256: str
    keys: tuple[int, ...] = ()

    @classmethod
    def of(cls, frame: pd.DataFrame, columns: Sequence[Column], *, sha256: str) -> Rows:
        cells = tuple(_cells(frame[column.name]) for column in columns)
        fields = tuple(
            {"id": field_id(column.name), "type": _type_of(column, frame[column.name]), "info": info_of(column)}
            for column in columns
        )
        keys = tuple(place for place, column in enumerate(columns) if column.key)
        return cls(fields, cells, len(frame), sha256, keys)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field["id"] for field in self.fields)

    @property
    def fits_one_call(self) -> bool:
        return self.count * len(self.fields) <= CELLS_AT_ONCE

    @property
    def keep_order(self) -> bool:
        """Do they stand in the file's order?"""
        return self.count <= IN_ORDER and self.fits_one_call

    def records(self, start: int = 0, stop: int | None = None, step: int = 1) -> list[dict[str, Any]]:
        pieces = [column[start:stop:step] for column in self.cells]
        return [dict(zip(self.names, row, strict=True)) for row in zip(*pieces, strict=True)]

    def numbered_records(
        self, numbered: Iterable[tuple[int, int]], *, columns: int | None = None
    ) -> list[dict[str, Any]]:
        """A record for each (`_id`, place from 0), with the first so many columns."""
        named = list(zip(self.names[:columns], self.cells[:columns], strict=True))
        return [{"_id": number, **{name: cells[place] for name, cells in named}} for number, place in numbered]

    def marked_fields(self, mark: str | None) -> list[dict[str, Any]]:
        """Fields with the mark of the file in the first one's dictionary; None takes an earlier mark away."""
        first, *others = self.fields
        info = {**first["info"], **({MARK: mark} if mark else {})}
        return [{**first, "info": info}, *others]


@dataclass(frozen=True, slots=True)
class TableState:
    """A table as the portal shows it. `mark`: sha256 of the file it was made from, None where it is not ours."""

    fields: tuple[tuple[str, str], ...]
    count: int
    mark: str | None
    infos: tuple[Mapping[str, Any], ...]

    def holds(self, *, sha256: str, count: int, columns: Sequence[Column]) -> bool:
        """Was it made whole from this file? The types need no look: the mark was set with ours."""
        names = [field_id(column.name) for column in columns]
        return self.mark == sha256 and self.count == count and [name for name, _ in self.fields] == names

    def described_as(self, columns: Sequence[Column]) -> bool:
        """Does the dictionary say what the catalogue says now? It may change without the file."""
        return all(
            all(info.get(key) == value for key, value in info_of(column).items())
            for info, column in zip(self.infos, columns, strict=False)
        )


def look(client: PortalClient, resource: str, *, anonymous: bool = False) -> TableState | None:
    """The table of `resource`, None where there is none."""
    try:
        try:
            found = client.read("datastore_info", anonymous=anonymous, id=resource, resource_id=resource)
        except (PortalMissing, PortalForbidden):
            raise
        except PortalRefused:
            # CKAN looks for a table of this name, then for an alias; what is made in between it calls `Missing id`.
            found = client.read("datastore_info", anonymous=anonymous, id=resource, resource_id=resource)
    except PortalMissing:
        return None
    fields = [field for field in found["fields"] if field["id"] != "_id"]
    infos = tuple(field.get("info") or {} for field in fields)
    mark = infos[0].get(MARK) if infos else None
    return TableState(tuple((f["id"], f["type"]) for f in fields), int(found["meta"]["count"]), mark, infos)


def drop(client: PortalClient, resource: str) -> None:
    """No table afterwards, also where there was none."""
    try:
        client.call("datastore_delete", resource_id=resource, force=True)
    except PortalMissing:
        return


def create(client: PortalClient, resource: str, rows: Rows) -> None:
    """The whole table in one call and one transaction; there must be none before."""
    _create(client, resource, rows.marked_fields(rows.sha256), records=rows.records())


def rehearse(client: PortalClient, rows: Rows) -> None:
    """A call as large as `create`'s, which does nothing. Raises PortalTooSmall where none of that size gets through."""
    client.call("status_show", fields=rows.marked_fields(rows.sha256), records=rows.records())


def begin(client: PortalClient, resource: str, rows: Rows, count: int) -> None:
    """A table with the first `count` rows and without a mark, so that half of one is known."""
    _create(client, resource, rows.marked_fields(None), records=rows.records(0, count))


def describe(client: PortalClient, resource: str, rows: Rows, *, marked: bool = True) -> None:
    """Only the dictionary; the rows stay. CKAN throws its kept count away with it, and counts at the next look."""
    _create(client, resource, rows.marked_fields(rows.sha256 if marked else None), records=[])


def disown(client: PortalClient, resource: str, rows: Rows) -> None:
    """Without its mark a table says that it is nobody's."""
    describe(client, resource, rows, marked=False)


def write(client: PortalClient, resource: str, records: Sequence[dict[str, Any]], method: str) -> None:
    """By CKAN's `update`, `upsert` or `insert`, in one transaction."""
    if records:
        client.call(
            "datastore_upsert",
            resource_id=resource,
            force=True,
            method=method,
            records=records,
            calculate_record_count=False,
        )


def field_id(name: str) -> str:
    """A column's name as the DataStore takes it: no leading `_`, no quotes, 63 bytes (Cyrillic letters are two)."""
    plain = name.replace('"', "'").strip().lstrip("_") or "column"
    if len(plain.encode("utf-8")) <= 63:
        return plain
    short = plain.encode("utf-8")[:54].decode("utf-8", errors="ignore")
    # Two long names may begin alike: their own characters tell them apart.
    return f"{short}_{sum(ord(letter) * place for place, letter in enumerate(plain, 1)) % 0xFFFFFFFF:08x}"


def _create(
    client: PortalClient, resource: str, fields: list[dict[str, Any]], *, records: list[dict[str, Any]]
) -> None:
    client.call(
        "datastore_create",
        resource_id=resource,
        force=True,
        fields=fields,
        records=records,
        calculate_record_count=True,
    )


def info_of(column: Column) -> dict[str, str]:
    info = {"label": column.title, "notes": column.description or ""}
    return {key: value for key, value in info.items() if value}


def _cells(series: pd.Series) -> list[str | None]:
    return [None if value is None or value != value else str(value) for value in series.tolist()]


def _type_of(column: Column, series: pd.Series) -> str:
    if column.type == "integer":
        return _integer_type(series)
    if column.type == "time":
        # Timetables count past midnight (24:10), which PostgreSQL's time does not know.
        return "time" if series.dropna().str.fullmatch(_CLOCK).all() else "text"
    return _PLAIN_TYPES.get(column.type, "text")


def _integer_type(series: pd.Series) -> str:
    numbers = [abs(int(value)) for value in series.dropna().tolist() if re.fullmatch(r"[+-]?\d+", str(value))]
    largest = max(numbers, default=0)
    if largest > _INT8:
        return "numeric"
    return "int8" if largest > _INT4 else "int4"
