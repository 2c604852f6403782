"""One installation of the product: a catalogue and the environment it runs in, and what the two point at.

The command and the orchestration both begin here, so that archive, ledger and portal are the same for whoever acts.
Nothing is opened until it is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.loading import load_catalogue
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.archive import Archive
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.evidence.received import Received
from ternopil_pipelines.faults import VariableMissing
from ternopil_pipelines.gates.three_part import Register, load_register
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Journal


def sources_path(variables: Mapping[str, str]) -> Path:
    return Path(variables.get("TERNOPIL_SOURCES") or "sources.yaml")


def code_version() -> str:
    return version("ternopil-pipelines")


@dataclass(frozen=True)
class Installation:
    catalogue: Catalogue
    environment: Environment
    three_part_tests: Path = Path("three-part-tests")

    @classmethod
    def here(cls, sources: Path | None = None) -> Installation:
        """By the process's environment. Raises CatalogueFault."""
        path = sources or sources_path(os.environ)
        return cls(load_catalogue(path), Environment.of(os.environ), path.parent / "three-part-tests")

    def with_fresh_environment(self) -> Installation:
        """The same catalogue with what the environment says now: a portal may have come up since."""
        return replace(self, environment=Environment.of(os.environ))

    @property
    def home(self) -> Path:
        return self.environment.home

    @property
    def landing(self) -> Path:
        return Path(self.environment.resolve(self.catalogue.landing, key="landing"))

    @cached_property
    def archive(self) -> Archive:
        return Archive(self.environment.resolve(self.catalogue.editions, key="editions"))

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.environment.resolve(self.catalogue.ledger, key="ledger"), code_version=code_version())

    def client(self, dataset: Dataset) -> PortalClient:
        """With the token of the dataset's holder where it has one of its own."""
        token = self.catalogue.holder_of(dataset).token or self.catalogue.portal.token
        return PortalClient(
            self.environment.resolve(self.catalogue.portal.url, key="portal.url"),
            self.environment.resolve(token, key="portal.token"),
        )

    def tokens(self) -> tuple[str, ...]:
        """The portal's and the holders' own, as far as the environment has them."""
        told = (self.catalogue.portal.token, *(each.token for each in self.catalogue.holders))
        found = []
        for each in dict.fromkeys(value for value in told if value):
            with suppress(VariableMissing):
                found.append(self.environment.resolve(each, key="token"))
        return tuple(found)

    @property
    def quarantine(self) -> Path:
        """Rows set aside until their department corrects them."""
        return self.home / "quarantine"

    @property
    def waiting(self) -> Path:
        """Pages about the editions that wait for a person's decision, a folder per dataset."""
        return self.home / "waiting"

    @property
    def storage(self) -> Path:
        """What one asset hands to the next; as private as the landing folder."""
        return self.home / "storage"

    @cached_property
    def tests(self) -> Register:
        """The register of three-part tests (трискладові тести), `three-part-tests/` beside sources.yaml."""
        return load_register(self.three_part_tests, self.catalogue)

    @property
    def received(self) -> Received:
        return Received(self.home / "received")

    @cached_property
    def journal(self) -> Journal:
        return Journal(self.home / "journal")

    def datastore_url(self, dataset: Dataset) -> str | None:
        """The DataStore's write URL where `dataset`'s mode needs it: a variable that is not set stops no other."""
        url = self.catalogue.portal.datastore_url
        if url is None or dataset.publish_mode != "direct":
            return None
        return self.environment.resolve(url, key="portal.datastore_url")

    def reader(self) -> PortalClient:
        """As anyone on the internet, without a token."""
        return PortalClient(self.environment.resolve(self.catalogue.portal.url, key="portal.url"), None)
