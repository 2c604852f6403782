"""What the tests of the embedded portal share."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ckanapi import RemoteCKAN

from ternopil_pipelines.local_portal.portal import LocalPortal

ORGANIZATION = "transport"


@pytest.fixture(scope="session")
def prepared(portal: LocalPortal) -> LocalPortal:
    portal.ensure_organizations([(ORGANIZATION, "Управління транспорту")])
    return portal


def _client(portal: LocalPortal, token: str | None) -> Iterator[RemoteCKAN]:
    with RemoteCKAN(str(portal.status().url), apikey=token) as client:
        yield client


@pytest.fixture
def administrator(prepared: LocalPortal) -> Iterator[RemoteCKAN]:
    yield from _client(prepared, prepared.status().admin_token)


@pytest.fixture
def editor(prepared: LocalPortal) -> Iterator[RemoteCKAN]:
    yield from _client(prepared, prepared.status().editor_token)


@pytest.fixture
def anonymous(prepared: LocalPortal) -> Iterator[RemoteCKAN]:
    yield from _client(prepared, None)


@pytest.fixture
def new_dataset(editor: RemoteCKAN) -> Callable[..., dict[str, Any]]:
    def create(**fields: Any) -> dict[str, Any]:
        name = f"dataset-{secrets.token_hex(6)}"
        return dict(editor.action.package_create(**{"name": name, "owner_org": ORGANIZATION, "title": name} | fields))

    return create
