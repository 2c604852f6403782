"""Where Dagster keeps what one asset hands to the next: Parquet for tables, an address for editions.

Written beside and renamed, so that a crash halfway leaves the last whole one: the stock file managers open their
target in place. Rows here are as private as the landing folder; the folder is its owner's alone.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.receipt import Origin, Part, Receipt

_ROW = "__row__"
_META = b"ternopil"
_FINDINGS = TypeAdapter(tuple[Finding, ...])
_COLUMNS = TypeAdapter(tuple[Column, ...])


@dataclass(frozen=True, slots=True, eq=False)
class Accepted:
    """A cleaned table and the receipt it came from, without the receipt's text but with the number of each row: a gate
    names a cell as the department sees it."""

    cleaned: Cleaned
    receipt: Receipt


class Storage(dg.IOManager):
    """Keeps `Receipt`, `Accepted` and `Edition` under `root`, one file an asset."""

    def __init__(self, root: Path, archive: Archive) -> None:
        self._root = root
        self._archive = archive

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        path = self._path(context.asset_key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        if isinstance(obj, Edition):
            partial.write_text(json.dumps({"dataset": obj.dataset, "address": obj.address}), encoding="utf-8")
        else:
            pq.write_table(_to_arrow(obj), partial, compression="zstd")
        partial.chmod(0o600)
        partial.replace(path)

    def load_input(self, context: dg.InputContext) -> Any:
        return self.load(context.asset_key)

    def load(self, key: dg.AssetKey) -> Any:
        path = self._path(key)
        if not path.exists():
            raise dg.Failure(f"{key.to_user_string()} has not been made yet; materialise it first", allow_retries=False)
        if key.path[-1] == "edition":
            kept = json.loads(path.read_text(encoding="utf-8"))
            return self._archive.read(kept["dataset"], kept["address"])
        return _from_arrow(pq.read_table(path))

    def _path(self, key: dg.AssetKey) -> Path:
        return self._root.joinpath(*key.path[:-1]) / f"{key.path[-1]}.stored"


def _to_arrow(value: Receipt | Accepted) -> pa.Table:
    receipt = value if isinstance(value, Receipt) else value.receipt
    meta: dict[str, Any] = {"receipt": _receipt_facts(receipt)}
    if isinstance(value, Accepted):
        cleaned = value.cleaned
        table = pa.Table.from_pandas(cleaned.text, preserve_index=False)
        if len(receipt.rows) == len(cleaned.text):
            table = table.append_column(_ROW, pa.array(receipt.rows, type=pa.int64()))
        meta["cleaned"] = {
            "table": cleaned.table,
            "places": dict(cleaned.places),
            "columns": _COLUMNS.dump_python(cleaned.columns, mode="json"),
            "findings": _FINDINGS.dump_python(cleaned.findings, mode="json"),
        }
    else:
        table = pa.Table.from_pandas(receipt.text, preserve_index=False)
        table = table.append_column(_ROW, pa.array(receipt.rows, type=pa.int64()))
    return table.replace_schema_metadata({_META: json.dumps(meta, ensure_ascii=False).encode()})


def _from_arrow(table: pa.Table) -> Receipt | Accepted:
    meta = json.loads(table.schema.metadata[_META])
    receipt = _receipt(meta["receipt"])
    kept = meta.get("cleaned")
    if kept is None:
        rows = table.column(_ROW).to_numpy()
        return replace(receipt, text=_frame(table.drop_columns([_ROW])), rows=rows)
    columns = _COLUMNS.validate_json(json.dumps(kept["columns"]))
    findings = _FINDINGS.validate_python(kept["findings"])
    if _ROW in table.column_names:
        receipt = replace(receipt, rows=table.column(_ROW).to_numpy())
        table = table.drop_columns([_ROW])
    text = _frame(table)
    return Accepted(Cleaned(kept["table"], columns, text, findings, places=kept.get("places", {})), receipt)


def _frame(table: pa.Table) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.array(table.column(name), dtype="str") for name in table.column_names},
        columns=table.column_names,
        index=pd.RangeIndex(table.num_rows),
    )


def _receipt_facts(receipt: Receipt) -> dict[str, Any]:
    return {
        "sha256": receipt.sha256,
        "received_at": receipt.received_at.isoformat(),
        "origin": asdict(receipt.origin),
        "sheet": receipt.sheet,
        "letters": list(receipt.letters) if receipt.letters is not None else None,
        "findings": _FINDINGS.dump_python(receipt.findings, mode="json"),
        "changed": receipt.changed,
        "parts": [asdict(part) for part in receipt.parts],
    }


def _receipt(facts: dict[str, Any]) -> Receipt:
    return Receipt(
        text=pd.DataFrame(),
        rows=np.array([], dtype=np.int64),
        sha256=facts["sha256"],
        received_at=pd.Timestamp(facts["received_at"]).to_pydatetime(),
        origin=Origin(**facts["origin"]),
        sheet=facts["sheet"],
        letters=tuple(facts["letters"]) if facts["letters"] is not None else None,
        findings=_FINDINGS.validate_python(facts["findings"]),
        changed=facts["changed"],
        parts=tuple(
            Part(each["first"], each["sheet"], tuple(each["letters"]) if each["letters"] is not None else None)
            for each in facts.get("parts", [])
        ),
    )
