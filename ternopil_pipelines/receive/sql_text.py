"""Whether a query of sources.yaml is one reading statement: a second one could lift the session's read-only mode."""

from __future__ import annotations

import re

_SKIPPED = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$", re.DOTALL
)
_READING = re.compile(r"[\s(]*(select|with|values|table)\b", re.IGNORECASE)


def one_reading_statement(query: str) -> str | None:
    """The statement without comments and its closing semicolon; None where the query is anything else."""
    bare = _SKIPPED.sub(_without_comment, query).strip()
    while bare.endswith(";"):
        bare = bare[:-1].rstrip()
    visible = _SKIPPED.sub(" ", bare)
    if ";" in visible or not _READING.match(visible) or _unbalanced(visible):
        return None
    return bare


def _unbalanced(visible: str) -> bool:
    """Brackets or quotes that close more than they open could end the wrapping COPY ( … )."""
    depth = 0
    for character in visible:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return True
    return depth != 0 or "'" in visible or '"' in visible or "/*" in visible


def _without_comment(found: re.Match[str]) -> str:
    return " " if found.group().startswith(("--", "/*")) else found.group()
