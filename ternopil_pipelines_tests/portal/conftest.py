"""A client with the publisher's own token, an organisation to publish for, and names nobody else uses."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal import publication
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.publication import Publication, publish
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.making import Shelf

if TYPE_CHECKING:
    from ternopil_pipelines_tests.portal.trial import Trial


@pytest.fixture(scope="session")
def organization(portal: LocalPortal) -> str:
    portal.ensure_organizations([("transport", "Управління транспорту")])
    return "transport"


@pytest.fixture(scope="session")
def datastore_url(portal: LocalPortal) -> str:
    url = portal.status().datastore_write_url
    assert url is not None
    return url


@pytest.fixture
def client(portal: LocalPortal, organization: str) -> Iterator[PortalClient]:
    state = portal.status()
    assert state.url is not None
    with PortalClient(state.url, state.editor_token) as connected:
        yield connected


@pytest.fixture
def name() -> str:
    return f"works-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@dataclass(frozen=True)
class Press:
    """Publishes what it is given, with one journal."""

    client: PortalClient
    shelf: Shelf
    journal: Journal
    datastore_url: str

    def __call__(self, pair: tuple[Dataset, Edition], **others: object) -> Publication:
        dataset, edition = pair
        settings: dict[str, object] = {
            "client": self.client,
            "archive": self.shelf.archive,
            "ledger": self.shelf.ledger,
            "edition": edition,
            "dataset": dataset,
            "journal": self.journal,
            "datastore_url": self.datastore_url,
        }
        return publish(**{**settings, **others})  # type: ignore[arg-type]


@pytest.fixture
def press(client: PortalClient, shelf: Shelf, tmp_path: Path, datastore_url: str) -> Press:
    return Press(client, shelf, Journal(tmp_path / "journal"), datastore_url)


@pytest.fixture(scope="module")
def apart(portal: LocalPortal, organization: str, datastore_url: str) -> Iterator[Apart]:
    publishers = Apart(portal, datastore_url)
    yield publishers
    publishers.close()


@pytest.fixture
def trial(portal: LocalPortal, apart: Apart, shelf: Shelf, press: Press, monkeypatch: pytest.MonkeyPatch) -> Trial:
    # No call outlives its caller here: the portal has answered, or was never asked, before the publisher is let go.
    monkeypatch.setattr(publication, "CALLS_END", 0.05)
    from ternopil_pipelines_tests.portal.trial import Trial  # which takes `Press` from here

    return Trial(portal, apart, shelf, press)
