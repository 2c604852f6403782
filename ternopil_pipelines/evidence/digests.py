"""Digests of the ledger that somebody kept: what was published or mailed, read back to be held against the ledger now.

One kept digest shows any later change of all before it. Two forms are read: the document `ternopil evidence digest
--json` prints (or several of them in a list), and the table the city publishes of them as a dataset of its own, as CSV
or JSON, with the columns `day`, `sequence` and `hash`. Where a digest is fetched from is the caller's.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from typing import Any

from ternopil_pipelines.faults import EvidenceBroken

_HASH = re.compile(r"[0-9a-f]{64}")


def read_digests(content: bytes, *, place: str) -> tuple[dict[str, Any], ...]:
    """As `Ledger.verify` takes them. Raises EvidenceBroken where they are none; `place` names the file there."""
    try:
        text = content.decode("utf-8-sig")
        rows: Any = json.loads(text) if text.lstrip()[:1] in {"[", "{"} else list(csv.DictReader(io.StringIO(text)))
        found = tuple(_digest(row) for row in ([rows] if isinstance(rows, dict) else rows))
    except (ValueError, KeyError, TypeError):
        found = ()
    if not found:
        # An empty file would otherwise vouch for any ledger.
        raise EvidenceBroken(f"{place}: no digests of a ledger (day, sequence, hash)")
    return found


def _digest(row: Any) -> dict[str, Any]:
    day, sequence, hashed = date.fromisoformat(str(row["day"])), int(row["sequence"]), str(row["hash"])
    if not _HASH.fullmatch(hashed) or sequence < 0:
        raise ValueError
    return {"day": day.isoformat(), "sequence": sequence, "hash": hashed}
