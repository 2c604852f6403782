"""The part of Solr's query language that CKAN, its pages and harvesters speak.

`name:"x"`, `tags:(a OR b)`, `metadata_modified:[2026-01-01T00:00:00Z TO *]`, `+`, `-`, AND, OR, NOT, parentheses,
`*` and `?`, `\\` before a sign; neighbours are joined by AND, as CKAN asks. And a person's words from the search box.
How a value meets a term belongs in `documents.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from .documents import TEXT_FIELDS, WEIGHTS, Document, QueryError, words_of

TOKEN = re.compile(
    r"""\s*(?:
        (?P<range>[\[{]\s*(?P<low>"[^"]*"|\S+)\s+TO\s+(?P<high>"[^"]*"|[^\s\]}]+)\s*[\]}])
      | "(?P<phrase>(?:\\.|[^"\\])*)"
      | (?P<sign>&&|\|\||[()+!:]|-)
      | (?P<word>(?:\\.|[^\s()"\[\]{}:!^~\\])+)
    )(?P<after>[\^~][0-9.]*)?""",
    re.VERBOSE,
)
UNITS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800, "MONTH": 2592000, "YEAR": 31536000}
NOW = re.compile(r"NOW(?:/\w+)?(?:([+-])(\d+)(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?)?(?:/\w+)?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?")


class Condition(Protocol):
    def score(self, document: Document) -> float:
        """Nought where the document does not answer."""


@dataclass(frozen=True)
class Everything:
    def score(self, document: Document) -> float:
        return 1.0


@dataclass(frozen=True)
class Both:
    parts: tuple[Condition, ...]

    def score(self, document: Document) -> float:
        scores = [part.score(document) for part in self.parts]
        return sum(scores) if all(scores) else 0.0


@dataclass(frozen=True)
class Either:
    parts: tuple[Condition, ...]

    def score(self, document: Document) -> float:
        return sum(part.score(document) for part in self.parts)


@dataclass(frozen=True)
class Not:
    part: Condition

    def score(self, document: Document) -> float:
        return 0.0 if self.part.score(document) else 1.0


@dataclass(frozen=True)
class Value:
    """`field:value`; a phrase and a word differ only where the field is split into words."""

    field: str
    text: str
    pattern: re.Pattern[str] | None = None

    def score(self, document: Document) -> float:
        if self.field == "*":
            return 1.0
        if self.pattern is not None:
            values: Sequence[str] = document.values(self.field)
            if self.field in TEXT_FIELDS:
                values = document.words(self.field)
            return 1.0 if any(self.pattern.fullmatch(value) for value in values) else 0.0
        if self.field not in TEXT_FIELDS:
            return 1.0 if self.text in document.values(self.field) else 0.0
        words = words_of(self.text)
        if len(words) == 1:
            return 1.0 if document.has_word(self.field, words[0]) else 0.0
        return 1.0 if words and document.has_phrase(self.field, words) else 0.0


@dataclass(frozen=True)
class Range:
    field: str
    low: str
    high: str
    with_low: bool
    with_high: bool

    def score(self, document: Document) -> float:
        return 1.0 if any(self._holds(value) for value in document.values(self.field)) else 0.0

    def _holds(self, value: str) -> bool:
        value = _moment(value)
        above = self.low == "*" or value > self.low or (self.with_low and value == self.low)
        below = self.high == "*" or value < self.high or (self.with_high and value == self.high)
        return above and below


@dataclass(frozen=True)
class Words:
    """The search box: every word (of many words, most) somewhere; the title weighs more than the text."""

    needed: tuple[tuple[str, ...], ...]
    optional: tuple[tuple[str, ...], ...]
    unwanted: tuple[tuple[str, ...], ...]

    def score(self, document: Document) -> float:
        if any(_weight(document, part) for part in self.unwanted):
            return 0.0
        required = [_weight(document, part) for part in self.needed]
        optional = [_weight(document, part) for part in self.optional]
        count = len(optional)
        # CKAN's `mm`: 2<-1 5<80%.
        least = count if count <= 2 else count - 1 if count <= 5 else count * 4 // 5
        if not all(required) or sum(1 for weight in optional if weight) < least:
            return 0.0
        return sum(required) + sum(optional) or 1.0


def parse(text: str) -> Condition:
    tokens = _tokens(text)
    condition = _either(tokens, "text")
    if tokens:
        raise QueryError(f"Cannot parse {text!r}: {tokens[0].group().strip()!r} is not expected")
    return condition


def parse_words(text: str) -> Condition:
    if not text.strip() or text.strip() == "*:*":
        return Everything()
    parts: dict[str, list[tuple[str, ...]]] = {"+": [], "": [], "-": []}
    for sign, phrase, word in re.findall(r'([+-]?)(?:"([^"]*)"|([^\s"]+))', text):
        words = words_of(phrase or word)
        if words and (phrase or word) not in ("AND", "OR", "NOT"):
            parts[sign].append(words)
    return Words(needed=tuple(parts["+"]), optional=tuple(parts[""]), unwanted=tuple(parts["-"]))


def _tokens(text: str) -> list[re.Match[str]]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise QueryError(f"Cannot parse {text!r} at {at}")
        tokens.append(match)
        at = match.end()
    return tokens


def _either(tokens: list[re.Match[str]], field: str) -> Condition:
    parts = [_both(tokens, field)]
    while tokens and (tokens[0]["word"] == "OR" or tokens[0]["sign"] == "||"):
        tokens.pop(0)
        parts.append(_both(tokens, field))
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def _both(tokens: list[re.Match[str]], field: str) -> Condition:
    parts: list[Condition] = []
    while tokens and tokens[0]["sign"] not in (")", "||") and tokens[0]["word"] != "OR":
        if tokens[0]["word"] == "AND" or tokens[0]["sign"] == "&&":
            tokens.pop(0)
            continue
        parts.append(_one(tokens, field))
    if not parts:
        raise QueryError("Cannot parse: a condition is missing")
    return parts[0] if len(parts) == 1 else Both(tuple(parts))


def _one(tokens: list[re.Match[str]], field: str) -> Condition:
    if not tokens:
        raise QueryError("Cannot parse: the query ends too early")
    token = tokens.pop(0)
    if token["sign"] == "+":
        return _one(tokens, field)
    if token["sign"] in ("-", "!") or token["word"] == "NOT":
        return Not(_one(tokens, field))
    if token["sign"] == "(":
        inside = _either(tokens, field)
        if not tokens or tokens.pop(0)["sign"] != ")":
            raise QueryError("Cannot parse: a bracket is not closed")
        return inside
    if tokens and tokens[0]["sign"] == ":" and token["word"] is not None:
        tokens.pop(0)
        return _one(tokens, _unescape(token["word"]))
    if token["range"] is not None:
        opening, closing = token["range"][0], token["range"][-1]
        return Range(field, _bound(token["low"]), _bound(token["high"]), opening == "[", closing == "]")
    if token["phrase"] is not None:
        return Value(field, _unescape(token["phrase"]))
    word = token["word"]
    if word is None:
        raise QueryError(f"Cannot parse: {token.group().strip()!r} is not expected")
    if re.search(r"(?<!\\)[*?]", word):
        return Value(field, word, _pattern(word, folded=field in TEXT_FIELDS))
    return Value(field, _unescape(word))


def _pattern(word: str, *, folded: bool) -> re.Pattern[str]:
    pieces = {"*": ".*", "?": "."}
    parts = re.findall(r"\\.|.", word)
    text = "".join(pieces.get(part) or re.escape(part[-1]) for part in parts)
    return re.compile(text.casefold() if folded else text, re.DOTALL)


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _bound(text: str) -> str:
    text = text.strip('"')
    now = NOW.fullmatch(text)
    if now:
        shift = timedelta(seconds=int(now[2]) * UNITS[now[3]]) if now[2] else timedelta()
        moment = datetime.now(UTC) + (-shift if now[1] == "-" else shift)
        return _moment(moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    return _moment(text)


def _moment(text: str) -> str:
    """Moments compare as text once the fraction has one length."""
    if not MOMENT.fullmatch(text):
        return text
    whole, _, fraction = text.rstrip("Z").partition(".")
    return f"{whole}.{fraction:0<6}"


def _weight(document: Document, words: tuple[str, ...]) -> float:
    found = 0.0
    for name, weight in WEIGHTS.items():
        if weight > found and all(document.has_word(name, word) for word in words):
            found = weight
    return found
