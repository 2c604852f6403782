"""One request of an API: within its time, its size and its hosts, and every failure a fault of ours.

Nothing is retried but a refused connection and a Retry-After of two minutes at most in all; the rest is the one retry
layer's. No message carries a query, a header or a body.
"""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from ternopil_pipelines.faults import SourceDenied, SourceRefused, SourceUnreachable
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.receive.addresses import checked_url, session

# urllib3 would wait six hours; two minutes hold a run's slot long enough.
WAIT_SECONDS = 120.0
LARGEST_PAGE = 256 << 20
REFUSED_TRIES = 3
REDIRECTS = 3
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    content: Any
    headers: CaseInsensitiveDict[str]
    url: str


@dataclass(slots=True)
class Fetcher:
    """The requests of one receipt; they share one budget of waiting. `headers` may hold a token and are not shown."""

    hosts: frozenset[str]
    private_network: bool
    timeout: float
    headers: dict[str, str] = field(repr=False)
    waited: float = 0.0
    _session: requests.Session | None = field(default=None, repr=False)

    def __enter__(self) -> Fetcher:
        self._session = session(private_network=self.private_network)
        return self

    def __exit__(self, *_: object) -> None:
        if self._session is not None:
            self._session.close()

    def get(self, url: str, parameters: dict[str, str] | None = None) -> Answer:
        body, headers = self._send("GET", url, parameters)
        return Answer(body, _parsed(body, headers, place(url)), headers, url)

    def head(self, url: str, parameters: dict[str, str] | None = None) -> CaseInsensitiveDict[str]:
        return self._send("HEAD", url, parameters)[1]

    def _send(self, method: str, url: str, parameters: dict[str, str] | None) -> tuple[bytes, CaseInsensitiveDict[str]]:
        where = place(url)
        hops = 0
        while True:
            checked_url(url, hosts=self.hosts, private_network=self.private_network, source=where)
            response = self._connected(method, url, parameters, where)
            try:
                asked = _retry_after(response)
                if response.status_code in {429, 503} and asked is not None and self.waited + asked <= WAIT_SECONDS:
                    self.waited += asked
                    time.sleep(asked)
                    continue
                if response.is_redirect and hops < REDIRECTS:
                    # Judged like the first URL, so that a token follows to the source's own hosts at most.
                    url, parameters, hops = urljoin(response.url, response.headers["Location"]), None, hops + 1
                    continue
                _judge(response, where)
                return self._body(response, where), response.headers
            finally:
                response.close()

    def _connected(self, method: str, url: str, parameters: dict[str, str] | None, where: str) -> requests.Response:
        if self._session is None:
            raise RuntimeError("a Fetcher is used as a context manager")
        for attempt in range(1, REFUSED_TRIES + 1):
            try:
                return self._session.request(
                    method,
                    url,
                    params=parameters,
                    headers=self.headers,
                    timeout=(min(self.timeout, 15.0), self.timeout),
                    allow_redirects=False,
                    stream=True,
                )
            except SourceDenied:
                raise
            except requests.exceptions.SSLError:
                raise SourceUnreachable(f"{where}: the certificate cannot be trusted") from None
            except requests.exceptions.Timeout:
                raise SourceUnreachable(f"{where}: no answer within {self.timeout:g} s") from None
            except requests.exceptions.ConnectionError as error:
                if attempt == REFUSED_TRIES or not _was_refused(error):
                    raise SourceUnreachable(f"{where}: no connection") from None
                time.sleep(0.3 * attempt)
            except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, UnicodeError, ValueError):
                raise SourceDenied(f"{where}: the request cannot be made; look at url and headers") from None
            except requests.exceptions.RequestException as error:
                raise SourceUnreachable(f"{where}: {type(error).__name__}") from None
        raise SourceUnreachable(f"{where}: no connection")

    def _body(self, response: requests.Response, where: str) -> bytes:
        """A slow drip is cut at the source's time, an endless body at its size."""
        until = time.monotonic() + self.timeout
        body = bytearray()
        try:
            # read1 gives what has come; anything else waits for a full piece, which a drip fills in hours.
            while piece := response.raw.read1(_PIECE, decode_content=True):
                body += piece
                if len(body) > LARGEST_PAGE:
                    raise SourceDenied(f"{where}: an answer above {LARGEST_PAGE >> 20} MiB; ask for smaller pages")
                if time.monotonic() > until:
                    raise SourceUnreachable(f"{where}: the answer was not whole within {self.timeout:g} s")
        except (urllib3.exceptions.HTTPError, OSError, http.client.HTTPException) as error:
            raise SourceUnreachable(f"{where}: the answer broke off ({type(error).__name__})") from None
        return bytes(body)


def place(url: str) -> str:
    """Host and path: all of a URL that may be shown."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname or '?'}{parts.path}"
    except ValueError:
        return "?"


def _was_refused(error: BaseException) -> bool:
    seen: BaseException | None = error
    for _ in range(8):
        if isinstance(seen, ConnectionRefusedError):
            return True
        inner = getattr(seen, "reason", None)
        nested = next((each for each in getattr(seen, "args", ()) if isinstance(each, BaseException)), None)
        seen = inner if isinstance(inner, BaseException) else (seen.__cause__ if seen else None) or nested
        if seen is None:
            return False
    return False


def _judge(response: requests.Response, where: str) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise SourceDenied(f"{where}: HTTP {status} leads round and round; name the final URL in sources.yaml")
    if status in {408, 425, 429} or status >= 500:
        raise SourceUnreachable(f"{where}: HTTP {status}")
    raise SourceDenied(f"{where}: HTTP {status}")


def _retry_after(response: requests.Response) -> float | None:
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (TypeError, ValueError):
        return None


def _parsed(body: bytes, headers: CaseInsensitiveDict[str], where: str) -> Any:
    """JSON with its numbers' own digits. What begins as JSON and does not end is an answer cut short."""
    try:
        text = body.decode("utf-8-sig")
        return json.loads(text, parse_float=_decimal, parse_constant=lambda _: None)
    except (UnicodeDecodeError, ValueError, RecursionError):
        pass
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in {b"{", b"[", b""}:
        raise SourceUnreachable(f"{where}: the answer was cut short or is no valid JSON")
    kind = headers.get("Content-Type", "").split(";")[0] or "unknown type"
    about = finding("answer-not-json", address=where, kind=kind)
    raise SourceRefused(f"{where}: the answer is no JSON but {kind}", [about])


def _decimal(digits: str) -> Decimal | None:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None
