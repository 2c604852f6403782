"""Quality over time: entered in the ledger when it moves, folded into holders and the city, drawn as a line.

An entry holds a dataset's points by dimension and says in which edition they were measured; holders and the city have
no entries of their own, so that nobody can raise them but by raising a dataset. What the points are is `quality`'s.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ternopil_pipelines.evidence.journal import last_published
from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.oversight.quality import Quality, percent

QUALITY = "quality"
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 640, 180, 44, 12, 26


@dataclass(frozen=True, slots=True)
class Measured:
    """`at`: ISO, UTC."""

    at: str
    percent: float


def remember(ledger: Ledger, found: Quality, *, who: str) -> bool:
    """Enter it where it is not what it was; says whether it was entered."""
    last = ledger.last(found.dataset, QUALITY)
    dimensions = {name: list(points) for name, points in found.by_dimension().items()}
    if last is not None and last.body.get("dimensions") == dimensions:
        return False
    published = last_published(ledger, found.dataset)
    # The edition stands in the body: an entry's own edition is what is being decided about.
    ledger.append(
        QUALITY, who=who, dataset=found.dataset, percent=found.percent, earned=found.earned, most=found.most,
        dimensions=dimensions, measured=published.edition if published else None,
    )  # fmt: skip
    return True


def history(ledger: Ledger, datasets: str | Iterable[str]) -> tuple[Measured, ...]:
    """Of one dataset, or of several together (a holder's, the city's) at each moment one of them moved."""
    chosen = {datasets} if isinstance(datasets, str) else {*datasets}
    standing: dict[str, tuple[float, float]] = {}
    found = []
    for entry in ledger.entries(what=QUALITY):
        if entry.dataset in chosen:
            standing[entry.dataset] = (float(entry.body["earned"]), float(entry.body["most"]))
            earned, most = (sum(each[place] for each in standing.values()) for place in (0, 1))
            found.append(Measured(entry.at, percent(earned, most)))
    return tuple(found)


def plot(measured: Sequence[Measured], *, until: datetime, title: str = "Якість") -> str:
    """Percent by day as steps, an SVG picture in Markdown: a value holds until the next entry, the last until now."""
    moments = [datetime.fromisoformat(each.at) for each in measured]
    first, last = (moments[0], max(until, moments[-1])) if moments else (until, until)
    span = max((last - first).total_seconds(), 1.0)

    def across(moment: datetime) -> float:
        return _LEFT + (_WIDTH - _LEFT - 12) * (moment - first).total_seconds() / span

    def down(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / 100)

    grid = "".join(
        f'<line x1="{_LEFT}" x2="{_WIDTH - 12}" y1="{down(each):.1f}" y2="{down(each):.1f}" stroke="#ddd"/>'
        f'<text x="4" y="{down(each) + 4:.1f}">{each} %</text>'
        for each in (0, 50, 100)
    )
    corners: list[str] = []
    for moment, each in zip(moments, measured, strict=True):
        if corners:
            corners.append(f"{across(moment):.1f},{corners[-1].partition(',')[2]}")
        corners.append(f"{across(moment):.1f},{down(each.percent):.1f}")
    if measured:
        corners.append(f"{across(last):.1f},{down(measured[-1].percent):.1f}")
    now = f"{measured[-1].percent:g} %" if measured else "ще не виміряно"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
        f' font-size="12" font-family="sans-serif"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{grid}'
        f'<polyline points="{" ".join(corners)}" fill="none" stroke="#0072b2" stroke-width="2"/>'
        f'<text x="{_LEFT}" y="{_HEIGHT - 8}">{first:%d.%m.%Y}</text>'
        f'<text x="{_WIDTH - 84}" y="{_HEIGHT - 8}">{last:%d.%m.%Y}</text>'
        f'<text x="{_WIDTH / 2:.0f}" y="{_HEIGHT - 8}" font-weight="bold" text-anchor="middle">{now}</text></svg>'
    )
    return f"![{title}: {now}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
