"""What a code of a finding is: its severity and its Ukrainian words, written once.

`message`, `expected` and `fix` are templates filled with the keyword arguments of `codes.finding`; `about` is one
sentence for the page of codes in docs/.
"""

from __future__ import annotations

from dataclasses import dataclass

from ternopil_pipelines.findings.finding import Severity


@dataclass(frozen=True, slots=True)
class Code:
    severity: Severity
    about: str
    message: str
    expected: str
    fix: str


def error(about: str, message: str, expected: str, fix: str) -> Code:
    return Code(Severity.ERROR, about, message, expected, fix)


def warning(about: str, message: str, expected: str, fix: str) -> Code:
    return Code(Severity.WARNING, about, message, expected, fix)


def note(about: str, message: str, expected: str, fix: str) -> Code:
    return Code(Severity.NOTE, about, message, expected, fix)
