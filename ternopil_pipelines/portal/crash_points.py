"""Named places where a test may let the publisher die, so that what a reader sees after a real crash can be shown.

A no-op unless TERNOPIL_CRASH_AT names the place. What belongs here: the names, one per step between two calls that
change something. What does not: anything a publication depends on.
"""

from __future__ import annotations

import os
import signal
from typing import Literal

CrashPoint = Literal[
    "intent-written",
    "renamed",
    "claimed",
    "dataset-created",
    "tables-hidden",
    "files-sent",
    "table-unmarked",
    "table-overwritten",
    "table-searchable",
    "table-half-filled",
    "table-loaded",
    "tables-loaded",
    "surplus-removed",
    "views-added",
    "made-public",
    "staged",
    "detached",
    "switched",
    "parked",
    "shadow-filled",
    "swap-held",
    "swap-committed",
    "verified",
]


def passing(point: CrashPoint) -> None:
    if os.environ.get("TERNOPIL_CRASH_AT") == point:
        os.kill(os.getpid(), signal.SIGKILL)
