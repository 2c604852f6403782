"""The coverage of the law as a picture: one bar of five colours, SVG without a plotting library.

Drawn by hand because matplotlib would add 60 MB to every machine for one bar. The colours keep apart for colour-blind
readers (Okabe-Ito), and every colour is also said in words with its number.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from ternopil_pipelines.oversight.coverage import STATES, Covered, State, counts

WORDS: dict[State, str] = {
    "published": "оприлюднено",
    "partial": "оприлюднено частково",
    "not applicable": "не застосовується",
    "restricted": "доступ обмежено",
    "missing": "немає",
}
COLOURS: dict[State, str] = {
    "published": "#009e73",
    "partial": "#e69f00",
    "not applicable": "#56b4e9",
    "restricted": "#0072b2",
    "missing": "#b0b0b0",
}
_WIDTH, _BAR, _LINE = 720, 36, 24


def coverage_svg(covered: Sequence[Covered]) -> str:
    found, total = counts(covered), len(covered)
    height = 40 + _BAR + 16 + _LINE * len(STATES) + 8
    heading = f"Перелік постанови № 835: {found['published']} з {total} наборів оприлюднено"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
        f' role="img" font-family="sans-serif" font-size="14">',
        f"<title>{escape(heading)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="24" font-size="16" font-weight="bold" fill="#222222">{escape(heading)}</text>',
    ]
    left = 10.0
    for state in STATES:
        width = (_WIDTH - 20) * found[state] / max(total, 1)
        if width:
            parts.append(f'<rect x="{left:.2f}" y="40" width="{width:.2f}" height="{_BAR}" fill="{COLOURS[state]}"/>')
        left += width
    for line, state in enumerate(STATES):
        top = 40 + _BAR + 16 + _LINE * line
        share = 100 * found[state] / max(total, 1)
        parts.append(f'<rect x="10" y="{top}" width="14" height="14" fill="{COLOURS[state]}"/>')
        said = f"{WORDS[state]}: {found[state]} ({share:.0f} %)"
        parts.append(f'<text x="32" y="{top + 12}" fill="#222222">{escape(said)}</text>')
    return "".join([*parts, "</svg>"])


def coverage_markdown(covered: Sequence[Covered]) -> str:
    """The picture as Dagster's metadata shows pictures: an image inside Markdown."""
    encoded = base64.b64encode(coverage_svg(covered).encode()).decode("ascii")
    return f"![Стан виконання переліку](data:image/svg+xml;base64,{encoded})"
