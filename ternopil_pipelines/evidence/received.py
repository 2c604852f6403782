"""The bytes as a department sent them, kept under their own hash: what an edition was made of can be shown again.

Private and never published: what people download is written by us. Erasing a leak erases here too (`forget`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from ternopil_pipelines.faults import PermanentFault

_SAFE_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


class Received:
    """`root`/dataset/table/sha256.suffix; written whole, readable by its owner only."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, dataset: str, table: str, *, sha256: str, suffix: str, content: bytes) -> Path:
        """The kept file; equal bytes are kept once."""
        folder = self._root / dataset / table
        place = folder / f"{sha256}{suffix if _SAFE_SUFFIX.fullmatch(suffix) else ''}"
        if place.exists():
            return place
        partial = folder / f".{sha256}.{os.getpid()}.partial"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial.touch(mode=0o600)
            with partial.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(place)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise PermanentFault(f"received bytes cannot be kept in {folder}: {error.strerror}") from None
        return place

    def content(self, dataset: str, table: str, sha256: str) -> bytes | None:
        """The bytes with this hash, None where none were kept (a database has none)."""
        found = next((self._root / dataset / table).glob(f"{sha256}*"), None)
        return None if found is None else found.read_bytes()

    def forget(self, dataset: str, sha256: str) -> int:
        """Remove the bytes with this hash from every table of the dataset; how many files went."""
        found = [place for place in (self._root / dataset).glob(f"*/{sha256}*") if place.is_file()]
        for place in found:
            place.unlink()
        return len(found)
