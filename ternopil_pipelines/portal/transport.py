"""How bytes go to a portal and come back: sessions, streamed multipart, waits a portal asks for.

Below `client`, which speaks CKAN; here is only what HTTP needs: nothing is sent twice but a GET whose connection was
refused, and a call the portal itself asked to repeat later. Nothing is sent over a connection that stood idle.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self, cast

import requests
from ckanapi import RemoteCKAN
from requests.adapters import HTTPAdapter
from requests_toolbelt import MultipartEncoder, MultipartEncoderMonitor
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util.retry import Retry

from ternopil_pipelines.faults import PermanentFault

LONGEST_WAIT = 120.0
LONGEST_IDLE = 0.5
UPLOAD_CONTENT_TYPE = "application/octet-stream"

# Bytes that are kept back until what is held is held. Of those before them no more than `_UNSENT` wait in our own
# system's buffer, which may otherwise be megabytes: on a slow line they are not there when they left us.
LAST_BYTES = 4096
_UNSENT = 1 << 17

Upload = tuple[str, Path | bytes]


class Hold(Protocol):
    """What a caller keeps others waiting for while the portal works on a call, and not while the call travels."""

    def take(self) -> None:
        """The last of a call is about to leave; again where it is sent again."""

    def let_go(self) -> None:
        """The portal did nothing and asked to come again later."""


class Remote(RemoteCKAN):  # type: ignore[misc]
    """ckanapi's connection with uploads streamed and the portal's own Retry-After obeyed."""

    def _request_fn(
        self, url: str, data: Any, headers: dict[str, str], files: Mapping[str, Upload] | None, kwargs: dict[str, Any]
    ) -> tuple[int, str]:
        asked = dict(kwargs)
        hold: Hold | None = asked.pop("hold", None)

        def send() -> requests.Response:
            # Made anew for each sending: a stream is read once.
            with contextlib.ExitStack() as opened:
                body, sent = data, dict(headers)
                if files:
                    body = _multipart(data, files, opened)
                    sent["Content-Type"] = body.content_type
                if hold:
                    body = _holding(body, hold)
                return cast(
                    requests.Response,
                    self.session.post(url, data=body, headers=sent, allow_redirects=False, **asked),
                )

        answer = _obeying(send, hold)
        return answer.status_code, answer.text

    def _request_fn_get(
        self, url: str, data_dict: dict[str, Any], headers: dict[str, str], kwargs: dict[str, Any]
    ) -> tuple[int, str]:
        asked = {**headers, "Cache-Control": "no-cache"}
        answer = _obeying(lambda: self.session.get(url, params=_as_query(data_dict), headers=asked, **kwargs))
        return answer.status_code, answer.text


class _RefusedGetOnly(Retry):
    """Repeats a GET whose connection was refused (nothing was sent) and nothing else. `Retry-After` is obeyed by
    `_obeying`: urllib3's own default would obey a wait of six hours."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {
            "total": None, "connect": 2, "read": 0, "redirect": 5, "status": 0, "other": 0, "status_forcelist": (),
            "allowed_methods": {"GET"}, "backoff_factor": 0.2, "respect_retry_after_header": False,
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


class _Unrested:
    """Once it stood idle, a connection passes for a closed one. Servers close those (gunicorn after two seconds), and
    a call on its way just then is lost, whether it was done or not: twice in 120 publications on a busy machine."""

    _answered = 0.0

    def getresponse(self) -> Any:
        try:
            return super().getresponse()  # type: ignore[misc]
        finally:
            self._answered = time.monotonic()

    @property
    def is_connected(self) -> bool:
        return time.monotonic() - self._answered <= LONGEST_IDLE and super().is_connected  # type: ignore[misc]


class _Connection(_Unrested, HTTPConnection):
    pass


class _TLSConnection(_Unrested, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        options = [*HTTPConnection.default_socket_options]
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            options.append((socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT))
        super().init_poolmanager(*args, **{**kwargs, "socket_options": options})
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}


def new_session() -> requests.Session:
    session = requests.Session()
    adapter = _Adapter(max_retries=_RefusedGetOnly(), pool_maxsize=4)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    # A .netrc must not lend the portal another login.
    session.trust_env = False
    return session


def _multipart(fields: Mapping[Any, Any], files: Mapping[str, Upload], opened: contextlib.ExitStack) -> Any:
    parts: dict[str, Any] = {_text(key): _text(value) for key, value in fields.items()}
    for key, (name, content) in files.items():
        stream: bytes | BinaryIO = content if isinstance(content, bytes) else opened.enter_context(_opened(content))
        parts[key] = (name, stream, UPLOAD_CONTENT_TYPE)
    return MultipartEncoder(fields=parts)


def _holding(body: Any, hold: Hold) -> Any:
    if not isinstance(body, MultipartEncoder):
        hold.take()
        return body

    def read(so_far: MultipartEncoderMonitor) -> None:
        if so_far.len - so_far.bytes_read < LAST_BYTES:
            hold.take()

    return MultipartEncoderMonitor(body, read)


def _opened(content: Path) -> BinaryIO:
    try:
        return content.open("rb")
    except OSError as error:
        # Our own disk is not the portal's silence.
        raise PermanentFault(f"the file {content.name} cannot be read for sending ({error.strerror})") from None


def _text(value: object) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _as_query(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in parameters.items()
        if value is not None
    }


def _obeying(send: Callable[[], requests.Response], hold: Hold | None = None) -> requests.Response:
    """Sends again where the portal asked for it, as long as its waits stay within two minutes together."""
    budget = LONGEST_WAIT
    while True:
        answer = send()
        wait = _asked_to_wait(answer)
        if wait is None or wait > budget:
            return answer
        budget -= max(wait, 1.0)
        if hold:
            hold.let_go()
        time.sleep(wait)


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
