"""What becomes of a child that dies: its limits, a reader's own failure, and a broken installation are three things."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ternopil_pipelines.faults import SourceRefused, SourceUnreachable
from ternopil_pipelines.receive import guard
from ternopil_pipelines_tests.receive.making import codes, table, xlsx

# In place of the reader: each dies as children have been seen to.
DEATHS = {
    "memory": "raise SystemExit(4)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "processor": "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)",
    "abort": "import os; os.abort()",
}
FAILURES = {
    "exception": "import sys\nsys.stderr.write('Traceback\\nZeroDivisionError: division by zero')\nsys.exit(5)",
    "segfault": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
}


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The child runs the given script instead of the reader, with everything else as it is."""
    script: list[str] = []
    run = subprocess.run

    def started(command: list[str], **how: object) -> object:
        return run([sys.executable, "-c", script[-1]], **how)  # type: ignore[call-overload]

    monkeypatch.setattr(guard.subprocess, "run", started)
    yield script


def judged(tmp_path: Path, order: Mapping[str, object] | None = None) -> None:
    guard.guarded(order or {"kind": "xlsx", "path": "x"}, tmp_path, name="дані.xlsx")


@pytest.mark.parametrize("death", list(DEATHS))
def test_dying_of_the_limits_is_said_to_be_too_large(tmp_path: Path, dying: list[str], death: str) -> None:
    dying.append(DEATHS[death])
    with pytest.raises(SourceRefused) as refused:
        judged(tmp_path)
    assert codes(refused.value) == ["file-too-large"]


@pytest.mark.parametrize("failure", list(FAILURES))
def test_a_failure_of_the_reader_is_said_to_be_one_and_its_traceback_goes_to_the_log_alone(
    tmp_path: Path, dying: list[str], failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    dying.append(FAILURES[failure])
    with caplog.at_level(logging.ERROR), pytest.raises(SourceRefused) as refused:
        judged(tmp_path)
    assert codes(refused.value) == ["reader-failed"]
    said = refused.value.findings[0]
    assert "Traceback" not in said.message + said.expected + said.fix + str(refused.value)
    assert "code" in caplog.text
    if failure == "exception":
        assert "ZeroDivisionError" in caplog.text


def test_a_child_stopped_from_outside_is_tried_again(tmp_path: Path, dying: list[str]) -> None:
    dying.append(f"import os; os.kill(os.getpid(), {signal.SIGTERM.value})")
    with pytest.raises(SourceUnreachable):
        judged(tmp_path)


def test_a_missing_module_is_loud_and_never_the_stewards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "fastexcel.py").write_text("raise ModuleNotFoundError(\"No module named 'fastexcel'\")")
    path = xlsx(tmp_path / "a.xlsx", ("s", [["id"], [1]]))
    environment = guard._environment()
    environment["PYTHONPATH"] = f"{broken}:{environment['PYTHONPATH']}"
    monkeypatch.setattr(guard, "_environment", lambda: environment)
    from ternopil_pipelines.receive.file import receive_file

    with pytest.raises(RuntimeError, match="No module named 'fastexcel'"):
        receive_file(path, table("id"))


def test_an_exception_nobody_foresaw_in_the_real_reader_is_a_failure_of_the_reader(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An order without its path: the reader raises KeyError."""
    with caplog.at_level(logging.ERROR), pytest.raises(SourceRefused) as refused:
        judged(tmp_path, {"kind": "json", "known": [], "names": ""})
    assert codes(refused.value) == ["reader-failed"]
    assert "KeyError" in caplog.text


def test_personal_values_in_a_traceback_are_masked_in_the_log(
    tmp_path: Path, dying: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    dying.append("import sys; sys.stderr.write('ValueError: 3012345678 and a@b.ua'); sys.exit(5)")
    with caplog.at_level(logging.ERROR), pytest.raises(SourceRefused):
        judged(tmp_path)
    assert "3012345678" not in caplog.text
    assert "a@b.ua" not in caplog.text


def test_the_child_sees_no_secret_of_the_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKAN_API_TOKEN", "very-secret")
    seen: list[Mapping[str, str]] = []
    run = subprocess.run

    def looked(command: list[str], **how: object) -> object:
        seen.append(how["env"])  # type: ignore[arg-type]
        return run(command, **how)  # type: ignore[call-overload]

    monkeypatch.setattr(guard.subprocess, "run", looked)
    with pytest.raises(SourceRefused):
        judged(tmp_path, {"kind": "json", "known": [], "names": ""})
    assert seen
    assert all("very-secret" not in value for environment in seen for value in environment.values())
