"""A token that ends soon, as the command tells it."""

from __future__ import annotations

import pytest

from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines_tests.commands.conftest import Ternopil
from ternopil_pipelines_tests.orchestration.town import Town
from ternopil_pipelines_tests.portal.tokens import issued


def test_status_warns_of_a_token_that_ends_soon_and_its_document_stays_as_it_was(
    town: Town, portal: LocalPortal, ternopil: Ternopil, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issued(portal, 5 * 86_400 + 600)
    monkeypatch.setenv("CKAN_API_TOKEN", token)
    for command, keys in ((("status",), {"datasets"}), (("portal", "status"), {"running", "url"})):
        said = ternopil(*command, "--json")
        assert said.code == 0
        assert set(said.document) == keys
        assert "залишилося днів: 5" in said.err
        assert token not in said.err
        assert "залишилося днів: 5" in ternopil(*command).out
