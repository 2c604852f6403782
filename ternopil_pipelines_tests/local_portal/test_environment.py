"""CKAN's environment: believed only when its stamp says it is whole."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest

from ternopil_pipelines.faults import PermanentFault
from ternopil_pipelines.local_portal.environment import ensure_environment, only_one, plain_environment, python_of


def test_an_install_that_was_cut_off_is_done_again_and_then_believed(tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    (environment / "bin").mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text("home = /nowhere\n")
    (environment / "bin" / "python").write_text("half a file")
    said: list[str] = []
    ensure_environment(environment, logs=tmp_path, say=said.append)
    assert any("Встановлюю CKAN" in text for text in said)
    versions = subprocess.run(
        [python_of(environment), "-c", "import ckan, magic, psycopg2, ternopil_search; print(ckan.__version__)"],
        capture_output=True,
        text=True,
        check=True,
        env=plain_environment(),
    )
    assert versions.stdout.strip() == "2.12.0"

    said.clear()
    ensure_environment(environment, logs=tmp_path, say=said.append)
    assert said == []


def test_a_folder_of_somebody_elses_files_is_not_overwritten(tmp_path: Path) -> None:
    environment = tmp_path / "documents"
    environment.mkdir()
    (environment / "letter.txt").write_text("keep me")
    with pytest.raises(PermanentFault, match="not empty and no Python environment"):
        ensure_environment(environment, logs=tmp_path, say=lambda text: None)
    assert (environment / "letter.txt").read_text() == "keep me"


def test_a_second_installer_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    lock, said, order = tmp_path / "lock", [], []

    def second() -> None:
        with only_one(lock, say=said.append, waiting_for="встановлення"):
            order.append("second")

    with only_one(lock, say=said.append, waiting_for="встановлення"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert said == ["Чекаю: інша команда закінчує встановлення…"]


def test_the_callers_settings_for_a_portal_do_not_steer_the_embedded_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CKAN_SQLALCHEMY_URL", "CKAN_API_TOKEN", "PYTHONPATH", "PGHOST", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    kept = plain_environment(CKAN_INI="ours.ini")
    assert "elsewhere" not in kept.values()
    assert kept["HTTPS_PROXY"] == "http://proxy.example"
    assert kept["CKAN_INI"] == "ours.ini"
