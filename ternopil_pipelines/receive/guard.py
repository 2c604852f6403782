"""Runs the reading child within its limits and turns whatever becomes of it into an answer or a named refusal.

The child has no secret in its environment and gets two gigabytes and two minutes. Dying of these limits is said to be
too large, an error nobody foresaw is said to be one and goes to the log, and a child that cannot start is our fault.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import ternopil_pipelines
from ternopil_pipelines.faults import SourceRefused, SourceUnreachable
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.findings.masking import mask
from ternopil_pipelines.receive.reader import FAILED, TOO_LARGE, UNREADABLE

MEMORY = 2 << 30
SECONDS = 120
# A traceback; a reader that repeats itself for megabytes says nothing more.
LOGGED_CHARACTERS = 8_000
_LIMITS = {TOO_LARGE, *(-sign for sign in (signal.SIGKILL, signal.SIGXCPU, signal.SIGABRT, signal.SIGXFSZ))}
_STOPPED = {-sign for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
_CRASHED = {FAILED, *(-sign for sign in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP))}
_log = logging.getLogger(__name__)


def guarded(order: Mapping[str, object], out: Path, *, name: str) -> None:
    """The child has answered into `out` when this returns. Raises SourceRefused; RuntimeError where the installation
    itself is broken."""
    whole = {**order, "out": str(out), "memory": MEMORY, "seconds": SECONDS}
    with (out / "stderr").open("w+b") as said:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "ternopil_pipelines.receive.reader"],
                input=json.dumps(whole).encode() + b"\n",
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=_environment(),
                timeout=SECONDS + 30,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _too_large(name, f"читання тривало довше {SECONDS} секунд") from None
        _judge(done.returncode, out, name)


def _judge(code: int, out: Path, name: str) -> None:
    if code == 0:
        return
    if code in _LIMITS:
        raise _too_large(name, "для читання бракує пам’яті або часу")
    if code == UNREADABLE:
        said = json.loads((out / "error.json").read_text(encoding="utf-8"))
        raise SourceRefused(f"child says {said['code']}", [finding(said["code"], file=name, **said["words"])])
    if code in _STOPPED:
        raise SourceUnreachable(f"reading was stopped from outside (signal {-code})")
    traceback = _last_words(out)
    if code in _CRASHED:
        _log.error("the reading child failed with code %s:\n%s", code, traceback)
        raise SourceRefused(f"the reader failed with code {code}", [finding("reader-failed", file=name)])
    _log.critical("the reading child cannot run (code %s):\n%s", code, traceback)
    raise RuntimeError(f"the reading child cannot run (code {code}): {traceback.strip().rpartition(chr(10))[2]}")


def _last_words(out: Path) -> str:
    """The end of the child's standard error; an exception's text may quote a cell, so it is masked line by line."""
    said = (out / "stderr").read_bytes()[-LOGGED_CHARACTERS:].decode("utf-8", "replace")
    return "\n".join(mask(line) for line in said.splitlines())


def _environment() -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(ternopil_pipelines.__file__).parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        # Arenas of other pools reserve more address space than the limit leaves.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OMP_NUM_THREADS": "1",
    }


def _too_large(name: str, what: str) -> SourceRefused:
    limit = f"Файл, який можна прочитати за {SECONDS} секунд у {MEMORY >> 30} ГБ пам’яті."
    return SourceRefused("file exceeds its limits", [finding("file-too-large", file=name, what=what, limit=limit)])
