"""No token and no password in anything that is kept or printed: event log, ledger, archive, tags, output."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration import assets
from ternopil_pipelines.orchestration.instance import instance as instance_of
from ternopil_pipelines.orchestration.running import run_dataset
from ternopil_pipelines_tests.orchestration.town import SOURCES, Town
from ternopil_pipelines_tests.orchestration.unreachable import bad_gateway, closed_port

CANARIES = {
    name: f"canary{number}{number}x7Qd9Zk" for number, name in enumerate(("TOKEN", "PASSWORD", "HEADER", "QUERY"))
}

API = """\
  - id: t-petitions
    title: Петиції
    description: Петиції.
    purpose: Участь.
    keywords: [петиції]
    holder: t-works
    frequency: once a day
    tables:
      - id: petitions
        columns: [{name: id, type: integer, key: true}]
        source:
          kind: api
          url: ${API_URL}/petitions
          headers: {Authorization: "Bearer ${API_HEADER}"}
          parameters: {key: "${API_QUERY}"}
          private_network: true
"""


def _kept(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _leaks(folder: Path, canaries: list[str], printed: str) -> list[str]:
    found = [
        f"{name}: {canary[:7]}"
        for name, data in _kept(folder).items()
        for canary in canaries
        if canary.encode() in data
    ]
    return found + [f"output: {canary[:7]}" for canary in canaries if canary in printed]


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "RETRIES", dg.RetryPolicy(max_retries=1, delay=0.01))


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("way", ["closed", "bad gateway"])
def test_secrets_appear_nowhere_when_everything_fails(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with bad_gateway() as gateway:
        closed = f"127.0.0.1:{closed_port()}"
        variables = {
            "TERNOPIL_HOME": str(home),
            "DAGSTER_HOME": str(home / "dagster"),
            "LANDING_DIR": str(tmp_path / "landing"),
            "CKAN_URL": gateway if way == "bad gateway" else f"http://{closed}",
            "CKAN_API_TOKEN": CANARIES["TOKEN"],
            "CALLS_URL": f"postgresql+psycopg2://reader:{CANARIES['PASSWORD']}@{closed}/calls",
            "API_URL": gateway if way == "bad gateway" else f"http://{closed}",
            "API_HEADER": CANARIES["HEADER"],
            "API_QUERY": CANARIES["QUERY"],
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        folder = tmp_path / "landing" / "t-works" / "t-repairs"
        folder.mkdir(parents=True)
        (folder / "repairs.csv").write_text("id,street,cost,done\n1,Руська,1,2026-01-01\n", encoding="utf-8")
        installation = Installation(parse_catalogue(SOURCES.replace("PREFIX", "t") + API), Environment(variables))
        with instance_of(installation.environment) as instance:
            outcomes = [
                run_dataset(installation, each, instance, cause="test") for each in installation.catalogue.datasets
            ]
    assert [each.exit_code for each in outcomes] == [3, 3, 3]
    captured = capfd.readouterr()
    printed = captured.out + captured.err + str(outcomes) + repr(installation)
    assert (home / "ledger.db").is_file() and any(home.rglob("storage/*/*"))
    assert _leaks(tmp_path, list(CANARIES.values()), printed) == []


def test_the_token_that_publishes_is_kept_nowhere(
    town: Town, instance: dg.DagsterInstance, capfd: pytest.CaptureFixture[str]
) -> None:
    assert town.run(town.repairs, instance).state == "published"
    captured = capfd.readouterr()
    assert _leaks(town.root, [town.variables["CKAN_API_TOKEN"]], captured.out + captured.err) == []
