"""When a token ends."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal.answers import PortalForbidden
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.expiry import expires_at, expiry_warning
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import Shelf, catalogue
from ternopil_pipelines_tests.portal.tokens import issued

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def token(**payload: object) -> str:
    text = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"e30.{text}.signature"


@pytest.mark.parametrize(
    ("days", "told"), [(20, None), (14, "in 14 days"), (3, "in 3 days"), (-1, "expired on 2026-02-28")]
)
def test_the_warning_comes_fourteen_days_before(days: int, told: str | None) -> None:
    text = expiry_warning(token(jti="x", exp=(NOW + timedelta(days=days)).timestamp()), now=NOW)
    assert (text is None) if told is None else (text is not None and told in text)


@pytest.mark.parametrize(
    "strange", [None, "", "abc", "a.b.c", "a.!!!.c", token(jti="x", iat=1), token(exp="soon"), token(exp=1e300)]
)
def test_a_token_without_an_end_or_of_another_make_warns_of_nothing(strange: str | None) -> None:
    assert expires_at(strange) is None
    assert expiry_warning(strange, now=NOW) is None


def test_the_warning_shows_nothing_of_the_token() -> None:
    secret = token(jti="very-secret", exp=NOW.timestamp())
    assert not any(part in str(expiry_warning(secret, now=NOW)) for part in secret.split("."))


@pytest.fixture(scope="module")
def ending(portal: LocalPortal) -> str:
    """A real token that ends in five days."""
    return issued(portal, 5 * 86_400 + 600)


def test_a_publication_with_a_token_that_ends_soon_says_so_and_goes_on(
    portal: LocalPortal, shelf: Shelf, press: Press, name: str, ending: str
) -> None:
    told: list[str] = []
    with PortalClient(str(portal.status().url), ending) as client:
        published = press(shelf.keep(catalogue(name), "v1"), client=client, say=told.append)
    assert not published.unchanged
    assert published.warning is not None and "in 5 days" in published.warning
    assert told[0] == published.warning
    assert press(shelf.keep(catalogue(name), "v1")).warning is None


def test_a_token_that_has_ended_is_named_as_such_before_anything_is_sent(
    portal: LocalPortal, shelf: Shelf, press: Press, name: str
) -> None:
    dead = issued(portal, 1)
    time.sleep(2)
    with PortalClient(str(portal.status().url), dead) as client, pytest.raises(PortalForbidden, match="expired on"):
        press(shelf.keep(catalogue(name), "v1"), client=client)
    assert press.journal.unfinished() == ()
