"""When a token ends."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from ternopil_pipelines.portal.expiry import expires_at, expiry_warning

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
