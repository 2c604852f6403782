"""report.json: what was found in a dataset's tables and what becomes of them, as CONTRACTS fixes it.

Its JSON Schema stands beside it (`report.schema.json`). The page and the annotated copy are made from the same record,
so that a steward never reads two different verdicts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Literal

from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.findings.finding import Finding, Severity
from ternopil_pipelines.receive.receipt import Receipt

VERSION = 1
Verdict = Literal["accepted", "accepted_with_remarks", "held", "rejected"]


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Any error rejects; any warning is a remark; notes alone are none: they ask nothing of anybody."""
    met = {finding.severity for finding in findings}
    if Severity.ERROR in met:
        return "rejected"
    return "accepted_with_remarks" if Severity.WARNING in met else "accepted"


def report(
    dataset_id: str,
    tables: Sequence[tuple[Cleaned, Receipt | None]],
    *,
    source_name: str,
    source_sha256: str,
    checked_at: datetime,
    verdict: Verdict | None = None,
) -> dict[str, Any]:
    """`verdict`: what a gate decided; without one, what the findings say. A table whose file could not be read has no
    receipt; its findings say why."""
    return {
        "version": VERSION,
        "dataset": dataset_id,
        "verdict": verdict or verdict_of(found for cleaned, _ in tables for found in cleaned.findings),
        "checked_at": checked_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "source": {"name": source_name, "sha256": source_sha256},
        "tables": [
            {
                "table": cleaned.table,
                "rows": len(cleaned.text),
                "columns": len(cleaned.columns),
                "findings": [found.as_json() for found in cleaned.findings],
            }
            for cleaned, _ in tables
        ],
    }


def as_bytes(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def json_schema() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        files("ternopil_pipelines.reports").joinpath("report.schema.json").read_bytes()
    )
    return content
