"""Codes of what cleaning notices: columns, types, keys, required, allowed, ranges, shared value rules."""

from __future__ import annotations

from ternopil_pipelines.findings.code import Code

CLEAN_CODES: dict[str, Code] = {}
