"""dBase tables and shapefiles: records by pyshp, letters by our own judgement.

Texts leave here as the bytes they are, one Latin-1 character a byte: which alphabet a department's GIS wrote is told
by all of them together, in the step. Nothing is reprojected.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ternopil_pipelines.receive.child.answer import Records, Refused
from ternopil_pipelines.receive.child.places import Names, put

_WGS84 = re.compile(r"WGS[_ ]?(19)?84", re.IGNORECASE)
# Every shape is within these degrees or it is no degree at all.
_LONGITUDE, _LATITUDE = 180.0, 90.0
# Names of fields are bytes too; these are the alphabets departments' programs write.
_ALPHABETS = ("utf-8", "cp1251", "cp866")


def read(order: Mapping[str, Any]) -> Records:
    import shapefile  # type: ignore[import-untyped]

    parts = order["parts"]
    texts: list[dict[str, Any]] = []
    notes: list[tuple[str, dict[str, object]]] = []
    with_shapes = "shp" in parts
    try:
        opened = {part: Path(path).open("rb") for part, path in parts.items() if part != "prj"}  # noqa: SIM115
        reader = shapefile.Reader(**opened, encoding="latin-1")
    except KeyError:
        # Visual FoxPro keeps whole numbers and moments as bytes of its own; pyshp 3 knows no such fields.
        raise Refused("dbase-of-foxpro") from None
    except (shapefile.ShapefileException, struct.error):
        raise Refused("file-damaged") from None
    try:
        if with_shapes:
            _degrees(reader, parts.get("prj"))
        names = [field[0] for field in reader.fields if field[0] != "DeletionFlag"]
        memo = [
            field[0] for field in reader.fields if str(getattr(field[1], "value", field[1])) in {"M", "G", "P", "B"}
        ]
        places: list[Any] = []
        shapes = reader.iterShapes() if with_shapes else None
        for record in reader.iterRecords(deleted_as_None=True):
            row = dict(zip(names, list(record), strict=True)) if record is not None else None
            shape = next(shapes) if shapes is not None else None
            if row is None:
                continue
            row.update(dict.fromkeys(memo))
            drawn = None if shape is None or shape.shapeType == shapefile.NULL else shape.__geo_interface__
            places.append(drawn)
            texts.append(row)
    except (shapefile.ShapefileException, struct.error, LookupError, StopIteration, UnicodeError, ValueError):
        raise Refused("file-damaged") from None
    put(texts, places, Names.of(order, _ALPHABETS))
    if memo:
        notes.append(("memo-left-out", {"columns": ", ".join(memo)}))
    return Records(texts, range(1, len(texts) + 1), notes=notes)


def _degrees(reader: Any, prj: str | None) -> None:
    """The .prj names the coordinate system; without one the numbers themselves must be degrees."""
    said = Path(prj).read_text(encoding="latin-1")[:4000] if prj else ""
    name = re.search(r'"([^"]*)"', said)
    if said and (said.lstrip().upper().startswith("PROJCS") or not _WGS84.search(said)):
        raise Refused("coordinates-foreign", system=name.group(1) if name else "?")
    west, south, east, north = (float(each) for each in reader.bbox)
    if not said and (max(abs(west), abs(east)) > _LONGITUDE or max(abs(south), abs(north)) > _LATITUDE):
        raise Refused("coordinates-foreign", system="без файлу .prj")
