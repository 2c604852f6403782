"""What the structure demands, said about cells: pandera's failures become findings with row, expected and a way out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.arrow import Mask
from ternopil_pipelines.clean.fold import letters
from ternopil_pipelines.clean.notebook import NAMED_CELLS, Notebook
from ternopil_pipelines.clean.schema import failures

# A list of regions or units can run to dozens; a sentence with more than these is not read.
_ALLOWED_SHOWN = 15


def examine(
    table: pd.DataFrame,
    texts: Mapping[str, pa.Array],
    given: Mapping[str, pa.Array],
    columns: tuple[Column, ...],
    book: Notebook,
) -> None:
    by_name = {column.name: column for column in columns}
    keys = [column.name for column in columns if column.key]
    for code, name, rows in failures(table, columns):
        column = by_name[name]
        mask = np.zeros(len(table), bool)
        mask[rows] = True
        if code == "key-repeated":
            _repeated(code, column, keys, texts, mask, book)
        elif code == "value-repeated":
            _repeated(code, column, [name], texts, mask, book)
        elif code == "value-not-allowed":
            _not_allowed(column, given[name], mask, book)
        else:
            book.cells(
                code, column, mask, given=None if code == "value-missing" else given[name],
                pattern=column.pattern, minimum=_plain(column.minimum), maximum=_plain(column.maximum),
            )  # fmt: skip


def _repeated(
    code: str, column: Column, names: list[str], texts: Mapping[str, pa.Array], mask: Mask, book: Notebook
) -> None:
    """Every repeated row is named together with the row where its key stood first. Rows whose key has a gap are named
    for the gap, not for repeating it."""
    for name in names:
        mask &= np.asarray(texts[name].is_valid())
    if not mask.any():
        return
    frame = pd.DataFrame({name: texts[name].to_pandas() for name in names})
    repeated = frame.duplicated(keep=False).to_numpy()
    first = frame[repeated].groupby(names, sort=False).ngroup()
    firsts = pd.Series(first.index, index=first.index).groupby(first).transform("first")
    words = {
        int(row): {"first_row": book.spoken_row(int(firsts[row]))}
        for row in np.flatnonzero(mask & repeated)[: 2 * NAMED_CELLS]
    }
    joined = texts[names[0]]
    if len(names) > 1:
        joined = pa.array(frame.fillna("").agg(", ".join, axis=1).where(mask), pa.large_string())
    book.cells(
        code, column, mask, given=joined, by_row=words, first_row="", keys=", ".join(f"«{name}»" for name in names)
    )


def _not_allowed(column: Column, given: pa.Array, mask: Mask, book: Notebook) -> None:
    canonical = {letters(value): value for value in column.allowed}

    def words(text: str) -> dict[str, str]:
        meant = canonical.get(letters(text))
        return {"hint": f" Мало бути «{meant}»." if meant else ""}

    allowed = ", ".join(f"«{value}»" for value in column.allowed[:_ALLOWED_SHOWN])
    if len(column.allowed) > _ALLOWED_SHOWN:
        allowed += f" та ще {len(column.allowed) - _ALLOWED_SHOWN}"
    book.cells("value-not-allowed", column, mask, given=given, words=words, allowed=allowed, hint="")


def _plain(bound: float | str | None) -> str:
    return f"{bound:g}" if isinstance(bound, float) and abs(bound) < 1e6 else str(bound)
