"""Which addresses a source may be fetched from: the hosts it names, and on the open internet only.

A name is resolved once, every address it gives is judged, and the connection goes to a judged address: a name that
answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ternopil_pipelines.faults import SourceDenied

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether the address lies on the open internet, looked through the wrappings that `is_global` believes."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if parsed.teredo is not None:
            return False
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def checked_url(url: str, *, hosts: frozenset[str], private_network: bool, source: str) -> str:
    """`url` if it may be fetched. Raises SourceDenied naming its host, never its query."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise SourceDenied(f"{source}: the URL cannot be understood") from None
    schemes = {"https", "http"} if private_network else {"https"}
    if parts.scheme not in schemes or not host:
        raise SourceDenied(f"{source}: only {' and '.join(sorted(schemes))} URLs are fetched, got {parts.scheme!r}")
    if parts.username or parts.password:
        raise SourceDenied(f"{source}: credentials do not belong into the URL but into `headers`")
    if host.rstrip(".").lower() not in hosts:
        raise SourceDenied(f"{source}: host {host!r} is not among the source's hosts")
    return url


class _Refused(SourceDenied):
    """Raised inside the connection; no library in between catches it."""


def _choose(host: str, port: int, private_network: bool) -> str:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not private_network and not all(is_public(address) for address in addresses):
        raise _Refused(f"host {host!r} resolves to an address that is not on the open internet")
    return addresses[0]


class _Pinned(HTTPConnection):
    private_network = False

    def _new_conn(self) -> socket.socket:
        return _pinned(self, super()._new_conn)


class _PinnedTLS(HTTPSConnection):
    private_network = False

    def _new_conn(self) -> socket.socket:
        return _pinned(self, super()._new_conn)


def _pinned(connection: Any, connect: Any) -> socket.socket:
    name = connection._dns_host
    try:
        connection._dns_host = _choose(name, connection.port, connection.private_network)
    except socket.gaierror:
        return connect()  # type: ignore[no-any-return]  # resolves again, fails again, in the library's own words
    try:
        return connect()  # type: ignore[no-any-return]
    finally:
        connection._dns_host = name


class _OpenPinned(_Pinned):
    private_network = True


class _OpenPinnedTLS(_PinnedTLS):
    private_network = True


class PinnedAdapter(HTTPAdapter):
    """Connects to the address that was judged; retries nothing."""

    def __init__(self, *, private_network: bool) -> None:
        self._private_network = private_network
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        plain: type[HTTPConnectionPool] = type(
            "Plain", (HTTPConnectionPool,), {"ConnectionCls": _OpenPinned if self._private_network else _Pinned}
        )
        tls: type[HTTPSConnectionPool] = type(
            "TLS", (HTTPSConnectionPool,), {"ConnectionCls": _OpenPinnedTLS if self._private_network else _PinnedTLS}
        )
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": plain, "https": tls}


def session(*, private_network: bool) -> requests.Session:
    """No proxies and no .netrc from the environment, no redirects, addresses judged."""
    opened = requests.Session()
    opened.trust_env = False
    opened.mount("https://", PinnedAdapter(private_network=private_network))
    opened.mount("http://", PinnedAdapter(private_network=private_network))
    opened.headers["User-Agent"] = "ternopil_pipelines"
    return opened
