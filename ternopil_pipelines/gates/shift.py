"""Shifts: values that slid into the next column, and distributions that moved (units, decimal commas, spellings).

The first stops an edition, the others are remarks: a market moves prices without anybody's mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.thresholds import Share
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines.gates.comparing import Matched, Side, unlike
from ternopil_pipelines.gates.limits import beyond
from ternopil_pipelines.gates.profile import common, distance, profile, shares_of

# Values of a neighbour at most so far away: a cell too many moves a row by one, an inserted pair by two.
_REACH = 3
_FEW, _ENOUGH = 5, 20
_CATEGORIES = 30
_CERTAIN = 0.95


def shifts(
    before: Side,
    after: Side,
    matched: Matched,
    *,
    suspects: frozenset[str],
    limits: Share,
    words: Mapping[str, Any],
) -> Iterator[Finding]:
    """`suspects`: columns that changed in more than a few rows; only there values can have slid. `limits`: of how far a
    distribution may move."""
    found = list(slid(before, after, suspects=suspects, words=words))
    yield from found or slid_in_rows(before, after, matched, suspects=suspects, words=words)
    for column in after.columns:
        if column.name not in before.names:
            continue
        old, new = before.array(column.name), after.array(column.name)
        if min(len(old) - old.null_count, len(new) - new.null_count) < _ENOUGH:
            continue
        if column.type in {"integer", "decimal"}:
            yield from _numbers(column.name, old, new, limits, words)
        elif column.type == "string":
            yield from _categories(column.name, old, new, limits, words)
        elif column.type in {"date", "dateTime"}:
            yield from _dates(column.name, old, new, words)


def slid(before: Side, after: Side, *, suspects: frozenset[str], words: Mapping[str, Any]) -> Iterator[Finding]:
    """A column most of whose values are the old values of a neighbour, and not its own."""
    names = [name for name in after.names if name in before.names]
    arrays = {name: before.array(name) for name in names}
    found: list[tuple[str, str]] = []
    for place, name in enumerate(names):
        new = after.array(name)
        if name not in suspects or len(new) - new.null_count < _FEW:
            continue
        own = common(arrays[name], new)
        if own >= 0.5:
            continue
        for other in names[max(place - _REACH, 0) : place + _REACH + 1]:
            if other != name and common(arrays[other], new) >= max(0.5, own + 0.3):
                found.append((name, other))
                break
            if other != name and own < 0.05 and _alike(arrays[name], arrays[other], new):
                found.append((name, other))
                break
    # One column alike a neighbour may be chance (codes of two organisations); where several slid it is not.
    certain = [pair for pair in found if common(arrays[pair[1]], after.array(pair[0])) >= 0.5]
    if len(found) >= 2 or certain:
        name, other = (certain or found)[0]
        yield finding("columns-shifted", column=name, other=other, count=len(found), **words)


def slid_in_rows(
    before: Side, after: Side, matched: Matched, *, suspects: frozenset[str], words: Mapping[str, Any]
) -> Iterator[Finding]:
    """The same, told row by row: columns of `true` and `false` hold each other's values anyway, but two of them whose
    every changed cell is the neighbour's old one have slid."""
    names = [name for name in after.names if name in before.names]
    for step in (1, -1):
        found = []
        for place, name in enumerate(names):
            if name not in suspects or not 0 <= place + step < len(names):
                continue
            was = before.array(name).take(pa.array(matched.old))
            beside = before.array(names[place + step]).take(pa.array(matched.old))
            now = after.array(name).take(pa.array(matched.new))
            differs = unlike(was, now)
            if differs.sum() >= _FEW and (differs & ~unlike(beside, now)).sum() >= _CERTAIN * differs.sum():
                found.append((name, names[place + step]))
        if len(found) >= 2:
            name, other = found[0]
            yield finding("columns-shifted", column=name, other=other, count=len(found), **words)
            return


def _alike(own: pa.Array, other: pa.Array, new: pa.Array) -> bool:
    """No value in common with either, but the looks are the neighbour's: identifiers of new rows slid with the rest."""
    mine, theirs, seen = profile(own), profile(other), profile(new)
    return distance(mine, seen) > 0.6 and distance(theirs, seen) < 0.2 and theirs.filled >= _FEW


def _numbers(name: str, old: pa.Array, new: pa.Array, limits: Share, words: Mapping[str, Any]) -> Iterator[Finding]:
    was, now = _floats(old), _floats(new)
    edges = np.unique(np.quantile(was, [0.1, 0.25, 0.5, 0.75, 0.9]))
    moved = np.abs(_binned(was, edges) - _binned(now, edges)).sum() / 2
    middle, newer = float(np.median(was)), float(np.median(now))
    scaled = middle and newer and not 0.1 < abs(newer / middle) < 10
    severity = beyond(limits, moved)
    if severity is None and scaled and limits.warn is not None:
        severity = Severity.WARNING
    if severity is not None:
        yield finding(
            "numbers-shifted", severity=severity, column=name, before=f"{middle:g}", after=f"{newer:g}", **words
        )


def _categories(name: str, old: pa.Array, new: pa.Array, limits: Share, words: Mapping[str, Any]) -> Iterator[Finding]:
    was, now = shares_of(old, _CATEGORIES), shares_of(new, _CATEGORIES)
    if was is None or now is None:
        return
    moved = sum(abs(was.get(value, 0) - now.get(value, 0)) for value in {*was, *now}) / 2
    if (severity := beyond(limits, moved)) is not None:
        yield finding("categories-shifted", severity=severity, column=name, share=f"{moved * 100:.0f} %", **words)


def _dates(name: str, old: pa.Array, new: pa.Array, words: Mapping[str, Any]) -> Iterator[Finding]:
    """ISO text sorts as time does."""
    was, now = pc.max(old).as_py(), pc.max(new).as_py()
    if now < was:
        yield finding("content-older", column=name, before=was[:10], after=now[:10], **words)


def _floats(array: pa.Array) -> np.ndarray:
    return np.asarray(pc.cast(array.drop_null(), pa.float64()))


def _binned(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1) / len(values)
