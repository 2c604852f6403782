"""One entry of the ledger and the hash it must have.

The hash is over everything else the entry says, the hash of the entry before among it. Appending is `ledger`'s,
recomputing a whole chain `chain`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ternopil_pipelines.evidence.manifest import canonical, sha256

JSON = Any  # what json.dumps takes
FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """`at`: ISO, UTC. `who`: a run, a person, or a token's user. `what`: one word, `published`, `decision` …"""

    sequence: int
    at: str
    who: str
    what: str
    dataset: str | None
    edition: str | None
    body: Mapping[str, JSON] = field(hash=False)
    previous_hash: str
    hash: str

    def recomputed(self) -> str:
        told = [self.sequence, self.at, self.who, self.what, self.dataset, self.edition, self.body, self.previous_hash]
        return sha256(canonical(told).encode())
