"""The public files of one table: which formats it gets, what they are called, who writes them.

A format's own rules live in its module (`delimited`, `json_text`, `workbook`); here is only the register of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.describing import describe
from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.delimited import plain_csv, write_csv
from ternopil_pipelines.evidence.json_text import coordinates, write_geojson, write_json
from ternopil_pipelines.evidence.workbook import write_xlsx

STRUCTURE_HEADER = ("name", "title", "description", "datatype", "required")
_LONGEST_NAME = 70


@dataclass(frozen=True, slots=True)
class FileFormat:
    code: str
    suffix: str
    mimetype: str
    description: str
    write: Callable[[Cleaned, BinaryIO], None]


FORMATS: dict[str, FileFormat] = {
    each.code: each
    for each in (
        FileFormat("CSV", "csv", "text/csv", "Таблиця у форматі CSV (UTF-8, роздільник — кома)", write_csv),
        FileFormat("JSON", "json", "application/json", "Ті самі дані у форматі JSON: масив об’єктів", write_json),
        FileFormat(
            "XLSX",
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Ті самі дані як електронна таблиця",
            write_xlsx,
        ),
        FileFormat(
            "GeoJSON",
            "geojson",
            "application/geo+json",
            "Ті самі дані як точки на карті (GeoJSON, WGS 84)",
            write_geojson,
        ),
    )
}


def wanted(dataset: Dataset, columns: tuple[Column, ...]) -> tuple[FileFormat, ...]:
    """CSV comes first and always: the archive reads tables back from it and the DataStore is filled by it."""
    placed = coordinates(columns) is not None
    codes = set(dataset.formats or ("JSON", "XLSX", "GeoJSON")) | {"CSV"}
    return tuple(each for code, each in FORMATS.items() if code in codes and (placed or code != "GeoJSON"))


def data_name(table: str, file_format: FileFormat) -> str:
    return f"{_stem(table)}.{file_format.suffix}"


def structure_name(table: str) -> str:
    # An underscore cannot be in a table's id, so no table `stops-structure` ever meets the structure of `stops`.
    return f"{_stem(table)}_structure.csv"


def structure_csv(columns: tuple[Column, ...]) -> bytes:
    """Структура набору даних: one line a column, with the five headings the portal's rules name."""
    rows = [
        (column.name, column.title, describe(column), column.type, "true" if column.required else "false")
        for column in columns
    ]
    return plain_csv((STRUCTURE_HEADER, *rows))


def _stem(table: str) -> str:
    """CKAN squeezes dashes and cuts long names: what it would change gets a mark of its own instead."""
    safe = re.sub("-+", "-", table).strip("-")[:_LONGEST_NAME]
    return safe if safe == table else f"{safe.rstrip('-')}-{hashlib.sha256(table.encode()).hexdigest()[:6]}"
