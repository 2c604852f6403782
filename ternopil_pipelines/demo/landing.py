"""Fills the watched folders with the files the demo's departments would drop there.

The files are as untidy as lawful ones get: blanks around a value, the word `null`, a title above the header, decimal
commas, old encodings. A file already there is left alone, bytes and time stamp: a second demo must not look like news.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ternopil_pipelines.demo import digital, economy, files, housing, parking, safety, transport
from ternopil_pipelines.demo.city import Cell, Row

Table = list[list[Cell]]


def _table(rows: Iterable[Row], *, absent: str | None = None) -> Table:
    rows = list(rows)
    header: list[Cell] = list(rows[0])
    return [header, *([absent if value is None else value for value in row.values()] for row in rows)]


def _stops(seed: int) -> bytes:
    table = _table(transport.stops(seed), absent="null")
    header = table[0]
    label, community = header.index("label"), header.index("addressAdminUnitL4")
    for number, row in enumerate(table[1:]):
        row[community] = f"{row[community]} "
        if number % 9 == 0:
            row[label] = f"\u00a0{row[label]}  "
    header[community] = "addressAdminUnitL4 "
    return files.xlsx(table, sheet="Зупинки")


def _parking_lots(seed: int) -> bytes:
    return files.xlsx(_table(parking.lots(seed), absent="null"), sheet="Майданчики")


def _parking_operators(seed: int) -> bytes:
    return files.delimited(_table(parking.operators(seed)), delimiter=",", encoding="utf-8-sig")


def _reports(seed: int) -> bytes:
    table = _table(digital.reports(seed), absent="null")
    return files.delimited(table, delimiter=";", encoding="utf-8", dates="%d.%m.%Y")


def _toilets(seed: int) -> bytes:
    return files.ods(_table(housing.toilets(seed)), sheet="Вбиральні")


def _trees(seed: int) -> bytes:
    table = _table(housing.trees(seed))
    names = ("№", "Порода", "Парк", "Діаметр, см", "Висота, м", "Стан", "Дата обстеження", "Широта", "Довгота")
    return files.delimited([names, *table[1:]], delimiter=",", encoding="utf-8", dates="%d.%m.%Y")


def _shelters(seed: int) -> bytes:
    title: list[Cell] = ["Облік захисних споруд цивільного захисту комунальної власності"]
    return files.xls([title, *_table(safety.shelters(seed), absent="null")], sheet="Укриття")


def _tariffs(seed: int) -> bytes:
    return files.delimited(
        _table(economy.tariffs(seed), absent="null"), delimiter=";", encoding="cp1251", decimal=",", dates="%d.%m.%Y"
    )


# holder, dataset, file: as sources.yaml looks for them
_FILES: tuple[tuple[str, str, str, Callable[[int], bytes]], ...] = (
    ("transport", "transport-stops", "зупинки.xlsx", _stops),
    ("transport", "parking", "parking-lots-2025.xlsx", _parking_lots),
    ("transport", "parking", "operators-2025.csv", _parking_operators),
    ("digital", "reports-list", "reports.csv", _reports),
    ("housing", "public-toilets", "вбиральні.ods", _toilets),
    ("housing", "tree-inventory", "дерева 2025.csv", _trees),
    ("civil-protection", "shelters", "укриття.xls", _shelters),
    ("economy", "tariffs", "tarify.csv", _tariffs),
)


def fill_landing(landing: Path, *, seed: int = 835) -> list[Path]:
    """Writes `<landing>/<holder>/<dataset>/<file>` where it is missing; returns all of the demo's files."""
    paths = []
    for holder, dataset, name, make in _FILES:
        path = landing / holder / dataset / name
        paths.append(path)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{name}.part")  # a watcher must not meet half a file
        part.write_bytes(make(seed))
        part.replace(path)
    return paths
