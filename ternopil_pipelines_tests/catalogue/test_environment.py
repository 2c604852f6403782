from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ternopil_pipelines.catalogue.environment import RUNNING, Environment, read_running, write_running
from ternopil_pipelines.faults import VariableMissing


def test_a_variable_its_default_and_plain_text_are_resolved() -> None:
    environment = Environment({"A": "one"})
    assert environment.resolve("${A}/${B:-two}/three", key="x") == "one/two/three"


def test_a_missing_variable_is_named_with_its_key() -> None:
    with pytest.raises(VariableMissing, match=r"CKAN_URL is not set; `portal\.url`"):
        Environment({}).resolve("${CKAN_URL}", key="portal.url")


def test_an_empty_variable_counts_as_missing() -> None:
    assert Environment({"A": ""}).resolve("${A:-default}", key="x") == "default"


def test_a_portal_running_here_is_found_with_its_token(tmp_path: Path) -> None:
    write_running(tmp_path, {"CKAN_URL": "http://here", "CKAN_API_TOKEN": "its-token"})
    environment = Environment.of({"TERNOPIL_HOME": str(tmp_path)})
    assert environment.resolve("${CKAN_URL} ${CKAN_API_TOKEN}", key="x") == "http://here its-token"


def test_a_foreign_portal_never_gets_the_token_of_this_machine(tmp_path: Path) -> None:
    write_running(tmp_path, {"CKAN_URL": "http://here", "CKAN_API_TOKEN": "its-token"})
    environment = Environment.of({"TERNOPIL_HOME": str(tmp_path), "CKAN_URL": "https://elsewhere"})
    with pytest.raises(VariableMissing):
        environment.resolve("${CKAN_API_TOKEN}", key="portal.token")


def test_the_list_of_what_runs_is_its_owners_alone_and_forgets_what_stopped(tmp_path: Path) -> None:
    write_running(tmp_path, {"CKAN_URL": "http://here", "OTHER": "kept"})
    assert stat.S_IMODE((tmp_path / RUNNING).stat().st_mode) == 0o600
    write_running(tmp_path, {"CKAN_URL": None})
    assert read_running(tmp_path) == {"OTHER": "kept"}


def test_values_do_not_show_in_its_representation() -> None:
    assert "secret" not in repr(Environment({"T": "secret"}, {"U": "secret"}))
