"""How the child answers: records as one Arrow file of text, or a refusal by the code of a finding.

The step makes the finding; the child only names its code and words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from ternopil_pipelines.receive.plain import column_of


class Refused(Exception):
    """The file is not what this format allows; `code` and `words` are those of the finding."""

    def __init__(self, code: str, **words: object) -> None:
        self.code = code
        self.words = words
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Records:
    """`numbers[i]`: the line where record i begins, or its own number where lines cannot tell records apart.
    `notes`: codes of findings with their words; `detail`: for people, where in the file the records stood."""

    records: Sequence[Mapping[str, Any]]
    numbers: Sequence[int]
    notes: Sequence[tuple[str, dict[str, object]]] = ()
    detail: Mapping[str, str] = field(default_factory=dict)

    def write(self, out: Path) -> None:
        names = list(dict.fromkeys(name for record in self.records for name in record))
        columns = [column_of([record.get(name) for record in self.records]) for name in names]
        write_table(
            out, names, columns, rising(self.numbers, len(self.records)), notes=self.notes, detail=dict(self.detail)
        )


def rising(numbers: Sequence[int], count: int) -> list[int]:
    """`numbers` where each is above the one before; otherwise the records' own numbers."""
    if len(numbers) == count and all(one < other for one, other in zip(numbers, numbers[1:], strict=False)):
        return list(numbers)
    return list(range(1, count + 1))


def write_table(
    out: Path,
    names: Sequence[str],
    columns: Sequence[pa.ChunkedArray],
    numbers: Sequence[int],
    *,
    notes: Sequence[tuple[str, dict[str, object]]],
    detail: dict[str, str],
) -> None:
    places = [f"c{at}" for at in range(len(names))]
    table = pa.Table.from_arrays([*columns, pa.array(numbers, pa.int64())], names=[*places, "numbers"])
    with pa.OSFile(str(out / "records.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    meta = {"names": list(names), "notes": [list(note) for note in notes], "detail": detail}
    (out / "records.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
