"""What two entries of sources.yaml must agree on: an id used once, a holder that exists, a structure of the law.

Each disagreement is the path of the key at fault and what was expected there; `loading` adds file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar
from zoneinfo import ZoneInfo

from ternopil_pipelines.catalogue.columns import STRUCTURE_ONLY, Column
from ternopil_pipelines.catalogue.law import required_ids
from ternopil_pipelines.catalogue.model import (
    ApiSource,
    Catalogue,
    DatabaseSource,
    Dataset,
    FolderSource,
    Table,
)
from ternopil_pipelines.catalogue.structures import columns_of, structure_names
from ternopil_pipelines.catalogue.yaml_positions import Path

Disagreement = tuple[Path, str]
# First part of the keys of assets that belong to no dataset: `oversight/coverage`.
OVERSIGHT = "oversight"
_T = TypeVar("_T")
_REFERENCE_BEGUN = re.compile(r"\$\{(?![A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\})")


def disagreements(catalogue: Catalogue) -> Iterator[Disagreement]:
    yield from _city(catalogue)
    yield from _once(("holders",), [each.id for each in catalogue.holders], "id", "a holder")
    yield from _once(("datasets",), [each.id for each in catalogue.datasets], "id", "a dataset")
    if len({each.id for each in catalogue.datasets}) == len(catalogue.datasets):
        yield from _once(("datasets",), [each.package_name for each in catalogue.datasets], "package", "a CKAN dataset")
    for index, dataset in enumerate(catalogue.datasets):
        yield from _dataset(catalogue, dataset, ("datasets", index))
    yield from _references(catalogue.model_dump(mode="python"), ())


def _city(catalogue: Catalogue) -> Iterator[Disagreement]:
    try:
        ZoneInfo(catalogue.city.timezone)
    except (KeyError, ValueError, OSError):
        yield ("city", "timezone"), f"expected a time zone such as Europe/Kyiv, got {catalogue.city.timezone!r}"


def _once(path: Path, names: list[str], key: str, what: str) -> Iterator[Disagreement]:
    """Unique after `-` becomes `_`: Dagster's op and group names take no dash."""
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        first = seen.setdefault(name.replace("-", "_"), index)
        if first != index:
            yield (*path, index, key), f"{what} is called {name!r} already ({path[-1]}[{first}]); ids are used once"


def _dataset(catalogue: Catalogue, dataset: Dataset, path: Path) -> Iterator[Disagreement]:
    if dataset.id == OVERSIGHT:
        yield (*path, "id"), f"`{OVERSIGHT}` names the assets by which the city watches itself; choose another id"
    holders = [each.id for each in catalogue.holders]
    if dataset.holder not in holders:
        yield (*path, "holder"), f"expected one of the holders ({', '.join(holders)}), got {dataset.holder!r}"
    if dataset.required and dataset.required not in required_ids():
        yield (*path, "required"), f"the law's list has no {dataset.required!r}; expected all/1-16 or local/1-57"
    if dataset.publish_mode == "direct" and not catalogue.portal.datastore_url:
        yield (*path, "publish_mode"), "`direct` needs `portal.datastore_url`"
    yield from _once((*path, "tables"), [each.id for each in dataset.tables], "id", "a table")
    folders = [each for each in dataset.tables if isinstance(each.source, FolderSource)]
    for index, table in enumerate(dataset.tables):
        yield from _table(catalogue, table, (*path, "tables", index))
        source = table.source
        if isinstance(source, FolderSource) and len(folders) > 1:
            same = [each for each in folders if each.source.pattern == source.pattern]  # type: ignore[union-attr]
            if source.pattern == "*" or len(same) > 1:
                yield (
                    (*path, "tables", index, "source", "pattern"),
                    "a `pattern` of its own is expected where a dataset has several folder tables",
                )


def _table(catalogue: Catalogue, table: Table, path: Path) -> Iterator[Disagreement]:
    source = table.source
    if isinstance(source, DatabaseSource) and source.database not in catalogue.databases:
        known = ", ".join(catalogue.databases) or "none is declared"
        yield (*path, "source", "database"), f"expected one of `databases` ({known}), got {source.database!r}"
    if isinstance(source, ApiSource):
        yield from _paging(source, (*path, "source", "paging"))
    if table.structure and table.structure not in structure_names():
        yield (*path, "structure"), f"the official structures have no {table.structure!r}; expected annex/table"
        return
    columns = columns_of(table)
    yield from _once((*path, "columns"), [each.name.casefold() for each in columns], "name", "a column")
    names = {each.name for each in columns}
    for header, column in table.aliases.items():
        if column not in names:
            yield (*path, "aliases", header), f"expected the name of a declared column, got {column!r}"
    for index, each in enumerate(table.columns):
        yield from _column(each, (*path, "columns", index))


def _paging(source: ApiSource, path: Path) -> Iterator[Disagreement]:
    paging = source.paging
    if paging.kind in {"page", "offset", "cursor"} and not paging.parameter:
        yield (*path, "parameter"), f"paging by {paging.kind} needs the name of the query `parameter`"
    if paging.kind in {"next", "cursor"} and not paging.next:
        yield (*path, "next"), f"paging by {paging.kind} needs `next`, the path to it in the answer"
    if paging.kind == "offset" and not paging.size:
        yield (*path, "size"), "paging by offset needs `size`, the rows of a page"


def _column(column: Column, path: Path) -> Iterator[Disagreement]:
    for name in column.model_fields_set.intersection(STRUCTURE_ONLY):
        yield (*path, name), "unknown key; unknown keys are errors so that a slip is not overlooked"
    for name, limit in (("minimum", column.minimum), ("maximum", column.maximum)):
        if limit is not None and not _fits(column.type, limit):
            yield (*path, name), f"expected a value of the column's type {column.type}, got {limit!r}"
            return
    if column.minimum is not None and column.maximum is not None:
        if isinstance(column.minimum, str) != isinstance(column.maximum, str):
            yield (*path, "minimum"), "`minimum` and `maximum` are expected to be of one kind"
        elif column.minimum > column.maximum:  # type: ignore[operator]
            yield (*path, "minimum"), f"expected at most `maximum`, got {column.minimum!r} above {column.maximum!r}"


_DATES = {"date": r"\d{4}-\d\d-\d\d", "dateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", "time": r"\d\d:\d\d(:\d\d)?"}


def _fits(column_type: str, limit: float | str) -> bool:
    """Numbers limit numbers; a date or a time is limited by one written the published way."""
    if column_type in {"integer", "decimal"}:
        return not isinstance(limit, str)
    form = _DATES.get(column_type)
    return form is not None and isinstance(limit, str) and re.fullmatch(form, limit) is not None


def _references(value: object, path: Path) -> Iterator[Disagreement]:
    if isinstance(value, str) and _REFERENCE_BEGUN.search(value):
        yield path, "a reference to the environment is written ${VAR} or ${VAR:-default}"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _references(inner, (*path, key))
    elif isinstance(value, (tuple, list)):
        for index, inner in enumerate(value):
            yield from _references(inner, (*path, index))
