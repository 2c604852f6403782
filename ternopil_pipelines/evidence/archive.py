"""The immutable archive: every edition of every dataset, found by the hash of what it says.

    <root>/<dataset>/<address>/files/…        the public files
                              /report.json    what checking found, private
                              /manifest.json  the Edition
                              /SHA256SUMS     the seal over all of these
    <root>/<dataset>/latest                   address of the edition kept last

Nothing kept is ever changed; erasure of leaked personal data leaves a tombstone and the manifest. Whether an edition
may go out is not decided here, and what was done with it stands in the ledger.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence import building, manifest
from ternopil_pipelines.evidence.delimited import read_csv
from ternopil_pipelines.evidence.edition import Edition, EditionFile
from ternopil_pipelines.evidence.manifest import FILES, LATEST, MANIFEST, REPORT, SEAL
from ternopil_pipelines.evidence.passport import passport
from ternopil_pipelines.evidence.storage import Storage, faults
from ternopil_pipelines.evidence.titles import table_titles
from ternopil_pipelines.evidence.tombstone import TOMBSTONE, Tombstone
from ternopil_pipelines.evidence.verification import verify_edition
from ternopil_pipelines.faults import DataRefused, EvidenceBroken, GateRefused
from ternopil_pipelines.receive.receipt import Receipt

_ADDRESS = re.compile(r"[0-9a-f]{64}")


def _now() -> datetime:
    return datetime.now(UTC)


class Archive:
    """`root`: a folder, or an fsspec URL (`s3://…`, `memory://…`). Opens nothing until it is used."""

    def __init__(self, root: str, *, clock: Callable[[], datetime] = _now) -> None:
        self.storage = Storage(root)
        self._clock = clock

    def keep(
        self,
        catalogue: Catalogue,
        dataset: Dataset,
        tables: Sequence[tuple[Cleaned, Receipt]],
        *,
        code_version: str,
        report: Mapping[str, Any] | None = None,
    ) -> Edition:
        """The edition of these tables: newly written, or the one that already says the same."""
        for table, _ in tables:
            if table.refused:
                raise DataRefused(f"table {table.table} of {dataset.id} has errors and is not kept", table.findings)
        cells = sum(int(table.text.memory_usage(index=False).sum()) for table, _ in tables)
        with self.storage.exclusive(dataset.id), self.storage.workshop(dataset.id) as room:
            self.storage.require_room(4 * cells + (1 << 20))
            with faults(f"writing an edition of {dataset.id}"):
                titles = table_titles(dataset)
                names = [titles[table.table] for table, _ in tables]
                files = building.build_files(dataset, [table for table, _ in tables], names, room / FILES)
                own = passport(catalogue, dataset, building.formats_of(files))
                address = manifest.address_of(own, ((each.name, each.sha256) for each in files))
                if self.tombstone(dataset.id, address):
                    raise GateRefused(f"this content of {dataset.id} was erased from the archive and may not come back")
                if self._place(dataset.id, address, MANIFEST).exists():
                    self._point_to(dataset.id, address)
                    return self.read(dataset.id, address)
                before = self._all(dataset.id)
                latest = self.latest(dataset.id)
                edition = Edition(
                    dataset=dataset.id,
                    address=address,
                    passport=own,
                    files=files,
                    tables=tuple(
                        building.describe_table(table, receipt, name)
                        for (table, receipt), name in zip(tables, names, strict=True)
                    ),
                    previous=latest.address if latest else None,
                    made_at=self._clock().astimezone(UTC).isoformat(),
                    code_version=code_version,
                )
                self._seal(room, edition, sequence=before[-1][0] + 1 if before else 1, report=report)
                self.storage.place(room, dataset.id, address, last=MANIFEST)
                self._point_to(dataset.id, address)
        return edition

    def read(self, dataset_id: str, address: str) -> Edition:
        """Raises EvidenceBroken where there is no such edition or its manifest was altered."""
        return self._read(dataset_id, address)[1]

    def history(self, dataset_id: str) -> tuple[Edition, ...]:
        """Every edition, oldest first; erased ones too, by their manifests."""
        return tuple(edition for _, edition in self._all(dataset_id))

    def latest(self, dataset_id: str) -> Edition | None:
        """The edition kept last, also where it says what an older one said; never an erased one."""
        pointer = self.storage.path(dataset_id, LATEST)
        with faults("reading the archive"):
            address = pointer.read_bytes().decode("utf-8", "replace") if pointer.exists() else ""
        if _ADDRESS.fullmatch(address) and self._standing(dataset_id, address):
            return self.read(dataset_id, address)
        kept = [each for each in self.history(dataset_id) if not self.tombstone(dataset_id, each.address)]
        return kept[-1] if kept else None

    def datasets(self) -> tuple[str, ...]:
        with faults("reading the archive"):
            if not self.storage.root.exists():
                return ()
            return tuple(
                sorted(each.name for each in self.storage.root.iterdir() if each.is_dir() and each.name[0] != ".")
            )

    def content(self, edition: Edition, file: EditionFile) -> bytes:
        """The bytes of a public file. Raises EvidenceBroken where they are not what was written."""
        with self._reading(edition, file):
            data = bytes(self._place(edition.dataset, edition.address, FILES, file.name).read_bytes())
        if manifest.sha256(data) != file.sha256:
            raise EvidenceBroken(f"{file.name} of edition {edition.address} of {edition.dataset} was altered")
        return data

    @contextmanager
    def local_path(self, edition: Edition, file: EditionFile) -> Iterator[Path]:
        """The file on this disk for streamed uploads, its hash checked; a copy where the archive is elsewhere."""
        with ExitStack() as stack:
            with self._reading(edition, file):
                stored = self._place(edition.dataset, edition.address, FILES, file.name)
                if self.storage.local:
                    path = Path(stored.path)
                else:
                    copies = tempfile.TemporaryDirectory(prefix="edition-", ignore_cleanup_errors=True)
                    path = Path(stack.enter_context(copies)) / file.name
                    with stored.open("rb") as source, path.open("wb") as target:
                        shutil.copyfileobj(source, target, 1 << 20)
                with path.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
            if digest != file.sha256:
                raise EvidenceBroken(f"{file.name} of edition {edition.address} of {edition.dataset} was altered")
            yield path

    def frame(self, edition: Edition, table_id: str) -> pd.DataFrame:
        """The canonical text of a table as it was cleaned, missing = NaN."""
        file = edition.data_file(table_id)
        with self.local_path(edition, file) as path, self._reading(edition, file), path.open("rb") as stream:
            return read_csv(stream, edition.table(table_id).columns)

    def report(self, edition: Edition) -> bytes | None:
        """report.json kept beside the files, None where none was given or the edition is erased."""
        place = self._place(edition.dataset, edition.address, REPORT)
        with faults("reading the archive"):
            return bytes(place.read_bytes()) if place.exists() else None

    def verify(self, edition: Edition) -> list[str]:
        """What does not match the manifest, a line each; empty where all is as written."""
        return verify_edition(self, edition.dataset, edition.address)

    def erase(self, dataset_id: str, address: str, *, reason: str, who: str) -> None:
        """Put a tombstone in the place of the bytes. The caller enters `erased` in the ledger (`journal.erase`).

        The tombstone comes first: a crash in between leaves an erasure to be finished, never bytes gone unexplained.
        """
        edition = self.read(dataset_id, address)
        with self.storage.exclusive(dataset_id), faults(f"erasing an edition of {dataset_id}"):
            if not self.tombstone(dataset_id, address):
                stone = Tombstone(dataset_id, address, self._clock().astimezone(UTC).isoformat(), reason, who)
                self.storage.write(stone.render(), dataset_id, address, TOMBSTONE)
            for parts in ((REPORT,), *((FILES, each.name) for each in edition.files)):
                self._place(dataset_id, address, *parts).unlink(missing_ok=True)

    def tombstone(self, dataset_id: str, address: str) -> Tombstone | None:
        """Why an edition has no bytes any more, None where it has them."""
        place = self._place(dataset_id, address, TOMBSTONE)
        with faults("reading the archive"):
            return Tombstone.parse(bytes(place.read_bytes()), place=str(place)) if place.exists() else None

    def _standing(self, dataset_id: str, address: str) -> bool:
        kept = self._place(dataset_id, address, MANIFEST).exists()
        return kept and self.tombstone(dataset_id, address) is None

    def place(self, edition: Edition) -> str:
        """Where its files lie, for those who may look before the city does."""
        return str(self._place(edition.dataset, edition.address))

    def _place(self, dataset_id: str, address: str, *parts: str) -> Any:
        if not _ADDRESS.fullmatch(address) or "/" in dataset_id or dataset_id.startswith("."):
            raise EvidenceBroken(f"the archive has no edition {address!r} of {dataset_id}")
        return self.storage.path(dataset_id, address, *parts)

    def _read(self, dataset_id: str, address: str) -> tuple[int, Edition]:
        place = self._place(dataset_id, address, MANIFEST)
        with faults("reading the archive"):
            if not place.exists():
                raise EvidenceBroken(f"the archive has no edition {address} of {dataset_id}")
            text = bytes(place.read_bytes())
        sequence, edition = manifest.parse(text, place=f"{dataset_id}/{address}/{MANIFEST}")
        hashes = ((each.name, each.sha256) for each in edition.files)
        if (edition.dataset, edition.address) != (dataset_id, address) or (
            manifest.address_of(edition.passport, hashes) != address
        ):
            raise EvidenceBroken(f"{dataset_id}/{address}/{MANIFEST}: the manifest is of another edition or altered")
        return sequence, edition

    def _all(self, dataset_id: str) -> list[tuple[int, Edition]]:
        with faults("reading the archive"):
            folder = self.storage.path(dataset_id)
            names = [each.name for each in folder.iterdir()] if folder.exists() else []
        addresses = (name for name in names if _ADDRESS.fullmatch(name))
        found = [self._read(dataset_id, each) for each in addresses if self._place(dataset_id, each, MANIFEST).exists()]
        return sorted(found, key=lambda each: (each[0], each[1].made_at, each[1].address))

    def _seal(self, room: Path, edition: Edition, *, sequence: int, report: Mapping[str, Any] | None) -> None:
        inside = {MANIFEST: manifest.render(edition, sequence=sequence)}
        if report is not None:
            inside[REPORT] = manifest.pretty(report)
        hashes = {f"{FILES}/{each.name}": each.sha256 for each in edition.files}
        hashes |= {name: manifest.sha256(data) for name, data in inside.items()}
        for name, data in {**inside, SEAL: manifest.seal(hashes)}.items():
            (room / name).write_bytes(data)

    def _point_to(self, dataset_id: str, address: str) -> None:
        self.storage.write(address.encode(), dataset_id, LATEST)

    @contextmanager
    def _reading(self, edition: Edition, file: EditionFile) -> Iterator[None]:
        stone = self.tombstone(edition.dataset, edition.address)
        if stone:
            raise EvidenceBroken(f"edition {edition.address} of {edition.dataset} was erased: {stone.reason}")
        with faults(f"reading {file.name} of {edition.dataset}"):
            yield
