"""The rows of a table as the DataStore shows them, and rows of ours as it would show them: both as one digest a row.

CKAN is asked for CSV: its numbers keep their digits, where JSON would make them floats, and a missing cell is told from
an empty text. Fractions of a second are not compared: most portals do not show them. A million rows of both kinds are
held in 430 MB.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.datastore import Rows

# CKAN's own most rows for one answer (a portal may be set to less), and bytes that one answer should have: outlines of
# lots take 20 KB a row.
_PAGE, _FIRST_PAGE, _BYTES = 32_000, 500, 16_000_000
# PostgreSQL has neither leading zeros nor a negative nought.
_PLAIN_NUMBER = r"^(?:-?[1-9]\d*(?:\.\d+)?|0(?:\.\d+)?|-0\.\d*[1-9]\d*)$"
_MOMENT = r"^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?)?.*$"
_TEXT = pa.large_string()


@dataclass(frozen=True, slots=True)
class Shown:
    """Digests of whole rows and of their keys; `ids` rise, and are none for rows of ours."""

    ids: list[int]
    rows: list[bytes]
    keys: list[bytes]


def shown_by(client: PortalClient, resource: str, rows: Rows, *, anonymous: bool = False) -> Shown:
    """All rows of a table with the columns of `rows`, page by page; other columns make every row another."""
    found = Shown([], [], [])
    page = min(_PAGE, _FIRST_PAGE)
    while True:
        answer = client.read(
            "datastore_search",
            anonymous=anonymous,
            resource_id=resource,
            sort="_id",
            limit=page,
            offset=len(found.ids),
            include_total=False,
            records_format="csv",
        )
        if not answer["records"]:
            return found
        names = [str(field["id"]) for field in answer["fields"]]
        table = _table_of(answer["records"], names)
        page = max(1, min(_PAGE, table.num_rows * _BYTES // len(answer["records"])))
        found.ids.extend(table["_id"].cast(pa.int64()).to_pylist())
        if names[1:] == list(rows.names):
            columns = [_settled(table[field["id"]], str(field["type"])) for field in rows.fields]
            _add(found, columns, rows.keys)
        else:
            found.rows.extend([b""] * table.num_rows)
            found.keys.extend([b""] * table.num_rows)


def shown_of(rows: Rows) -> Shown:
    """Rows of ours, in the file's order, as the DataStore would show them."""
    found = Shown([], [], [])
    columns = [
        _as_shown(pa.array(cells, _TEXT), str(field["type"]))
        for cells, field in zip(rows.cells, rows.fields, strict=True)
    ]
    _add(found, columns, rows.keys)
    return found


def _table_of(records: str, names: Sequence[str]) -> pa.Table:
    """Raises PortalRefused without Arrow's own words, which quote the row."""
    content = records.encode("utf-8")
    empty_is_missing = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, _TEXT),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    try:
        return pyarrow.csv.read_csv(
            io.BytesIO(content),
            # One block: a line feed inside a cell may stand anywhere.
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=len(content) + 1),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=empty_is_missing,
        )
    except pa.ArrowInvalid:
        raise PortalRefused(f"datastore_search: the rows are no CSV of the {len(names)} columns told") from None


def _add(found: Shown, columns: Sequence[pa.Array], keys: Collection[int]) -> None:
    found.rows.extend(_digests(columns))
    found.keys.extend(_digests([columns[place] for place in keys]) if keys else ())


def _digests(columns: Sequence[pa.Array]) -> Iterator[bytes]:
    # PostgreSQL's text has no zero byte: what follows one tells the next cell from a missing one.
    for start in range(0, len(columns[0]), _PAGE):
        joined = pc.binary_join_element_wise(
            *(column.slice(start, _PAGE) for column in columns),
            pa.scalar("\0,", _TEXT),
            null_handling="replace",
            null_replacement="\0-",
        )
        for text in joined.to_pylist():
            yield hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()


def _settled(column: pa.ChunkedArray, kind: str) -> pa.Array:
    """What a portal shows, without what is its own setting or its version's: milliseconds of a moment and the letter in
    its middle, `t` or `true`."""
    cells = column.combine_chunks()
    if kind == "timestamp":
        return pc.replace_substring(pc.utf8_slice_codeunits(cells, 0, 19), " ", "T")
    return _truth(cells) if kind == "bool" else cells


def _as_shown(cells: pa.Array, kind: str) -> pa.Array:
    if kind == "text":
        return cells
    cells = pc.if_else(pc.equal(cells, ""), pa.scalar(None, _TEXT), cells)
    if kind in {"int4", "int8", "numeric"}:
        return _each(cells, _PLAIN_NUMBER, _number)
    if kind == "bool":
        return _truth(cells)
    if kind == "timestamp":
        return _each(pc.replace_substring_regex(cells, _MOMENT, r"\1T\2\3"), r"T\d\d:\d\d:\d\d$", _moment)
    if kind == "time":
        return _each(cells, r"^\d\d:\d\d:\d\d$", _clock)
    return cells


def _each(cells: pa.Array, usual: str, otherwise: Callable[[str], str]) -> pa.Array:
    """`otherwise` for the cells that are not `usual`."""
    odd = pc.invert(pc.match_substring_regex(cells, usual))
    if not pc.any(odd).as_py():
        return cells
    return pc.replace_with_mask(
        cells, pc.fill_null(odd, False), pa.array([otherwise(text) for text in cells.filter(odd).to_pylist()], _TEXT)
    )


def _truth(cells: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(pc.utf8_lower(cells), 0, 1)


def _number(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return format(abs(number) if number == 0 else number, "f")


def _moment(text: str) -> str:
    """`2024-05-01T` and `2024-05-01T09:00`."""
    return text + ("00:00:00" if text.endswith("T") else ":00")


def _clock(text: str) -> str:
    if len(text) == len("09:00"):
        return f"{text}:00"
    return text.rstrip("0").rstrip(".") if "." in text else text
