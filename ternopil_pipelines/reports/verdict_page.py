"""report.html: the steward's verdict on one self-contained page, made from report.json.

The first line is the verdict. Findings stand by column, errors first, each with its cell, its (masked) value, what was
expected and how to mend it; of many alike the first twenty are listed (the first hundred
places where only the place differs) and the rest counted. No script, no request to
anywhere, readable on a telephone and on paper.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from ternopil_pipelines.findings.codes import CODES
from ternopil_pipelines.reports import ukrainian

SHOWN = 20
SHOWN_PLACES = 100
_WEIGHT = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one code in one column."""

    code: str
    severity: str
    about: str
    count: int
    shown: Sequence[Mapping[str, Any]]
    same_expected: str | None
    same_fix: str | None
    same_message: str | None

    @property
    def hidden(self) -> int:
        return self.count - sum(int(each["count"]) for each in self.shown)

    @property
    def hidden_places(self) -> int:
        return self.count - sum(int(each["count"]) for each in self.shown if each["row"])


@dataclass(frozen=True, slots=True)
class Section:
    """A column's groups; `name` is None for what concerns the whole table."""

    name: str | None
    title: str
    groups: Sequence[Group]


def verdict_page(
    report: Mapping[str, Any],
    *,
    title: str | None = None,
    titles: Mapping[str, Mapping[str, str]] | None = None,
    annotated: str | None = None,
) -> str:
    """`title`: of the dataset; `titles[table][column]`: Ukrainian labels; `annotated`: name of the annotated copy."""
    room = files("ternopil_pipelines.reports")
    style = room.joinpath("verdict.css").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(room.joinpath("verdict.html.j2").read_text(encoding="utf-8"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    tables = [
        {
            "id": table["table"],
            "rows": ukrainian.rows(table["rows"]),
            "tally": ukrainian.tally(tally(table["findings"])),
            "sheets": ", ".join(sorted({found["sheet"] for found in table["findings"] if found["sheet"]})),
            "sections": sections(table["findings"], (titles or {}).get(table["table"], {})),
        }
        for table in report["tables"]
    ]
    counts = tally([found for table in report["tables"] for found in table["findings"]])
    return template.render(
        report=report,
        verdict=ukrainian.VERDICTS[report["verdict"]],
        tally=ukrainian.tally(counts),
        next_step=ukrainian.NEXT_STEPS[report["verdict"]],
        title=title or report["dataset"],
        checked_at=ukrainian.moment(report["checked_at"]),
        tables=tables,
        style=style,
        digest=digest,
        annotated=annotated,
        severities=ukrainian.SEVERITIES,
        grouped=ukrainian.grouped,
    )


def tally(findings: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for found in findings:
        counts[found["severity"]] += found["count"] if found["cell"] or found["row"] else 1
    return dict(counts)


def sections(findings: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> list[Section]:
    """Columns with errors first, each in the order in which findings name it; the whole table before them."""
    by_column: dict[str | None, dict[tuple[str, str], list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for found in findings:
        by_column[found["column"]][(found["code"], found["severity"])].append(found)
    made = [
        Section(
            name,
            titles.get(name, "") if name else "Таблиця в цілому",
            sorted((_group(*key, alike) for key, alike in groups.items()), key=lambda each: _WEIGHT[each.severity]),
        )
        for name, groups in by_column.items()
    ]
    return sorted(made, key=lambda each: (_WEIGHT[each.groups[0].severity], each.name is not None))


def _group(code: str, severity: str, alike: Sequence[Mapping[str, Any]]) -> Group:
    most = SHOWN_PLACES if len({each["message"] for each in alike if each["row"]}) == 1 else SHOWN
    shown = alike if len(alike) <= most + 1 else alike[:most]
    named = [each for each in shown if each["row"]]
    messages = {each["message"] for each in named}
    expected, fixes = ({each[key] for each in shown} for key in ("expected", "fix"))
    return Group(
        code,
        severity,
        CODES[code].about if code in CODES else alike[0]["message"],
        sum(each["count"] for each in alike),
        shown,
        expected.pop() if len(expected) == 1 else None,
        fixes.pop() if len(fixes) == 1 else None,
        messages.pop() if len(messages) == 1 else None,
    )
