"""One connection to one portal: CKAN's actions, streamed uploads, downloads; every foreign error becomes our fault.

Actions go through ckanapi over a session of our own, since ckanapi alone waits for ever and holds whole files in
memory (428 MiB for a file of 200). Nothing is sent twice here but a GET whose connection was refused and a call the
portal itself asked to repeat later (429 or 503 with Retry-After). What belongs to a publication's order does not.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO, Self
from urllib.parse import urlsplit

import requests
from ckanapi import RemoteCKAN
from requests.adapters import HTTPAdapter
from requests_toolbelt import MultipartEncoder
from urllib3.exceptions import NewConnectionError
from urllib3.util.retry import Retry

from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal.answers import PortalForbidden, fault_of, fault_of_status

# A load of 100,000 rows in one call takes 30-45 s; uWSGI and nginx in front of CKAN are asked to wait 120 s and more.
READ_TIMEOUT = 300.0
CONNECT_TIMEOUT = 10.0
LONGEST_WAIT = 120.0
CHUNK = 1 << 20
UPLOAD_CONTENT_TYPE = "application/octet-stream"

Upload = tuple[str, Path | bytes]


class _Remote(RemoteCKAN):  # type: ignore[misc]
    """ckanapi's connection with uploads streamed and the portal's own Retry-After obeyed."""

    def _request_fn(
        self, url: str, data: Any, headers: dict[str, str], files: Mapping[str, Upload] | None, kwargs: dict[str, Any]
    ) -> tuple[int, str]:
        budget = LONGEST_WAIT
        while True:
            with contextlib.ExitStack() as opened:
                body, sent = data, dict(headers)
                if files:
                    body = _multipart(data, files, opened)
                    sent["Content-Type"] = body.content_type
                answer = self.session.post(url, data=body, headers=sent, allow_redirects=False, **kwargs)
            wait = _asked_to_wait(answer)
            if wait is None or wait > budget:
                return answer.status_code, answer.text
            budget -= max(wait, 1.0)
            time.sleep(wait)

    def _request_fn_get(
        self, url: str, data_dict: dict[str, Any], headers: dict[str, str], kwargs: dict[str, Any]
    ) -> tuple[int, str]:
        answer = self.session.get(
            url, params=_as_query(data_dict), headers={**headers, "Cache-Control": "no-cache"}, **kwargs
        )
        return answer.status_code, answer.text


class PortalClient:
    """`call` for actions that change something, `read` for those that do not. Raises faults only."""

    def __init__(self, url: str, token: str | None, *, timeout: float = READ_TIMEOUT) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise PortalRefused("the portal's url is not an http(s) address")
        self.url = url.rstrip("/")
        self._token = token or None
        self._timeout = (CONNECT_TIMEOUT, timeout)
        self._session = _session()
        self._anonymous_session = _session()
        agent = "ternopil_pipelines"
        self._write = _Remote(self.url, apikey=self._token, session=self._session, user_agent=agent)
        self._read = _Remote(self.url, apikey=self._token, session=self._session, user_agent=agent, get_only=True)
        self._stranger = _Remote(self.url, session=self._anonymous_session, user_agent=agent, get_only=True)

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

    def revise(self, *, files: Mapping[str, Upload] | None = None, **parameters: Any) -> dict[str, Any]:
        """`package_revise`, in one multipart call where `files` ({resource id: (name, content)}) are sent along."""
        uploads = {f"update__resources__{resource}__upload": content for resource, content in (files or {}).items()}
        if not uploads:
            return dict(self.call("package_revise", **parameters))
        # Multipart knows strings only; CKAN reads JSON in match__, update__, filter and include.
        fields = {key: json.dumps(value, ensure_ascii=False) for key, value in parameters.items()}
        return dict(self._action(self._write, "package_revise", fields, files=uploads))

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
        try:
            with self._anonymous_session.get(url, stream=True, timeout=self._timeout) as answer:
                return int(answer.status_code)
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
        if not allowed:
            raise PortalForbidden(
                "the token is not an editor of any organization, or it is revoked or expired: ask the portal's"
                f" administrator for a new token of an editor of `{organization}`"
            )
        raise PortalForbidden(
            f"the token's user is not an editor of organization `{organization}`: ask the portal's administrator to"
            " make it one"
        )

    def _action(
        self, remote: _Remote, action: str, parameters: dict[str, Any], files: Mapping[str, Upload] | None = None
    ) -> Any:
        try:
            return remote.call_action(action, parameters, files=files, requests_kwargs={"timeout": self._timeout})
        except Exception as error:  # ckanapi, requests, sockets: all of them leave as faults, without their text
            raise fault_of(error, action=action) from None


class _RefusedGetOnly(Retry):
    """Repeats a GET whose connection was refused (nothing was sent) and one the portal asked to repeat later, up to two
    minutes; urllib3's own default would obey a wait of six hours."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {
            "total": None, "connect": 2, "read": 0, "redirect": 5, "status": 2, "other": 0, "status_forcelist": (),
            "allowed_methods": {"GET"}, "backoff_factor": 0.2, "retry_after_max": int(LONGEST_WAIT),
            "raise_on_status": False,
        }  # fmt: skip
        super().__init__(**{**defaults, **kwargs})

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: Any = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: Any = None,
    ) -> Self:
        refused = isinstance(error, NewConnectionError) and method == "GET"
        if error is not None and not refused:
            raise error.with_traceback(_stacktrace)
        return super().increment(method, url, response, error, _pool, _stacktrace)


def _session() -> requests.Session:
    session = requests.Session()
    adapter = HTTPAdapter(max_retries=_RefusedGetOnly(), pool_maxsize=4)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    # A .netrc must not lend the portal another login.
    session.trust_env = False
    return session


def _multipart(fields: Mapping[Any, Any], files: Mapping[str, Upload], opened: contextlib.ExitStack) -> Any:
    parts: dict[str, Any] = {_text(key): _text(value) for key, value in fields.items()}
    for key, (name, content) in files.items():
        stream: bytes | BinaryIO = content if isinstance(content, bytes) else opened.enter_context(content.open("rb"))
        parts[key] = (name, stream, UPLOAD_CONTENT_TYPE)
    return MultipartEncoder(fields=parts)


def _text(value: object) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _as_query(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in parameters.items()
        if value is not None
    }


def _asked_to_wait(answer: requests.Response) -> float | None:
    """Seconds, where the portal says itself that it did nothing and when to come again."""
    if answer.status_code not in {429, 503}:
        return None
    told = answer.headers.get("Retry-After", "").strip()
    if told.isdigit():
        return float(told)
    with contextlib.suppress(ValueError):
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
    return None
