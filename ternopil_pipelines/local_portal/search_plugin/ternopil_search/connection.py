"""What CKAN calls a connection to Solr: add, delete, commit, search.

The documents lie in one table of CKAN's database, written on a connection of our own: as with Solr, an index entry
stands before CKAN commits and stays if it never does. Every process keeps the documents in memory and fetches those
whose stamp has changed; a few hundred datasets are a few megabytes. Parsing and matching belong in `query.py` and
`documents.py`.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pysolr
import sqlalchemy as sa

from .documents import Document, QueryError, facet_counts, order
from .query import parse, parse_words

CREATE = (
    "CREATE SEQUENCE IF NOT EXISTS ternopil_search_stamp",
    "CREATE TABLE IF NOT EXISTS ternopil_search_document "
    "(index_id text PRIMARY KEY, stamp bigint NOT NULL, body text NOT NULL)",
)
WRITE = sa.text(
    "INSERT INTO ternopil_search_document (index_id, stamp, body) "
    "VALUES (:index_id, nextval('ternopil_search_stamp'), :body) "
    "ON CONFLICT (index_id) DO UPDATE SET stamp = excluded.stamp, body = excluded.body"
)


@dataclass
class Answer:
    hits: int
    docs: list[dict[str, Any]]
    facets: dict[str, Any]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.docs)

    def __len__(self) -> int:
        return len(self.docs)


@dataclass
class _Memory:
    """One process's engine and documents; a forked worker makes its own."""

    pid: int
    engine: sa.Engine
    lock: threading.Lock = field(default_factory=threading.Lock)
    documents: dict[str, tuple[int, Document]] = field(default_factory=dict)


_memories: dict[str, _Memory] = {}


def _memory(url: str) -> _Memory:
    memory = _memories.get(url)
    if memory is None or memory.pid != os.getpid():
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_size=2, max_overflow=8, pool_pre_ping=True)
        memory = _memories[url] = _Memory(pid=os.getpid(), engine=engine)
    return memory


class SearchConnection:
    url = "the portal's own database"

    def __init__(self, url: str, *, switch: Path) -> None:
        self._switch = switch
        self._memory = _memory(url)

    def create(self) -> None:
        with self._memory.engine.connect() as connection:
            for statement in CREATE:
                connection.execute(sa.text(statement))

    def add(self, docs: Sequence[Mapping[str, Any]], **settings: Any) -> None:
        self._refuse_when_down()
        rows = [{"index_id": document["index_id"], "body": json.dumps(document, default=str)} for document in docs]
        with self._memory.engine.connect() as connection:
            connection.execute(WRITE, rows)

    def delete(self, id: str | Sequence[str] | None = None, q: str | None = None, **settings: Any) -> None:
        self._refuse_when_down()
        if q is not None:
            doomed = [document.fields["index_id"] for document, _ in self._matching(q, [], words=False)]
        else:
            doomed = [id] if isinstance(id, str) else list(id or ())
        if doomed:
            statement = sa.text("DELETE FROM ternopil_search_document WHERE index_id = ANY(:doomed)")
            with self._memory.engine.connect() as connection:
                connection.execute(statement, {"doomed": doomed})

    def commit(self, **settings: Any) -> None:
        """Every write is committed as it is made; only the switch can make this fail."""
        self._refuse_when_down()

    def search(self, q: str = "*:*", **settings: Any) -> Answer:
        self._refuse_when_down()
        filters = settings.get("fq") or []
        found = self._matching(
            q, [filters] if isinstance(filters, str) else list(filters), words=settings.get("defType") is not None
        )
        try:
            ordered = order(found, settings.get("sort") or "score desc")
        except QueryError as error:
            raise pysolr.SolrError(str(error)) from error
        start, rows = int(settings.get("start") or 0), int(settings.get("rows", 10))
        page = ordered[start : start + max(rows, 0)]
        facets: dict[str, Any] = {}
        if str(settings.get("facet", "false")).lower() == "true":
            facets["facet_fields"] = {
                name: facet_counts(
                    (document for document, _ in found),
                    name,
                    limit=int(settings.get("facet.limit", 50)),
                    least=int(settings.get("facet.mincount", 1)),
                )
                for name in _names(settings.get("facet.field"))
            }
        wanted = str(settings.get("fl") or "*").replace(",", " ").split()
        return Answer(hits=len(found), docs=[document.picked(wanted, score) for document, score in page], facets=facets)

    def _matching(self, q: str, filters: Sequence[str], *, words: bool) -> list[tuple[Document, float]]:
        try:
            conditions = [parse(text) for text in filters if text.strip()]
            question = parse_words(q) if words else parse(q)
        except QueryError as error:
            raise pysolr.SolrError(str(error)) from error
        found = []
        for document in self._documents():
            if all(condition.score(document) for condition in conditions):
                score = question.score(document)
                if score:
                    found.append((document, score))
        return found

    def _documents(self) -> list[Document]:
        memory = self._memory
        with memory.lock, memory.engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT index_id, stamp FROM ternopil_search_document"))
            stamps: dict[str, int] = {row.index_id: row.stamp for row in rows}
            known = {key: kept for key, kept in memory.documents.items() if stamps.get(key) == kept[0]}
            changed = [key for key in stamps if key not in known]
            if changed:
                statement = sa.text(
                    "SELECT index_id, stamp, body FROM ternopil_search_document WHERE index_id = ANY(:changed)"
                )
                for key, stamp, body in connection.execute(statement, {"changed": changed}):
                    known[key] = (stamp, Document(json.loads(body)))
            memory.documents = known
            return [document for _, document in known.values()]

    def _refuse_when_down(self) -> None:
        if self._switch.exists():
            # The words by which CKAN knows that Solr cannot be reached.
            raise pysolr.SolrError("Failed to connect to server: search is switched off")


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        value = json.loads(value) if value.startswith("[") else value.split()
    return list(value or [])
