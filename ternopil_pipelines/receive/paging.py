"""Pages of an API put together, and proved to be one state of the source.

Page and offset paging lose or repeat records when the source changes between two requests, so several such pages are
read until two readings agree; where the source tells its total, that must agree too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urljoin

from requests.utils import parse_header_links

from ternopil_pipelines.catalogue.model import Paging
from ternopil_pipelines.faults import SourceDenied, SourceUnreachable
from ternopil_pipelines.receive.fetching import Answer, place

# A source of a million records in pages of ten is misdeclared; this stops a server that pages for ever.
MOST_PAGES = 100_000
READINGS = 4


class Fetch(Protocol):
    def __call__(self, url: str, parameters: dict[str, str] | None = None) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    parameters: dict[str, str]
    records: str | None
    paging: Paging


@dataclass(frozen=True, slots=True)
class Pages:
    answers: tuple[Answer, ...]
    records: tuple[Any, ...]


def read_pages(fetch: Fetch, request: Request, *, identity: tuple[str, ...] = ()) -> Pages:
    """`identity`: the fields that tell records apart; where there are none the whole record does."""
    readings: list[tuple[Pages, list[str]]] = []
    for _ in range(READINGS):
        pages = _read(fetch, request)
        complete = _complete(pages, request)
        shifting = request.paging.kind in {"page", "offset"} and len(pages.answers) > 1
        if complete and not shifting:
            return pages
        seen = [_identity(record, identity) for record in pages.records]
        if complete and any(seen == earlier for _, earlier in readings):
            return pages
        if complete:
            readings.append((pages, seen))
    where = place(request.url)
    raise SourceUnreachable(f"{where}: the source changed during each of {READINGS} readings, or its total disagrees")


def _read(fetch: Fetch, request: Request) -> Pages:
    answers: list[Answer] = []
    records: list[Any] = []
    for answer, page in _pages(fetch, request):
        answers.append(answer)
        records.extend(page)
        if len(answers) > MOST_PAGES:
            raise SourceDenied(f"{place(request.url)}: more than {MOST_PAGES} pages")
    return Pages(tuple(answers), tuple(records))


def _pages(fetch: Fetch, request: Request) -> Iterator[tuple[Answer, list[Any]]]:
    if request.paging.kind in {"page", "offset"}:
        yield from _counted(fetch, request)
    else:
        yield from _linked(fetch, request)


def _counted(fetch: Fetch, request: Request) -> Iterator[tuple[Answer, list[Any]]]:
    paging = request.paging
    by_page = paging.kind == "page"
    parameter = paging.parameter or paging.kind
    position = paging.start if paging.start is not None else (1 if by_page else 0)
    received, first_length = 0, 0
    previous: list[Any] | None = None
    while True:
        parameters = {**request.parameters, **_size(paging, by_page=by_page), parameter: str(position)}
        try:
            answer = fetch(request.url, parameters)
        except SourceDenied as denied:
            # Many servers answer 404 to the page after the last.
            if previous is not None and str(denied).endswith("HTTP 404"):
                return
            raise
        page = records_of(answer.content, request.records, place(request.url))
        if not page and previous is not None:
            return
        if previous is not None and page == previous and len(page) > 0:
            raise SourceDenied(f"{place(request.url)}: `{parameter}` does not turn the page, the same one came twice")
        yield answer, page
        received += len(page)
        first_length = first_length or len(page)
        total = _total(answer, paging)
        if not page or (total is not None and received >= total):
            return
        # A first page shorter than asked may be the server's own limit: only the next one tells.
        if total is None and len(page) < first_length:
            return
        previous = page
        position += 1 if by_page else len(page)


def _size(paging: Paging, *, by_page: bool) -> dict[str, str]:
    if paging.size is None:
        return {}
    return {paging.size_parameter or ("size" if by_page else "limit"): str(paging.size)}


def _linked(fetch: Fetch, request: Request) -> Iterator[tuple[Answer, list[Any]]]:
    paging = request.paging
    url = request.url
    sized = _size(paging, by_page=True) if paging.size_parameter else {}
    parameters: dict[str, str] | None = {**request.parameters, **sized}
    if paging.kind == "cursor" and paging.start is not None and paging.parameter:
        parameters = {**(parameters or {}), paging.parameter: str(paging.start)}
    visited: set[str] = set()
    while True:
        answer = fetch(url, parameters)
        yield answer, records_of(answer.content, request.records, place(url))
        step = _next(answer, paging)
        if step is None:
            return
        if step in visited:
            raise SourceDenied(f"{place(url)}: the next page leads back to one already read")
        visited.add(step)
        if paging.kind == "cursor":
            parameters = {**request.parameters, **sized, (paging.parameter or "cursor"): step}
        else:
            url, parameters = urljoin(url, step), None


def _next(answer: Answer, paging: Paging) -> str | None:
    if paging.kind == "none":
        return None
    if paging.kind == "link":
        links = parse_header_links(answer.headers.get("Link", ""))
        return next((str(link["url"]) for link in links if link.get("rel") == "next"), None)
    found = value_at(answer.content, paging.next or ("next" if paging.kind == "next" else "next_cursor"))
    return str(found) if found not in (None, "", False) else None


def _total(answer: Answer, paging: Paging) -> int | None:
    if paging.total is None:
        return None
    found = answer.headers.get(paging.total) or value_at(answer.content, paging.total)
    try:
        return int(str(found))
    except ValueError:
        return None


def _complete(pages: Pages, request: Request) -> bool:
    if request.paging.total is None:
        return True
    totals = {_total(answer, request.paging) for answer in pages.answers}
    if totals == {None}:
        raise SourceDenied(f"{place(request.url)}: no number at `{request.paging.total}`, declared as the total")
    return totals - {None} == {len(pages.records)}


def _identity(record: Any, names: tuple[str, ...]) -> str:
    if names and isinstance(record, dict) and all(name in record for name in names):
        return "\x1f".join(str(record[name]) for name in names)
    return repr(record)


def records_of(content: Any, path: str | None, where: str) -> list[Any]:
    found = value_at(content, path) if path else content
    if not isinstance(found, list):
        described = f"at `{path}`" if path else "at the top"
        raise SourceDenied(f"{where}: no list of records {described} of the answer")
    return found


def value_at(content: Any, path: str) -> Any:
    """The value at `a.b.c`; a key that holds dots itself (`@odata.count`) is taken whole first."""
    if isinstance(content, dict) and path in content:
        return content[path]
    found = content
    for step in path.split("."):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.lstrip("-").isdigit() and -len(found) <= int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found
