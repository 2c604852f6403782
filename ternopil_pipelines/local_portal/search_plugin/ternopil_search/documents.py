"""A document as CKAN sends it to the index, and what is asked of many: order, facets.

Here belongs how a field's value meets a term. The language of queries belongs in `query.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

# Split into words by the index; every other field is compared whole, as in CKAN's schema.
TEXT_FIELDS = frozenset({"title", "notes", "author", "maintainer", "res_name", "res_description", "text"})

# Where a person's words are looked for, and what finding them there weighs (CKAN's own weights).
WEIGHTS = {"name": 4.0, "title": 4.0, "tags": 2.0, "groups": 2.0, "text": 1.0}

WORD = re.compile(r"\w+(?:['’ʼ]\w+)*")

# і, ї, є and ґ follow я in Unicode; people look for them where the alphabet has them.
ALPHABET = {ord(letter): 0xE000 + place for place, letter in enumerate("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")}


# Of a document, what no person looks for; "text" itself is made of the rest.
UNREAD = frozenset({"data_dict", "validated_data_dict", "permission_labels", "index_id", "site_id", "id", "text"})


class QueryError(ValueError):
    """The query cannot be understood; Solr would answer with an error as well."""


def words_of(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(text.casefold().replace("’", "'").replace("ʼ", "'")))


def stem(word: str) -> str:
    """Ukrainian endings rarely take more than two letters: «зупинки» finds «зупинок»."""
    return word[: max(4, len(word) - 2)] if len(word) > 4 and not word.isdigit() else word


class Document:
    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields

    def values(self, name: str) -> list[str]:
        value = self.fields.get(name)
        if value is None:
            return []
        return [_text(part) for part in value] if isinstance(value, list) else [_text(value)]

    @cached_property
    def text(self) -> tuple[str, ...]:
        """Everything a person may look for, like the field of that name in CKAN's schema."""
        values = (self.values(name) for name in self.fields if name not in UNREAD)
        return tuple(dict.fromkeys(word for parts in values for part in parts for word in words_of(part)))

    def words(self, name: str) -> tuple[str, ...]:
        if name == "text":
            return self.text
        if name not in self._words:
            self._words[name] = tuple(word for value in self.values(name) for word in words_of(value))
        return self._words[name]

    @cached_property
    def _words(self) -> dict[str, tuple[str, ...]]:
        return {}

    def has_word(self, name: str, word: str) -> bool:
        beginning = stem(word)
        return any(found.startswith(beginning) for found in self.words(name))

    def has_phrase(self, name: str, phrase: Sequence[str]) -> bool:
        if name == "text":
            return any(self.has_phrase(field, phrase) for field in self.fields if field not in UNREAD)
        found, length = self.words(name), len(phrase)
        return any(
            all(word.startswith(stem(sought)) for word, sought in zip(found[at : at + length], phrase, strict=True))
            for at in range(len(found) - length + 1)
        )

    def picked(self, names: Sequence[str], score: float) -> dict[str, Any]:
        if "*" in names:
            return {name: value for name, value in self.fields.items() if value is not None}
        chosen = {name: self.fields[name] for name in names if self.fields.get(name) is not None}
        return chosen | ({"score": score} if "score" in names else {})


def order(found: Sequence[tuple[Document, float]], sort: str) -> list[tuple[Document, float]]:
    ordered = sorted(found, key=lambda pair: _text(pair[0].fields.get("id", "")))
    for part in reversed([part.split() for part in sort.split(",") if part.strip()]):
        if len(part) == 1:
            part = [part[0], "asc"]
        if len(part) != 2 or part[1].lower() not in ("asc", "desc"):
            raise QueryError(f"Can't determine a Sort Order (asc or desc) in sort spec {sort!r}")
        name, descending = part[0], part[1].lower() == "desc"
        if name == "score":
            ordered.sort(key=lambda pair: pair[1], reverse=descending)
            continue
        # Documents without the field come last, whichever way.
        without = [pair for pair in ordered if not pair[0].values(name)]
        those = [pair for pair in ordered if pair[0].values(name)]
        those.sort(key=lambda pair: _sort_key(pair[0], name), reverse=descending)
        ordered = those + without
    return ordered


def facet_counts(documents: Iterable[Document], name: str, *, limit: int, least: int) -> list[str | int]:
    counted = Counter(value for document in documents for value in set(document.values(name)) if value)
    ranked = sorted(((value, count) for value, count in counted.items() if count >= least), key=lambda p: (-p[1], p[0]))
    flat: list[str | int] = []
    for value, count in ranked[: limit if limit >= 0 else None]:
        flat += [value, count]
    return flat


def _sort_key(document: Document, name: str) -> tuple[float, str]:
    value = document.fields[name]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), ""
    text = document.values(name)[0]
    return 0.0, text.casefold().translate(ALPHABET) if name.startswith("title") else text


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
