"""When the portal's token ends: told in time, since a dead token looks like no token and reads go on.

CKAN writes an end into a token only with its `expire_api_token` plugin; without one there is nothing to warn of. Read
from the token's own text, which is neither verified nor shown here.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from typing import Literal

WARN_BEFORE = timedelta(days=14)


def expires_at(token: str | None) -> datetime | None:
    """UTC; None where the token has no end or is not one of CKAN's."""
    parts = (token or "").split(".")
    if len(parts) != 3:
        return None
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        end = payload.get("exp")
        return datetime.fromtimestamp(float(end), UTC) if end is not None else None
    except (binascii.Error, ValueError, AttributeError, TypeError, OverflowError, OSError):
        return None


def expiry_warning(
    token: str | None, *, now: datetime, before: timedelta = WARN_BEFORE, language: Literal["en", "uk"] = "en"
) -> str | None:
    """What to tell, from `before` on; None where there is nothing to tell. Logs are English, the command speaks
    Ukrainian."""
    end = expires_at(token)
    if end is None or end - now > before:
        return None
    ended, ends = _WORDS[language]
    return (ended if end <= now else ends).format(day=f"{end:%Y-%m-%d}", date=f"{end:%d.%m.%Y}", days=(end - now).days)


_WORDS = {
    "en": (
        "the portal's token expired on {day}: ask the portal's administrator for a new one",
        "the portal's token expires on {day}, in {days} days: ask its administrator for a new one",
    ),
    "uk": (
        "Токен порталу не діє з {date}: попросіть адміністратора порталу видати новий.",
        "Токен порталу діє до {date} (залишилося днів: {days}): попросіть адміністратора порталу видати новий.",
    ),
}
