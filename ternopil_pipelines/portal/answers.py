"""What the portal answered, said in our faults: short English, never a token, a page of HTML or a query.

Only the translation lives here. Sending is `client`'s; what a fault means for a publication is `publication`'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import requests
from ckanapi import errors

from ternopil_pipelines.faults import Fault, PortalRefused, PortalUnreachable, PublicationContested

_LONGEST = 300
_TOKEN_LIKE = re.compile(r"[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]{12,}")
_ADDRESS = re.compile(r"https?://\S+")
# CKAN answers its database's troubles as if they were the caller's; these pass.
_TROUBLE = re.compile(
    r"No space left on device|could not extend file|deadlock detected|took too long|statement timeout|lock timeout"
    r"|out of shared memory|too many clients|the database system is"
)


class PortalMissing(PortalRefused):
    """The dataset, resource or table asked for is not on the portal (404)."""


class PortalTooSmall(PortalRefused):
    """The call is larger than the portal's web server takes."""


class PortalForbidden(PortalRefused):
    """The portal treats the token as having no right; a dead token looks the same."""


def short(text: object) -> str:
    """One line for a log: no addresses (a query may carry a secret), nothing token-like, no markup, at most 300."""
    line = _ADDRESS.sub("<address>", _TOKEN_LIKE.sub("<token>", str(text)))
    if "<html" in line.lower() or "<!doctype" in line.lower():
        return "an HTML page instead of JSON"
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def fault_of(error: Exception, *, action: str) -> Fault:
    """The fault for what ckanapi or requests raised during `action`."""
    match error:
        case Fault():
            return error
        case errors.NotFound():
            return PortalMissing(f"{action}: not found on the portal")
        case errors.NotAuthorized():
            return PortalForbidden(f"{action}: the portal denies it to this token's user (a dead token looks the same)")
        case errors.ValidationError():
            return _of_validation(error, action)
        case errors.SearchIndexError() | errors.SearchError() | errors.SearchQueryError():
            # The file may already be new (upload goes before the index): doubtful, not refused.
            return PortalUnreachable(f"{action}: the portal's search does not work")
        case errors.CKANAPIError():
            return _of_status(error, action)
        case requests.exceptions.SSLError() if "EOF occurred" in str(error):
            return PortalUnreachable(f"{action}: the portal closed the connection")
        case requests.exceptions.SSLError():
            return PortalRefused(f"{action}: the portal's certificate is not trusted")
        case requests.exceptions.Timeout():
            return PortalUnreachable(f"{action}: no answer in time; whether it was done is unknown")
        case requests.exceptions.InvalidURL() | requests.exceptions.InvalidSchema():
            return PortalRefused(f"{action}: the portal's address is not an http(s) address")
        case requests.exceptions.RequestException() | OSError():
            return PortalUnreachable(f"{action}: connection failed ({type(error).__name__})")
        case _:
            return PortalUnreachable(f"{action}: the answer could not be read ({type(error).__name__})")


def fault_of_status(status: int, *, action: str) -> Fault:
    if status == 404:
        return PortalMissing(f"{action}: not found on the portal (404)")
    if status in {401, 403}:
        return PortalForbidden(f"{action}: the portal denies it ({status})")
    if status == 413:
        return PortalTooSmall(f"{action}: larger than the portal's web server takes (413)")
    if status in {408, 429} or status >= 500:
        return PortalUnreachable(f"{action}: the portal answered {status}; whether it was done is unknown")
    if 300 <= status < 400:
        return PortalRefused(
            f"{action}: the portal redirects ({status}); its url in sources.yaml is not its own address"
        )
    return PortalRefused(f"{action}: the portal answered {status}")


def _of_validation(error: errors.ValidationError, action: str) -> Fault:
    details: Mapping[str, Any] = error.error_dict if isinstance(error.error_dict, Mapping) else {}
    if "match" in details:
        return PublicationContested(f"{action}: the dataset changed since it was looked at")
    told = {key: value for key, value in details.items() if key != "__type" and value not in ({}, [], None)}
    text = json.dumps(told, ensure_ascii=False, default=str)
    if trouble := _TROUBLE.search(text):
        return PortalUnreachable(f"{action}: the portal's database has trouble ({trouble.group()})")
    return PortalRefused(f"{action}: {short(text)}")


def _of_status(error: errors.CKANAPIError, action: str) -> Fault:
    """ckanapi hides an unknown answer in `repr([url, status, body])`; only the status is let out."""
    found = re.match(r"\[.*?, (\d{3}), ", str(error.extra_msg))
    if found is None:
        return PortalUnreachable(f"{action}: the portal answered something that is not its API")
    status = int(found.group(1))
    if status < 300:
        # Success without JSON: a truncated body or a proxy's page.
        return PortalUnreachable(f"{action}: the portal's answer was cut short or is not its API")
    return fault_of_status(status, action=action)
