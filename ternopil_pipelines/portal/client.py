"""One connection to one portal: CKAN's actions, streamed uploads, downloads; every foreign error becomes our fault.

Actions go through ckanapi over a session of our own, since ckanapi alone waits for ever and holds whole files in
memory (428 MiB for a file of 200). Nothing is sent twice here but a GET whose connection was refused and a call the
portal itself asked to repeat later (429 or 503 with Retry-After). What belongs to a publication's order does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal.answers import PortalForbidden, fault_of, fault_of_status
from ternopil_pipelines.portal.bodies import Hold, Upload
from ternopil_pipelines.portal.expiry import expiry_warning
from ternopil_pipelines.portal.transport import Remote, new_session

# A load of 100,000 rows in one call takes 30-45 s; uWSGI and nginx in front of CKAN are asked to wait 120 s and more.
READ_TIMEOUT = 300.0
CONNECT_TIMEOUT = 10.0
CHUNK = 1 << 20


class PortalClient:
    """`call` for actions that change something, `read` for those that do not. Raises faults only."""

    def __init__(self, url: str, token: str | None, *, timeout: float = READ_TIMEOUT) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise PortalRefused("the portal's url is not an http(s) address")
        self.url = url.rstrip("/")
        self._token = token or None
        self._timeout = (CONNECT_TIMEOUT, timeout)
        self._session = new_session()
        self._anonymous_session = new_session()
        agent = "ternopil_pipelines"
        self._write = Remote(self.url, apikey=self._token, session=self._session, user_agent=agent)
        self._read = Remote(self.url, apikey=self._token, session=self._session, user_agent=agent, get_only=True)
        self._stranger = Remote(self.url, session=self._anonymous_session, user_agent=agent, get_only=True)

    def __repr__(self) -> str:
        return f"PortalClient({self.url!r})"

    def __enter__(self) -> PortalClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()
        self._anonymous_session.close()

    @property
    def token(self) -> str | None:
        return self._token

    def call(self, action: str, **parameters: Any) -> Any:
        """An action by POST."""
        return self._action(self._write, action, parameters)

    def read(self, action: str, *, anonymous: bool = False, **parameters: Any) -> Any:
        """An action without side effects by GET; `anonymous`: as any citizen sees it."""
        return self._action(self._stranger if anonymous else self._read, action, parameters)

    def revise(
        self, *, files: Mapping[str, Upload] | None = None, hold: Hold | None = None, **parameters: Any
    ) -> dict[str, Any]:
        """`package_revise`, in one multipart call where `files` ({resource id: (name, content)}) are sent along."""
        uploads = {f"update__resources__{resource}__upload": content for resource, content in (files or {}).items()}
        if uploads:
            # Multipart knows strings only; CKAN reads JSON in match__, update__, filter and include.
            parameters = {key: json.dumps(value, ensure_ascii=False) for key, value in parameters.items()}
        return dict(self._action(self._write, "package_revise", parameters, files=uploads or None, hold=hold))

    def download(self, url: str, *, anonymous: bool = True) -> Iterator[bytes]:
        """The bytes a citizen gets from `url`, in pieces. A body shorter than announced is a fault, not an end."""
        session = self._anonymous_session if anonymous else self._session
        headers = {"Accept-Encoding": "identity", "Cache-Control": "no-cache"}
        if not anonymous and self._token and self.owns(url):
            headers["Authorization"] = self._token
        try:
            with session.get(url, stream=True, timeout=self._timeout, headers=headers) as answer:
                if answer.status_code != 200:
                    raise fault_of_status(answer.status_code, action="download")
                yield from answer.iter_content(CHUNK)
        except (requests.exceptions.RequestException, OSError) as error:
            raise fault_of(error, action="download") from None

    def sha256_of(self, url: str, *, anonymous: bool = True) -> tuple[str, int]:
        """Hash and size of what `url` answers."""
        digest, size = hashlib.sha256(), 0
        for piece in self.download(url, anonymous=anonymous):
            digest.update(piece)
            size += len(piece)
        return digest.hexdigest(), size

    def status_of(self, url: str) -> int:
        """HTTP status a citizen gets from `url`, without its body."""
        return int(self._glance(url, "GET").status_code)

    def length_of(self, url: str) -> tuple[int, int | None]:
        """Status and announced length of what a citizen would download; None where the portal announces none."""
        answer = self._glance(url, "HEAD")
        told = answer.headers.get("Content-Length", "")
        return int(answer.status_code), int(told) if told.isdigit() else None

    def _glance(self, url: str, method: str) -> requests.Response:
        headers = {"Accept-Encoding": "identity", "Cache-Control": "no-cache"}
        try:
            with self._anonymous_session.request(
                method, url, stream=True, timeout=self._timeout, headers=headers, allow_redirects=True
            ) as answer:
                return answer
        except (requests.exceptions.RequestException, OSError) as error:
            raise fault_of(error, action="looking at an address") from None

    def owns(self, url: str) -> bool:
        """Does `url` lead to this portal? The token goes nowhere else."""
        ours, theirs = urlsplit(self.url), urlsplit(url)
        return (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)

    def preflight(self, organization: str) -> None:
        """May the token publish for `organization`? A dead token looks anonymous and reads on, so it is asked first."""
        if self._token is None:
            raise PortalForbidden(
                "no token for the portal: set the variable `portal.token` names in sources.yaml (CKAN_API_TOKEN)"
            )
        # By POST: a proxy must not answer for another user.
        allowed = self.call("organization_list_for_user", permission="create_dataset")
        if organization in {value for entry in allowed for value in (entry.get("name"), entry.get("id"))}:
            return
        try:
            self.read("organization_show", id=organization, include_datasets=False, include_users=False)
        except PortalForbidden:
            pass
        except PortalRefused:
            raise PortalRefused(
                f"organization `{organization}` does not exist on the portal: ask its administrator to create it and to"
                " make this token's user an editor of it"
            ) from None
        if ended := expiry_warning(self._token, now=datetime.now(UTC), before=timedelta()):
            raise PortalForbidden(ended)
        if not allowed:
            raise PortalForbidden(
                "the token is not an editor of any organization, or it is revoked or expired: ask the portal's"
                f" administrator for a new token of an editor of `{organization}`"
            )
        raise PortalForbidden(
            f"the token's user is not an editor of organization `{organization}`: ask the portal's administrator to"
            " make it one"
        )

    def user(self) -> str | None:
        """Name of the token's user; None on a portal that tells nobody."""
        try:
            return str(self.call("user_show")["name"])
        except PortalRefused:
            return None

    def _action(
        self,
        remote: Remote,
        action: str,
        parameters: dict[str, Any],
        *,
        files: Mapping[str, Upload] | None = None,
        hold: Hold | None = None,
    ) -> Any:
        asked = {"timeout": self._timeout, **({"hold": hold} if hold else {})}
        try:
            return remote.call_action(action, parameters, files=files, requests_kwargs=asked)
        except Exception as error:  # ckanapi, requests, sockets: all of them leave as faults, without their text
            raise fault_of(error, action=action) from None
