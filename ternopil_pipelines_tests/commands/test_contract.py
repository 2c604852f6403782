"""What every subcommand keeps: exit codes, one JSON document, the sources file, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ternopil_pipelines import cli
from ternopil_pipelines_tests.commands.conftest import Ternopil
from ternopil_pipelines_tests.orchestration.town import Town

STATES = {"fresh", "due", "overdue", "delinquent", "held", "failed", "never", "retired"}


@pytest.mark.parametrize("words", [("--json", "status"), ("status", "--json"), ("--json", "status", "--json")])
def test_status_is_one_document_of_the_contract_s_shape(
    words: tuple[str, ...], village: Town, ternopil: Ternopil
) -> None:
    said = ternopil(*words)
    assert (said.code, list(said.document)) == (0, ["datasets"])
    for each in said.document["datasets"]:
        assert set(each) == {"id", "state", "last_published", "due", "findings", "waiting_for"}
        assert each["state"] in STATES and isinstance(each["findings"], int)
    assert {each["state"] for each in said.document["datasets"]} == {"never"}


def test_status_for_people_names_every_dataset_in_ukrainian(village: Town, ternopil: Ternopil) -> None:
    said = ternopil("status")
    assert said.code == 0
    for dataset in (village.repairs, village.calls):
        assert any(dataset.id in line and "ще не оприлюднений" in line for line in said.out.splitlines())


def test_portal_status_without_a_portal(village: Town, ternopil: Ternopil) -> None:
    for words in (("--json", "portal", "status"), ("portal", "status", "--json")):
        assert ternopil(*words).document == {"running": False, "url": None}
    assert ternopil("portal", "down").code == 0
    assert ternopil("demo", "--stop", "--json").document == {"stopped": []}


def test_a_wrong_sources_file_is_exit_2_and_names_its_lines(tmp_path: Path, ternopil: Ternopil) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        "version: 1\ncity: {title: Місто, edrpou: 34334305}\nholders: []\ndatasetz: []\n", encoding="utf-8"
    )
    for words in (("--sources", wrong, "status"), ("--sources", wrong, "publish", "--all")):
        said = ternopil(*words)
        assert (said.code, said.out) == (2, "")
        assert "wrong.yaml:2" in said.err and "wrong.yaml:4" in said.err and "edrpou" in said.err
    assert "edrpou" in ternopil("--sources", wrong, "--json", "status").document["error"]["message"]
    assert ternopil("--sources", tmp_path / "absent.yaml", "status").code == 2
    assert ternopil("--sources", tmp_path, "status").code == 2


def test_the_sources_file_may_be_named_by_the_environment(
    village: Town, ternopil: Ternopil, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ternopil("status").code == 0
    monkeypatch.delenv("TERNOPIL_SOURCES")
    assert ternopil("status").code == 0, "sources.yaml of this folder"
    monkeypatch.setenv("TERNOPIL_SOURCES", str(village.root / "elsewhere.yaml"))
    assert ternopil("status").code == 2


def test_a_missing_variable_is_named_with_its_key(
    village: Town, ternopil: Ternopil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CKAN_URL")
    said = ternopil("publish", village.repairs.id)
    assert said.code == 2
    assert "CKAN_URL" in said.out + said.err and "portal.url" in said.out + said.err
    monkeypatch.delenv("LANDING_DIR")
    said = ternopil("publish", village.repairs.id)
    assert said.code == 2
    assert "LANDING_DIR" in said.out + said.err


@pytest.mark.parametrize(
    "words", [("nonsense",), ("status", "--nonsense"), ("evidence", "nonsense"), ("portal", "up", "--port", "x")]
)
def test_words_it_does_not_know_are_exit_2(words: tuple[str, ...], ternopil: Ternopil) -> None:
    assert ternopil(*words).code == 2
    assert "error" in ternopil("--json", *words).document


def test_help_is_there_for_every_subcommand_and_opens_nothing(
    ternopil: Ternopil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, command in cli.ternopil.commands.items():
        said = ternopil(name, "--help")
        assert (said.code, said.err) == (0, "")
        assert command.help and any("а" <= letter <= "я" for letter in command.help)
    assert ternopil("--version").code == 0
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_our_own_leaves_a_private_log_instead_of_a_traceback(
    village: Town, ternopil: Ternopil, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a mistake in the program")

    monkeypatch.setattr("ternopil_pipelines.oversight.status.standing", broken)
    said = ternopil("status", "--json")
    assert said.code == 1
    (log,) = (village.root / "home" / "log").glob("crash-*.log")
    assert "a mistake in the program" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0
    assert said.document["error"]["kind"] == "KeyError"


def test_the_installed_command_speaks_to_a_pipe_that_closes_early(village: Town) -> None:
    command = [str(Path(sys.executable).parent / "ternopil"), "status", "--json"]
    whole = subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=120)
    assert (whole.returncode, set(json.loads(whole.stdout))) == (0, {"datasets"})
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        cut = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, env=os.environ, timeout=120)
    assert "Traceback" not in cut.stderr and "Внутрішня помилка" not in cut.stderr
