"""The command as it is typed: its own `main`, its arguments, its exit code and both of its streams."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ternopil_pipelines import cli
from ternopil_pipelines.orchestration import assets
from ternopil_pipelines_tests.orchestration.town import Town, make_town
from ternopil_pipelines_tests.orchestration.unreachable import closed_port


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output; anything beside it fails here."""
        return json.loads(self.out)


Ternopil = Callable[..., Said]


@pytest.fixture
def ternopil(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Ternopil:
    def call(*words: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["ternopil", *(str(each) for each in words)])
        capfd.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        captured = capfd.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Said(code, captured.out, captured.err)

    return call


@pytest.fixture
def town(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The suite's town, and its folder is where the command is typed."""
    monkeypatch.chdir(tmp_path)
    return town


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town whose portal is a port nobody listens on; retries do not wait."""
    made = make_town(tmp_path, "t", url=f"http://127.0.0.1:{closed_port()}", token="a-token")
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(assets, "RETRIES", dg.RetryPolicy(max_retries=1, delay=0.01))
    monkeypatch.chdir(tmp_path)
    return made
