"""Ten machines that publish one dataset at once, each with a connection and journals of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Barrier

from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.faults import Fault, TransientFault
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Entry, Journal
from ternopil_pipelines.portal.publication import Publication
from ternopil_pipelines_tests.portal.conftest import Press

PUBLISHERS = 10


def at_once(runs: Sequence[Callable[[], Publication]]) -> list[Publication | Fault]:
    start = Barrier(len(runs))

    def run(publish: Callable[[], Publication]) -> Publication | Fault:
        start.wait()
        try:
            return publish()
        except Fault as fault:
            return fault

    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(run, runs))


class Together(Journal):
    """Its publisher has looked at the portal and waits here until all the others have looked, too."""

    def __init__(self, folder: Path, looked: Barrier) -> None:
        super().__init__(folder)
        self._looked: Barrier | None = looked

    def write(self, entry: Entry) -> None:
        super().write(entry)
        looked, self._looked = self._looked, None
        if looked is not None:
            looked.wait(timeout=120)


@dataclass(frozen=True)
class Attempt:
    """`began_at`: the edition that the portal showed when it began."""

    version: str
    pair: tuple[Dataset, Edition]
    began_at: str | None
    ended: Publication | Fault

    @property
    def won(self) -> bool:
        return isinstance(self.ended, Publication)


class Machines:
    """`sizes` and `files`: what a reader must know of the editions."""

    def __init__(self, press: Press, city: Catalogue) -> None:
        self.press, self.city = press, city
        self.sizes: dict[str, int] = {}
        self.files: set[str] = set()
        self._rounds = 0
        self._clients = [PortalClient(press.client.url, press.client.token) for _ in range(PUBLISHERS)]

    def __enter__(self) -> Machines:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._clients:
            each.close()

    def publish(self, *, looked: Barrier | None = None) -> list[Attempt]:
        """Ten editions of ten lengths, all longer than those before."""
        self._rounds += 1
        versions = [f"v{self._rounds}-{number}" for number in range(PUBLISHERS)]
        folders = [self.press.shelf.folder / "machines" / version for version in versions]
        journals = [Journal(folder) if looked is None else Together(folder, looked) for folder in folders]
        pairs = [self.keep(version, PUBLISHERS * self._rounds + place) for place, version in enumerate(versions)]
        runs = [
            partial(self._publish, pair, client, journal)
            for pair, client, journal in zip(pairs, self._clients, journals, strict=True)
        ]
        results = at_once(runs)
        entries = [journal.read(self.city.datasets[0].id) for journal in journals]
        began = [entry.previous if entry else None for entry in entries]
        return [Attempt(*each) for each in zip(versions, pairs, began, results, strict=True)]

    def _publish(self, pair: tuple[Dataset, Edition], client: PortalClient, journal: Journal) -> Publication:
        """Again where a call failed before anything was begun: ten at once are many for a portal of three workers."""
        for _ in range(5):
            try:
                return self.press(pair, client=client, journal=journal)
            except TransientFault:
                if journal.read(pair[0].id) is not None:
                    raise
        return self.press(pair, client=client, journal=journal)

    def keep(self, version: str, rows: int) -> tuple[Dataset, Edition]:
        pair = self.press.shelf.keep(self.city, version, rows=rows)
        self.sizes[version] = rows
        self.files.add(pair[1].data_file("works").sha256)
        return pair
