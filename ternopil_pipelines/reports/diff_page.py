"""What a person sees before deciding: why the edition waits, and what differs from the published one, row by row.

Everything shown was masked when the diff was made. One self-contained page without script, in the verdict page's dress;
`diff_markdown` says the counts and the biggest differences where only Markdown is taken.
"""

from __future__ import annotations

import base64
import hashlib
import os
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from ternopil_pipelines.gates.judging import Judgement

_HEADINGS = {"passed": "Редакція проходить", "held": "Редакція чекає рішення", "rejected": "Редакцію відхилено"}
_SHOWN = 10


def page_of(folder: Path, dataset: str, edition: str) -> Path:
    return folder / dataset / f"{edition[:12]}.html"


def keep_page(folder: Path, judgement: Judgement, *, dataset: str, title: str, edition: str, preview: str) -> Path:
    """Lay the page where the moderator's links lead, readable by its owner alone."""
    page = page_of(folder, dataset, edition)
    page.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = page.with_suffix(f".{os.getpid()}.partial")
    text = diff_page(judgement, dataset=dataset, title=title, edition=edition, preview=preview)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    return partial.replace(page)


def diff_page(judgement: Judgement, *, dataset: str, title: str, edition: str, preview: str | None = None) -> str:
    """`dataset`: id; `title`: Ukrainian; `edition`: address; `preview`: where the files lie that would be published."""
    room = files("ternopil_pipelines.reports")
    style = room.joinpath("verdict.css").read_text(encoding="utf-8")
    template = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).from_string(room.joinpath("diff.html.j2").read_text(encoding="utf-8"))
    return template.render(
        judgement=judgement,
        reasons=judgement.why.splitlines(),
        heading=_HEADINGS[judgement.verdict],
        dataset=dataset,
        title=title,
        edition=edition,
        preview=preview,
        style=style,
        digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def diff_markdown(judgement: Judgement) -> str:
    """The reason, the counts and the biggest differences as Markdown tables."""
    lines = [f"**{_HEADINGS[judgement.verdict]}**", "", *judgement.why.splitlines()]
    for table in judgement.diff.tables if judgement.diff else ():
        lines += [
            "",
            f"**{_cell(table.title)}**: {table.rows_before} → {table.rows_after} рядків; "
            f"додано {table.added}, вилучено {table.removed}, змінено {table.changed}",
        ]
        if table.biggest:
            lines += ["", "| рядок | стовпець | було | стало |", "|---|---|---|---|"]
            lines += [
                f"| {_cell(each.key)} | {_cell(each.column)} | {_cell(each.before)} | {_cell(each.after)} |"
                for each in table.biggest[:_SHOWN]
            ]
    return "\n".join(lines)


def _cell(text: str | None) -> str:
    """A cell of a department may hold what Markdown and HTML would act on."""
    if text is None:
        return "–"
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, f"&#{ord(sign)};")
    return text.replace("\n", " ")
