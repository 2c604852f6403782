"""Rows of a text file that are wider or narrower than their header: said, and brought to its width.

A wider row has nearly always a delimiter inside an unquoted text, so that its values stand in the wrong columns; a
narrower last one without a line end is a file still being copied.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.receive.delimited import Delimited
from ternopil_pipelines.receive.grid import Grid, filled
from ternopil_pipelines.receive.header import Header

SHOWN_ROWS = 200


def even_out(read: Delimited, header: Header, *, file: str) -> tuple[Grid, list[Finding]]:
    grid, widths = read.grid, read.widths
    if widths is None or header.last + 1 >= grid.height:
        return grid, []
    body = slice(header.last + 1, None)
    present = np.column_stack([np.asarray(filled(column)) for column in grid.columns])[body]
    reach = np.where(present.any(axis=1), present.shape[1] - np.argmax(present[:, ::-1], axis=1), 0)
    width = _width(widths[header.first : header.last + 1], reach)
    numbers, said = grid.numbers[body], widths[body]
    findings = [
        finding("row-too-long", row=int(numbers[index]), found=int(reach[index]), width=width)
        for index in np.flatnonzero(reach > width)[:SHOWN_ROWS]
    ]
    short = np.flatnonzero((said < width) & (reach > 0))
    last = int(np.flatnonzero(reach > 0)[-1]) if (reach > 0).any() else -1
    if len(short) and short[-1] == last and len(short) == 1 and not read.ends_in_newline:
        findings.append(finding("file-cut-short", row=int(numbers[last]), file=file))
    else:
        findings += [
            finding("row-too-short", row=int(numbers[index]), found=int(said[index]), width=width)
            for index in short[:SHOWN_ROWS]
        ]
    return replace(grid, columns=grid.columns[:width]), findings


def _width(header_widths: np.ndarray, reach: np.ndarray) -> int:
    """The header's width, or more where most rows reach beyond it: then a column has no name, and no row is wrong."""
    width = int(header_widths.max())
    beyond = reach[reach > width]
    if len(reach) and len(beyond) > 0.5 * (reach > 0).sum():
        return int(np.median(beyond))
    return width
