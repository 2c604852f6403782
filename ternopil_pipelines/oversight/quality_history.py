"""The quality of a dataset over time: entered in the ledger when it moves, drawn as a line.

What the points are is `quality`'s; a metadata entry of Dagster takes the picture as Markdown.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines.oversight.quality import Quality

QUALITY = "quality"
_WIDTH, _HEIGHT, _EDGE = 480, 120, 12


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
    ledger.append(
        QUALITY, who=who, dataset=found.dataset, percent=found.percent, earned=found.earned, most=found.most,
        dimensions=dimensions,
    )  # fmt: skip
    return True


def history(ledger: Ledger, dataset: str) -> tuple[Measured, ...]:
    return tuple(Measured(each.at, float(each.body["percent"])) for each in ledger.entries(dataset, QUALITY))


def plot(measured: Sequence[Measured]) -> str:
    """The line as an SVG picture in Markdown; a single measurement is a point."""
    step = (_WIDTH - 2 * _EDGE) / max(len(measured) - 1, 1)
    places = [
        (_EDGE + number * step, _EDGE + (_HEIGHT - 2 * _EDGE) * (1 - each.percent / 100))
        for number, each in enumerate(measured)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#1f6feb"/>' for x, y in places)
    last = f"{measured[-1].percent:g} %" if measured else ""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
        f'<polyline points="{line}" fill="none" stroke="#1f6feb" stroke-width="2"/>{dots}'
        f'<text x="{_WIDTH - 70}" y="20" font-size="14" font-family="sans-serif">{last}</text></svg>'
    )
    return f"![якість](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
