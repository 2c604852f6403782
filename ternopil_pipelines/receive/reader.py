"""The guarded child: opens one file and writes what it holds as Arrow text.

Run as `python -m ternopil_pipelines.receive.reader`, never imported by the step: calamine aborts the whole process on
a far cell (4 KiB asking for 549 GB), so it does so here, within the limits this process sets itself. Imports neither
pandas nor anything that holds a secret.

Protocol: one JSON line on standard input {path, out, kind, memory, seconds, …}; the answer lies in `out`, the exit code
says what became of it. Whatever nobody foresaw leaves its traceback on standard error, for the log alone.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import traceback
from pathlib import Path

UNREADABLE = 3
TOO_LARGE = 4
FAILED = 5
INCOMPLETE = 6
LARGEST_ANSWER = 8 << 30

_MODULES = {
    **dict.fromkeys(("xlsx", "xlsb", "xls", "ods"), "workbook"),
    "json": "json_records",
    "xml": "xml_records",
    "kml": "kml_records",
    **dict.fromkeys(("dbf", "shapes"), "shapes"),
}


def main() -> int:
    order = json.loads(sys.stdin.readline())
    _limit(order["memory"], order["seconds"])
    from ternopil_pipelines.receive.child.answer import Refused

    out = Path(order["out"])
    try:
        # After the limits: what they forbid must fail here.
        read = importlib.import_module(f"ternopil_pipelines.receive.child.{_MODULES[order['kind']]}").read
        answer = read(order)
        if answer is not None:
            answer.write(out)
    except Refused as refused:
        said = {"code": refused.code, "words": refused.words}
        (out / "error.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        return UNREADABLE
    except MemoryError:
        return TOO_LARGE
    except ImportError:
        traceback.print_exc()
        return INCOMPLETE
    except BaseException as error:  # a panic of the reader is no Exception
        traceback.print_exc()
        return TOO_LARGE if _memory_ran_out(error) else FAILED
    return 0


def _memory_ran_out(error: BaseException) -> bool:
    """Arrow and Rust have words of their own for it."""
    text = f"{type(error).__name__} {error}".lower()
    return any(words in text for words in ("out of memory", "malloc of size", "realloc of size", "capacity overflow"))


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_ANSWER, LARGEST_ANSWER))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
