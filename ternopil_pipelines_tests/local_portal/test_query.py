"""The query language on documents in memory, without a portal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ternopil_pipelines.local_portal.search_plugin.ternopil_search.documents import (
    Document,
    QueryError,
    facet_counts,
    order,
)
from ternopil_pipelines.local_portal.search_plugin.ternopil_search.query import parse, parse_words

STOPS = Document(
    {
        "id": "b",
        "name": "transport-stops",
        "title": "Зупинки міського транспорту",
        "notes": "Перелік зупинок на в’їзді та об'їзді",
        "tags": ["зупинки", "громадський транспорт"],
        "organization": "transport",
        "private": False,
        "metadata_modified": "2024-05-01T10:00:00.123456Z",
        "extras_frequency": "once a quarter",
    }
)


@pytest.mark.parametrize(
    "query",
    [
        "*:*",
        'name:"transport-stops"',
        "name:transport-stops",
        "name:transport*",
        "name:tr?nsport-stops",
        r"name:transport\-stops",
        "+organization:transport -organization:finance",
        'tags:"громадський транспорт"',
        "tags:(укриття OR зупинки)",
        'tags:(зупинки AND "громадський транспорт")',
        "organization:finance || organization:transport",
        "NOT organization:finance && private:false",
        "!name:x",
        "-(name:x OR name:y)",
        "title:транспорт",
        'title:"міського транспорту"',
        'text:квартал* OR extras_frequency:"once a quarter"',
        "metadata_modified:[2024-05-01T10:00:00Z TO *]",
        "metadata_modified:[2024-05-01T10:00:00.123456Z TO 2024-05-01T10:00:00.123456Z]",
        "metadata_modified:{2024-05-01T10:00:00.123Z TO *}",
        "metadata_modified:[* TO NOW]",
        "title:зупинки^4 name:transport*^2",
        "зупинки",
    ],
)
def test_a_query_finds_the_document(query: str) -> None:
    assert parse(query).score(STOPS)


@pytest.mark.parametrize(
    "query",
    [
        "name:transport",
        "organization:Transport",
        "+organization:transport +organization:finance",
        "tags:громадський",
        "NOT name:transport*",
        'title:"транспорту міського"',
        "metadata_modified:{2024-05-01T10:00:00.123456Z TO *]",
        "metadata_modified:[2025-01-01T00:00:00Z TO *]",
        "nothing:at-all",
        "title:укриття",
    ],
)
def test_a_query_passes_the_document_by(query: str) -> None:
    assert not parse(query).score(STOPS)


@pytest.mark.parametrize("query", ["title:(a", "a)", "name:", "AND", "(", 'name:"open', "[a TO", "a OR", "-"])
def test_a_query_that_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query)


def test_a_moment_may_be_given_from_now() -> None:
    for age, query, expected in (
        (timedelta(hours=1), "changed:[NOW-1DAY TO NOW]", True),
        (timedelta(days=2), "changed:[NOW-1DAY TO *]", False),
        (timedelta(days=2), "changed:[NOW-3DAYS TO NOW-1DAY]", True),
    ):
        moment = (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert bool(parse(query).score(Document({"changed": moment}))) is expected, query


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("зупинок", True),
        ("ЗУПИНКИ транспорт", True),
        ("в'їзд об’їзд", True),
        ("зупинки укриття", False),
        ("зупинки міського транспорту перелік невідоме", True),  # most of many words
        ('"громадський транспорт"', True),
        ("зупинки -транспорт", False),
        ("+укриття зупинки", False),
        ("", True),
    ],
)
def test_words_of_a_person_are_found_in_any_form(words: str, expected: bool) -> None:
    assert bool(parse_words(words).score(STOPS)) is expected


def test_a_word_in_the_title_weighs_more_than_in_the_description() -> None:
    title, notes = Document({"id": "a", "title": "Укриття"}), Document({"id": "b", "notes": "Укриття"})
    question = parse_words("укриття")
    assert question.score(title) > question.score(notes) > 0


def test_order_puts_what_lacks_the_field_last_and_falls_back_on_the_id() -> None:
    documents = [Document({"id": name, "views": views}) for name, views in (("c", 9), ("a", None), ("b", 10), ("d", 9))]
    found = [(document, 1.0) for document in documents]
    assert [document.fields["id"] for document, _ in order(found, "views desc")] == ["b", "c", "d", "a"]
    assert [document.fields["id"] for document, _ in order(found, "views asc, id desc")] == ["d", "c", "b", "a"]
    with pytest.raises(QueryError):
        order(found, "views upwards")


def test_facets_are_counted_most_frequent_first_and_cut_where_asked() -> None:
    documents = [Document({"tags": tags}) for tags in (["b", "a"], ["b"], ["c", "c"], [""])]
    assert facet_counts(documents, "tags", limit=-1, least=1) == ["b", 2, "a", 1, "c", 1]
    assert facet_counts(documents, "tags", limit=1, least=1) == ["b", 2]
    assert facet_counts(documents, "tags", limit=50, least=2) == ["b", 2]
    assert facet_counts(documents, "organization", limit=50, least=1) == []
