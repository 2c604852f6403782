"""What stands where an edition's bytes were erased: when, why and by whom, with a hash of its own.

It carries nothing of the content. Whether the erasure is lawful, the ledger's `erased` entry says.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from ternopil_pipelines.evidence.manifest import canonical, pretty, sha256
from ternopil_pipelines.faults import EvidenceBroken

TOMBSTONE = "tombstone.json"


@dataclass(frozen=True, slots=True)
class Tombstone:
    dataset: str
    edition: str
    erased_at: str
    reason: str
    who: str

    @property
    def sha256(self) -> str:
        return sha256(canonical(asdict(self)).encode())

    def render(self) -> bytes:
        return pretty({**asdict(self), "sha256": self.sha256})

    @classmethod
    def parse(cls, text: bytes, *, place: str) -> Tombstone:
        try:
            data = json.loads(text)
            digest = data.pop("sha256")
            stone = cls(**data)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvidenceBroken(f"{place}: the tombstone is not what was written") from error
        if stone.sha256 != digest or stone.render() != text:
            raise EvidenceBroken(f"{place}: the tombstone was altered")
        return stone
