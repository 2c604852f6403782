"""What a change against the last published edition means: an ordinary update, a remark, or something a person must see.

Works on tables already matched and compared; each rule is one small function that yields findings. The order of
`ORDER` is the order of reasons: the first one names what probably happened, the others what followed from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.catalogue.thresholds import Share, Thresholds
from ternopil_pipelines.clean.arrow import mask_of, matches
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines.gates.comparing import Matched, Side
from ternopil_pipelines.gates.diff import ColumnDiff, TableDiff
from ternopil_pipelines.gates.limits import beyond, crossed, percent
from ternopil_pipelines.gates.profile import common, distance, profile, same_counts
from ternopil_pipelines.gates.shift import shifts

ORDER = (
    "wrong-dataset", "older-edition", "header-inside", "content-strange", "columns-shifted", "letters-replaced",
    "rows-rewritten", "rows-dropped", "column-gone", "column-emptied", "keys-replaced", "column-unlike",
)  # fmt: skip
# A look is judged on at least so many values; three cells of a small table are no distribution.
_FEW = 5
# Half of the values look otherwise: seen only where values slid, an encoding broke or another file was sent.
_UNLIKE = 0.5
# A column that lost a third of the few values it had is no news.
_THINNED = 0.1
_PERMUTED = 0.5
_READ = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """A table of both editions, matched; what every rule reads."""

    dataset: Dataset
    before: Side
    after: Side
    matched: Matched
    diff: TableDiff

    @property
    def words(self) -> dict[str, Any]:
        return {"dataset": self.dataset.id, "table": self.diff.title}

    @property
    def thresholds(self) -> Thresholds:
        return self.dataset.thresholds


def guard(compared: Compared) -> list[Finding]:
    """Findings of one table, the likeliest cause first."""
    found = [
        *header_inside(compared.dataset, compared.diff.title, compared.after),
        *_rows(compared),
        *_columns(compared),
        *_keys(compared),
        *_looks(compared),
        *_permuted(compared),
        *shifts(
            compared.before,
            compared.after,
            compared.matched,
            suspects=_suspects(compared),
            limits=compared.thresholds.shift,
            words=compared.words,
        ),
        *_letters(compared),
    ]
    known = {code: place for place, code in enumerate(ORDER)}
    found.sort(key=lambda each: known.get(each.code, len(ORDER)))
    if not compared.diff.equal:
        diff = compared.diff
        counts: dict[str, Any] = {"added": diff.added, "removed": diff.removed, "changed": diff.changed}
        found.append(finding("edition-compared", **counts, **compared.words))
    return found


def header_inside(dataset: Dataset, title: str, side: Side) -> Iterator[Finding]:
    """Rows whose cells are the names of their own columns: two exports glued into one file."""
    if not len(side.text):
        return
    named = np.zeros(len(side.text), int)
    for column in side.columns:
        names = {column.name.casefold(), column.title.casefold(), *(each.casefold() for each in column.aliases)}
        cells = pc.utf8_lower(side.array(column.name))
        named += mask_of(pc.is_in(cells, value_set=pa.array(sorted(names), pa.large_string())))
    rows = int((named >= min(2, len(side.columns))).sum())
    if rows:
        yield finding("header-inside", count=rows, table=title, dataset=dataset.id)


def _rows(compared: Compared) -> Iterator[Finding]:
    before, after = compared.diff.rows_before, compared.diff.rows_after
    words: dict[str, Any] = {"before": before, "after": after, **compared.words}
    if not before:
        return
    lost, grown = (before - after) / before, (after - before) / before
    limits = compared.thresholds.rows_drop
    if after < before and (severity := beyond(limits, lost, reached=True)) is not None:
        limit = crossed(limits, severity)
        words |= {"share": percent(lost), "least": int(np.floor(before * (1 - limit))) + 1, "threshold": percent(limit)}
        yield finding("rows-dropped", count=before - after, severity=severity, **words)
    elif before >= _FEW and (more := beyond(compared.thresholds.rows_growth, grown, reached=True)) is not None:
        yield finding("rows-grown", count=after - before, severity=more, **words)


def _columns(compared: Compared) -> Iterator[Finding]:
    diff = compared.diff
    for name in diff.columns_gone:
        if compared.before.array(name).null_count < diff.rows_before:
            yield finding("column-gone", column=name, **compared.words)
    for name in diff.columns_new:
        yield finding("column-new", column=name, **compared.words)
    if not (diff.rows_before and diff.rows_after):
        return
    for each in diff.columns:
        yield from _values_lost(compared, each, compared.thresholds.values_lost)


def _values_lost(compared: Compared, column: ColumnDiff, limits: Share) -> Iterator[Finding]:
    diff = compared.diff
    was, now = column.filled_before / diff.rows_before, column.filled_after / diff.rows_after
    if not was:
        return
    # Less than a twentieth filled, or one or two cells, may empty in any ordinary update.
    rare = column.filled_before < 3 or was < 0.05
    emptied = not column.filled_after and not (rare and diff.rows_before > 2)
    severity = beyond(limits, 1 - now / was, reached=True)
    if severity is None:
        return
    if emptied or (was >= 0.2 and severity is Severity.ERROR):
        yield finding(
            "column-emptied",
            column=column.name,
            severity=severity,
            count=max(column.filled_before - column.filled_after, 1),
            before=column.filled_before,
            after=column.filled_after,
            **compared.words,
        )
    elif was - now >= _THINNED:
        shares: dict[str, Any] = {"before": percent(was), "after": percent(now)}
        yield finding("column-thinned", column=column.name, **shares, **compared.words)


def _keys(compared: Compared) -> Iterator[Finding]:
    diff, limits = compared.diff, compared.thresholds.keys_replaced
    severity = beyond(limits, diff.removed / diff.rows_before) if diff.rows_before else None
    if severity is None:
        return
    if not diff.key and not _strange(compared):
        return  # whole rows differ already where one column counts the hours
    if severity is Severity.ERROR and diff.removed >= 0.9 * diff.rows_before and _strange(compared):
        yield finding("content-strange", count=diff.removed, **compared.words)
    yield finding(
        "keys-replaced",
        severity=severity,
        count=diff.removed,
        share=percent(diff.removed / diff.rows_before),
        removed=diff.removed,
        before=diff.rows_before,
        threshold=percent(crossed(limits, severity)),
        **compared.words,
    )


def _strange(compared: Compared) -> bool:
    """Most columns hold values that were not there before."""
    names = [each.name for each in compared.diff.columns if each.filled_before and each.filled_after]
    kept = [common(compared.before.array(name), compared.after.array(name)) for name in names]
    return bool(kept) and float(np.median(kept)) < 0.5


def _looks(compared: Compared) -> Iterator[Finding]:
    for column, old, new in _both(compared):
        if column.type not in {"string", "anyURL", "integer", "decimal"}:
            continue
        was, now = profile(old), profile(new)
        if min(was.filled, now.filled) < _FEW or distance(was, now) <= _UNLIKE:
            continue
        if was.looks == now.looks and now.shares[_WRECKED] < _UNLIKE:
            continue
        yield finding("column-unlike", column=column.name, before=was.looks, after=now.looks, **compared.words)


def _permuted(compared: Compared) -> Iterator[Finding]:
    """A column sorted on its own: the same values, in other rows. The rows must be told apart by a key."""
    pairs = len(compared.matched.new)
    if not compared.matched.key or pairs < 2 * _FEW:
        return
    changed = {each.name: each.changed for each in compared.diff.columns}
    for column, old, new in _both(compared):
        if column.name in compared.matched.key or changed[column.name] < _PERMUTED * pairs:
            continue
        was = old.take(pa.array(compared.matched.old))
        now = new.take(pa.array(compared.matched.new))
        if same_counts(was, now):
            share = percent(changed[column.name] / pairs)
            yield finding(
                "rows-rewritten", column=column.name, count=changed[column.name], share=share, **compared.words
            )


def _suspects(compared: Compared) -> frozenset[str]:
    pairs = len(compared.matched.new)
    every = pairs < 0.5 * compared.diff.rows_after
    return frozenset(each.name for each in compared.diff.columns if every or each.changed > 0.2 * pairs)


def _letters(compared: Compared) -> Iterator[Finding]:
    """Letters an encoding did not have: what was `Škoda` is `?koda`, and nobody will know again what it was."""
    changed = {each.name: each.changed for each in compared.diff.columns}
    for column, old, new in _both(compared):
        if column.type != "string" or not changed[column.name]:
            continue
        now = new.take(pa.array(compared.matched.new))
        marked = np.flatnonzero(matches(now, r"[?\x{FFFD}]"))[:_READ]
        was = old.take(pa.array(compared.matched.old[marked]))
        pairs = zip(was.to_pylist(), now.take(pa.array(marked)).to_pylist(), strict=True)
        lost = sum(_lost(before, after) for before, after in pairs)
        if lost:
            yield finding("letters-replaced", column=column.name, count=lost, **compared.words)


def _lost(before: str | None, after: str) -> bool:
    if before is None or before == after or len(before) != len(after):
        return False
    return all(one == other or (other in "?\ufffd" and one.isalpha()) for one, other in zip(before, after, strict=True))


def _both(compared: Compared) -> Iterator[tuple[Column, pa.Array, pa.Array]]:
    for column in compared.after.columns:
        if column.name in compared.before.names:
            yield column, compared.before.array(column.name), compared.after.array(column.name)


_WRECKED = 9  # place of "wrecked" among LOOKS
