"""Transient faults are retried in one layer, permanent ones at once left to a person; both stand in the ledger."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import dagster as dg
import pytest

from ternopil_pipelines.orchestration import assets
from ternopil_pipelines.orchestration.faults import RETRIES, permanent_fails_at_once
from ternopil_pipelines.orchestration.instance import instance as instance_of
from ternopil_pipelines_tests.orchestration.town import Town, events, make_town
from ternopil_pipelines_tests.orchestration.unreachable import bad_gateway, closed_port

TRIES = 2


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same policy without its minutes."""
    monkeypatch.setattr(assets, "RETRIES", dg.RetryPolicy(max_retries=TRIES, delay=0.05))


@pytest.fixture
def lonely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town whose portal is a port nobody listens on."""
    made = make_town(tmp_path, "t", url=f"http://127.0.0.1:{closed_port()}", token="a-token")
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    return made


def _restarts(instance: dg.DagsterInstance) -> dict[str, int]:
    restarted = [each for each in events(instance) if each.event_type_value == "STEP_RESTARTED"]
    return dict(Counter(str(each.step_key).rpartition("__")[2] for each in restarted))


def test_a_portal_that_does_not_answer_is_tried_again_and_then_told(lonely: Town) -> None:
    with instance_of(lonely.installation.environment) as instance:
        outcome = lonely.run(lonely.repairs, instance)
        assert (outcome.state, outcome.exit_code) == ("unreachable", 3)
        assert outcome.said and "Traceback" not in outcome.said and "\n" not in outcome.said
        assert _restarts(instance) == {"publication": TRIES}
    entries = lonely.installation.ledger.entries(dataset=lonely.repairs.id)
    assert [each.what for each in entries] == ["received", "kept", "decision", *["failed"] * (TRIES + 1)]
    assert entries[-1].body["fault"] == "PortalUnreachable"


def test_a_gateway_s_page_instead_of_the_portal_is_tried_again_too(
    lonely: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bad_gateway() as url, instance_of(lonely.installation.environment) as instance:
        monkeypatch.setenv("CKAN_URL", url)
        outcome = lonely.run(lonely.repairs, instance)
        assert (outcome.state, outcome.exit_code) == ("unreachable", 3)
        assert outcome.said and "<html>" not in outcome.said
        assert _restarts(instance) == {"publication": TRIES}


def test_a_portal_that_comes_back_between_two_tries_gets_the_edition(
    town: Town, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = town.variables["CKAN_URL"]
    monkeypatch.setenv("CKAN_URL", f"http://127.0.0.1:{closed_port()}")
    broken = town.run(town.repairs, instance)
    monkeypatch.setenv("CKAN_URL", url)
    mended = town.run(town.repairs, instance)
    assert (broken.state, mended.state) == ("unreachable", "published")
    assert broken.edition is None


def test_a_source_that_does_not_answer_is_tried_again_and_nothing_after_it_runs(
    lonely: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLS_URL", f"postgresql+psycopg2://reader:word@127.0.0.1:{closed_port()}/calls")
    lonely.variables["CALLS_URL"] = f"postgresql+psycopg2://reader:word@127.0.0.1:{closed_port()}/calls"
    with instance_of(lonely.installation.environment) as instance:
        outcome = lonely.run(lonely.calls, instance)
        assert (outcome.state, outcome.exit_code) == ("unreachable", 3)
        assert _restarts(instance) == {"raw_calls": TRIES}
    assert {each.what for each in lonely.installation.ledger.entries(dataset=lonely.calls.id)} == {"failed"}


@pytest.mark.parametrize(
    ("wrong", "code", "state"),
    [
        ({"CKAN_API_TOKEN": "not-a-token"}, 3, "unreachable"),
        ({"CKAN_API_TOKEN": ""}, 2, "failed"),
    ],
)
def test_what_a_person_must_mend_is_not_tried_again(
    wrong: dict[str, str],
    code: int,
    state: str,
    town: Town,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    outcome = town.run(town.repairs, instance)
    assert (outcome.state, outcome.exit_code) == (state, code)
    assert _restarts(instance) == {}
    assert town.installation.ledger.entries(dataset=town.repairs.id)[-1].what == "failed"


def test_an_organisation_that_is_not_there_is_asked_for_by_name(
    town: Town, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = f"{town.prefix}-nobody"
    text = town.sources.read_text(encoding="utf-8")
    town.sources.write_text(
        text.replace('    edrpou: "40841314"\n', f'    edrpou: "40841314"\n    organization: {missing}\n'),
        encoding="utf-8",
    )
    outcome = town.run(town.repairs, instance)
    assert outcome.exit_code == 3
    assert outcome.said and missing in outcome.said
    assert _restarts(instance) == {}


def test_an_error_of_our_own_is_not_taken_for_a_portal_out_of_reach() -> None:
    with pytest.raises(dg.Failure) as failure, permanent_fails_at_once():
        raise KeyError("a mistake in the program")
    assert failure.value.allow_retries is False
    assert "a mistake" not in str(failure.value.description)


def test_the_retries_of_a_city_last_longer_than_a_portal_s_restart() -> None:
    assert RETRIES.backoff is dg.Backoff.EXPONENTIAL
    assert sum(RETRIES.calculate_delay(number) for number in range(1, RETRIES.max_retries + 1)) > 30
