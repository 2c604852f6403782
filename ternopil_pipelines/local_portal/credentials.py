"""The embedded portal's secrets: one file of mode 0600, made once.

Here belongs what is secret and how it is kept; `repr` shows none of it. Not here: who uses it for what.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ternopil_pipelines.faults import PermanentFault
from ternopil_pipelines.local_portal.places import write_private


@dataclass(frozen=True)
class Credentials:
    """Tokens are empty until CKAN has issued them."""

    secret_key: str = field(repr=False)
    redis_password: str = field(repr=False)
    administrator_password: str = field(repr=False)
    publisher_password: str = field(repr=False)
    administrator_token: str = field(default="", repr=False)
    publisher_token: str = field(default="", repr=False)


def load_or_create(path: Path) -> Credentials:
    found = load(path)
    if found is None:
        found = Credentials(*(secrets.token_urlsafe(32) for _ in range(4)))
        save(path, found)
    return found


def load(path: Path) -> Credentials | None:
    try:
        return Credentials(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        # Without `from`: the cause would show the file's text.
        raise PermanentFault(f"{path} is damaged; the portal it belongs to must be made anew") from None


def save(path: Path, credentials: Credentials) -> None:
    write_private(path, json.dumps(asdict(credentials), indent=1))
