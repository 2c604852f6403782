"""How the demo's API cuts a register into pages: four shapes that publishers' APIs have.

Pure functions of rows and query; who asks and how it is sent is `api`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

Rows = list[dict[str, object]]
Page = dict[str, object]

LARGEST = 100  # what a caller may ask for at once, whatever he asks for
_AFTER_SIZE = 25


class BadQuery(ValueError):
    """A parameter is no number, or a negative one."""


def _number(query: Mapping[str, str], name: str, *, default: int, least: int) -> int:
    given = query.get(name, str(default))
    if not (given.isascii() and given.isdigit() and int(given) >= least):
        raise BadQuery(f"{name}: a whole number from {least} was expected")
    return int(given)


def numbered(rows: Rows, query: Mapping[str, str], *, here: str) -> Page:
    page = _number(query, "page", default=1, least=1)
    size = min(_number(query, "per_page", default=50, least=1), LARGEST)
    return {"total": len(rows), "page": page, "items": rows[(page - 1) * size : page * size]}


def offset(rows: Rows, query: Mapping[str, str], *, here: str) -> Page:
    start = _number(query, "offset", default=0, least=0)
    size = min(_number(query, "limit", default=100, least=1), LARGEST)
    return {"meta": {"total": len(rows), "offset": start, "limit": size}, "data": rows[start : start + size]}


def following(rows: Rows, query: Mapping[str, str], *, here: str) -> Page:
    after = query.get("after")
    keys = [str(row["uid"]) for row in rows]
    if after is not None and after not in keys:
        raise BadQuery("after: no such record")
    start = 0 if after is None else keys.index(after) + 1
    part = rows[start : start + _AFTER_SIZE]
    more = start + len(part) < len(rows)
    return {"results": part, "links": {"next": f"{here}?{urlencode({'after': part[-1]['uid']})}" if more else None}}


def at_once(rows: Rows, query: Mapping[str, str], *, here: str) -> Page:
    return {"observed": max(str(row["observed"]) for row in rows), "vehicles": rows}
