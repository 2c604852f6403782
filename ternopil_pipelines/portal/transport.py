"""How calls go to a portal and come back: sessions, connections, waits a portal asks for. Their bodies are `bodies`'.

Below `client`, which speaks CKAN; here is only what HTTP needs: nothing is sent twice but a GET whose connection was
refused, and a call the portal itself asked to repeat later. Nothing is sent over a connection that stood idle.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Self, cast

import requests
from ckanapi import RemoteCKAN
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util.retry import Retry

from ternopil_pipelines.portal.bodies import Held, Hold, Upload, multipart

LONGEST_WAIT = 120.0
LONGEST_IDLE = 0.5
# No more bytes than these wait unsent in our own system's buffer, which may otherwise be megabytes: on a slow line what
# has left us is not there yet.
_UNSENT = 1 << 17
# Seconds for a portal all of whose workers are busy to take the next 16 KiB of files, or the whole of another call;
# urllib3 would give up after the time it has for connecting.
LONGEST_SENDING = 300.0


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
                    body = multipart(data, files, opened)
                    sent["Content-Type"] = body.content_type
                if hold:
                    body = Held(body, hold)
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
    a call on its way just then is lost, whether it was done or not: twice in 120 publications on a busy machine. And a
    portal may take its time for taking what is sent."""

    _answered = 0.0
    sock: socket.socket | None

    def send(self, data: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(LONGEST_SENDING)
        try:
            super().send(data)  # type: ignore[misc]
        except ssl.SSLEOFError:
            # As over http: whoever closes while we send may have said why, and that is read then.
            raise BrokenPipeError from None

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
        if hold and wait is not None:
            hold.let_go()
        if wait is None or wait > budget:
            return answer
        budget -= max(wait, 1.0)
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
