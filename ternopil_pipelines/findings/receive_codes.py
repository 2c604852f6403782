"""Codes of what receiving notices: a file that is no table, a header that cannot be found, letters in doubt."""

from __future__ import annotations

from ternopil_pipelines.findings.code import Code

RECEIVE_CODES: dict[str, Code] = {}
