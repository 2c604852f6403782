"""A department's API: its pages read as one list of records, each record a row of text.

What a dialect already knows (where ArcGIS, CKAN or OData keep records, totals and next pages) need not be declared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.model import ApiSource
from ternopil_pipelines.faults import SourceDenied, SourceRefused
from ternopil_pipelines.receive.dialects import DIALECTS, flattened, refused_inside
from ternopil_pipelines.receive.fetching import Answer, Fetcher, place
from ternopil_pipelines.receive.frames import frame_of
from ternopil_pipelines.receive.paging import Fetch, Pages, Request, read_pages, value_at
from ternopil_pipelines.receive.plain import column_of, text_of
from ternopil_pipelines.receive.receipt import Origin, Receipt


def receive_api(source: ApiSource, environment: Environment, *, key: str, identity: Sequence[str] = ()) -> Receipt:
    """`key`: where in sources.yaml the source stands, for the message about a missing variable."""
    request = _request(source, environment, key)
    with _fetcher(source, environment, request.url, key) as fetcher:
        pages = read_pages(_speaking(fetcher, source.dialect), request, identity=tuple(identity))
    rows = [flattened(record, source.dialect) for record in pages.records]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = [column_of([row.get(name) for row in rows]) for name in names]
    return Receipt(
        text=frame_of(columns, names, len(rows)),
        rows=np.arange(1, len(rows) + 1, dtype=np.int64),
        sha256=_digest(pages),
        received_at=datetime.now(UTC),
        origin=Origin("api", place(request.url), {"pages": str(len(pages.answers))}),
        content=_content(pages),
        changed=_mark(source, pages.answers[0]),
    )


def api_change_mark(source: ApiSource, environment: Environment, *, key: str) -> str | None:
    """The declared `changed`, or ETag or Last-Modified where the server tells them; None where it cannot be told."""
    request = _request(source, environment, key)
    with _fetcher(source, environment, request.url, key) as fetcher:
        if source.changed is not None:
            return _mark(source, fetcher.get(request.url, request.parameters))
        try:
            headers = fetcher.head(request.url, request.parameters)
        except (SourceDenied, SourceRefused):  # a server that does not know HEAD tells nothing, which is no fault
            return None
    return headers.get("ETag") or headers.get("Last-Modified")


def _speaking(fetcher: Fetcher, dialect: str) -> Fetch:
    """ArcGIS and CKAN answer 200 to what they refuse."""

    def get(url: str, parameters: dict[str, str] | None = None) -> Answer:
        answer = fetcher.get(url, parameters)
        refused_inside(answer.content, dialect, place(url))
        return answer

    return get


def _request(source: ApiSource, environment: Environment, key: str) -> Request:
    dialect = DIALECTS[source.dialect]
    url = environment.resolve(source.url, key=f"{key}.url")
    declared = {name: str(text_of(value)) for name, value in source.parameters.items()}
    parameters = {
        **dialect.parameters,
        **{name: environment.resolve(value, key=f"{key}.parameters.{name}") for name, value in declared.items()},
    }
    paging = source.paging if "paging" in source.model_fields_set else dialect.paging
    return Request(url, parameters, source.records or dialect.records, paging)


def _fetcher(source: ApiSource, environment: Environment, url: str, key: str) -> Fetcher:
    headers = {name: environment.resolve(value, key=f"{key}.headers.{name}") for name, value in source.headers.items()}
    headers.setdefault("Accept", "application/json")
    resolved = [environment.resolve(host, key=f"{key}.hosts") for host in source.hosts]
    hosts = frozenset(host.lower() for host in (*resolved, urlsplit(url).hostname or "") if host)
    return Fetcher(hosts=hosts, private_network=source.private_network, timeout=source.timeout, headers=headers)


def _mark(source: ApiSource, answer: Answer) -> str | None:
    if source.changed is None:
        return answer.headers.get("ETag") or answer.headers.get("Last-Modified")
    found = answer.headers.get(source.changed) or text_of(value_at(answer.content, source.changed))
    return None if found is None else str(found)


def _digest(pages: Pages) -> str:
    digest = hashlib.sha256()
    for answer in pages.answers:
        digest.update(answer.body)
        digest.update(b"\n")
    return digest.hexdigest()


def _content(pages: Pages) -> bytes:
    """The bodies as received; several pages one a line."""
    if len(pages.answers) == 1:
        return pages.answers[0].body
    return b"\n".join(_one_line(answer) for answer in pages.answers) + b"\n"


def _one_line(answer: Answer) -> bytes:
    if b"\n" not in answer.body:
        return answer.body
    return json.dumps(answer.content, ensure_ascii=False, default=_number).encode()


def _number(value: Any) -> Any:
    return float(value)
