"""Errors of databases as faults of ours: denied (somebody must mend it) or unreachable (try again later).

Only messages that name a table, column or right are passed on; others may quote a value or an address.
"""

from __future__ import annotations

import re

from ternopil_pipelines.faults import Fault, SourceDenied, SourceUnreachable

# Classes and codes of SQLSTATE whose message names an object and nothing else.
_NAMING = ("42P01", "42703", "42501", "3F000", "42883", "25006", "42601", "42P02", "42702", "42704")
_LATER = ("08", "53", "57", "58", "40", "55")
_DENIED_WORDS = re.compile(
    r"authentication failed|role \"[^\"]*\" does not exist|database \"[^\"]*\" does not exist|no pg_hba\.conf entry"
    r"|permission denied|no such table|no such column|readonly database|not authorized|access denied|login failed"
    r"|no password supplied",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"(no such (?:table|column): [\w.\"]+|attempt to write a readonly database)", re.IGNORECASE)


def fault_of(error: Exception, database: str) -> Fault:
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "pgcode", None) or getattr(cause, "sqlstate", None)
    text = str(cause)
    if state:
        named = _primary(cause) if state in _NAMING else ""
        if state == "57014":
            return SourceUnreachable(f"database {database}: the query took longer than its time limit")
        if state.startswith(_LATER):
            return SourceUnreachable(f"database {database} does not serve now (SQLSTATE {state})")
        return SourceDenied(f"database {database} refuses the query (SQLSTATE {state}){named}")
    if "interrupted" in text:
        return SourceUnreachable(f"database {database}: the query took longer than its time limit")
    if _DENIED_WORDS.search(text):
        named_object = _OBJECT.search(text)
        reason = named_object.group(1) if named_object else "no permission, or the database or role does not exist"
        return SourceDenied(f"database {database} refuses: {reason}")
    kind = type(cause).__name__
    if kind in {"ProgrammingError", "DataError", "NotSupportedError", "IntegrityError"} or "syntax error" in text:
        return SourceDenied(f"database {database} refuses the query: {kind}")
    return SourceUnreachable(f"database {database} does not answer: {kind}")


def _primary(cause: object) -> str:
    message = getattr(getattr(cause, "diag", None), "message_primary", None)
    return f": {message}" if message else ""
