"""An edition that waits for a person: closed on every path, decided in the launch form, published afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

import dagster as dg
import pytest
from ckanapi import NotFound, RemoteCKAN
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation
from dagster._core.definitions.sensor_definition import SensorExecutionData

from ternopil_pipelines.commands import status
from ternopil_pipelines.evidence import ledger
from ternopil_pipelines.faults import EditionHeld
from ternopil_pipelines.orchestration import release, reminding
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.names import keys_of, publication_key
from ternopil_pipelines.orchestration.publishing import publish_edition
from ternopil_pipelines.orchestration.reminding import DECIDED_IN_TIME
from ternopil_pipelines.orchestration.running import run_dataset
from ternopil_pipelines_tests.commands.conftest import Ternopil, ternopil
from ternopil_pipelines_tests.orchestration.town import Town

__all__ = ["ternopil"]


@pytest.fixture
def moderated(town: Town) -> Town:
    text = town.sources.read_text(encoding="utf-8")
    town.sources.write_text(
        text.replace("frequency: once a month\n", "frequency: once a month\n    moderation: always\n")
    )
    return town


def _published(anonymous: RemoteCKAN, town: Town) -> bool:
    try:
        anonymous.action.package_show(id=town.repairs.id)
    except NotFound:
        return False
    return True


def _launch(town: Town, instance: dg.DagsterInstance, **decision: str) -> dg.ExecuteInProcessResult:
    job = build_definitions(town.installation).resolve_job_def("decide")
    config = {"ops": {"enter_decision": {"config": {"dataset": town.repairs.id, **decision}}}}
    return job.execute_in_process(instance=instance, run_config=config, raise_on_error=False)


def _tick(town: Town, instance: dg.DagsterInstance, cursor: str | None = None) -> SensorExecutionData:
    """One look of the sensor, its check results entered as the daemon enters them."""
    definitions = build_definitions(town.installation)
    sensor = definitions.resolve_sensor_def("released")
    context = dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        resources={"installation": town.installation},
        sensor_name="released",
        repository_def=definitions.get_repository_def(),
    )
    done = sensor.evaluate_tick(context)
    for event in done.asset_events:
        instance.report_runless_asset_event(event)
    return done


def _asked(town: Town, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    return list(_tick(town, instance).run_requests or [])


def _shown(town: Town, instance: dg.DagsterInstance) -> AssetCheckEvaluation | None:
    """What the Dagster UI shows beside the publication."""
    key = dg.AssetCheckKey(publication_key(town.repairs), DECIDED_IN_TIME)
    record = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).get(key)
    event = record.event.dagster_event if record is not None and record.event is not None else None
    done = event is not None and event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION
    return event.asset_check_evaluation_data if event is not None and done else None


def _days_on(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if so many days had passed for whoever looks at a clock."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(days=days)

    for module in (ledger, release, reminding, status):
        monkeypatch.setattr(module, "datetime", Later)


def test_a_held_edition_is_closed_on_every_path_and_goes_out_once_it_is_approved(
    moderated: Town, instance: dg.DagsterInstance, anonymous: RemoteCKAN
) -> None:
    dataset, installation = moderated.repairs, moderated.installation
    job = build_definitions(installation).resolve_implicit_global_asset_job_def()

    assert run_dataset(installation, dataset, instance, cause="schedule").state == "held"
    for selection in ([publication_key(dataset)], keys_of(dataset)):  # by hand in the UI, and run again from the start
        again = job.execute_in_process(instance=instance, asset_selection=selection, raise_on_error=False)
        assert again.success, "waiting is no failure"
        assert publication_key(dataset) not in [e.asset_key for e in again.get_asset_materialization_events()]
    edition = installation.archive.latest(dataset.id)
    assert edition is not None
    with pytest.raises(EditionHeld):  # what `rollback` and the command call
        publish_edition(installation, dataset, edition, run="test", say=print)
    assert not _published(anonymous, moderated)
    assert _asked(moderated, instance) == []

    assert _launch(moderated, instance, decision="APPROVE", note="перевірено", by="Олена").success
    (request,) = _asked(moderated, instance)
    assert request.asset_selection == [publication_key(dataset)]
    assert run_dataset(installation, dataset, instance, cause="released").state == "published"
    assert _published(anonymous, moderated)
    assert _asked(moderated, instance) == []
    decided = [e for e in installation.ledger.entries(dataset.id, "decision") if e.body["verdict"] == "approved"]
    assert [(each.body["by"], each.body["why"]) for each in decided] == [("person Олена", "перевірено")]


def test_a_rejected_edition_stays_in_and_cannot_be_approved_afterwards(
    moderated: Town, instance: dg.DagsterInstance, anonymous: RemoteCKAN
) -> None:
    run_dataset(moderated.installation, moderated.repairs, instance, cause="schedule")
    assert _launch(moderated, instance, decision="REJECT", note="помилка", by="Олена").success
    assert not _launch(moderated, instance, decision="APPROVE", note="ні, добре", by="Іван").success
    assert run_dataset(moderated.installation, moderated.repairs, instance, cause="schedule").state == "refused"
    assert not _published(anonymous, moderated)


def test_what_waits_too_long_is_said_in_the_ui_in_the_ledger_and_in_status_until_it_is_decided(
    moderated: Town, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, ternopil: Ternopil
) -> None:
    dataset = moderated.repairs
    assert run_dataset(moderated.installation, dataset, instance, cause="schedule").state == "held"
    fresh = _tick(moderated, instance)
    assert (fresh.asset_events, _shown(moderated, instance)) == ([], None)

    _days_on(7, monkeypatch)
    first = _tick(moderated, instance, fresh.cursor)
    warned = _shown(moderated, instance)
    assert warned is not None and not warned.passed and warned.severity is dg.AssetCheckSeverity.WARN
    assert "модератор" in str(warned.metadata["кого питають"].value)
    assert "ternopil approve" in str(warned.metadata["що"].value)
    assert _tick(moderated, instance, first.cursor).asset_events == [], "once a period"
    (line,) = [each for each in ternopil("status").out.splitlines() if each.startswith(dataset.id)]
    assert "робочих днів: 5" in line and "нагадано разів: 1" in line and "модератор" in line

    _days_on(14, monkeypatch)
    second = _tick(moderated, instance, first.cursor)
    again = _shown(moderated, instance)
    assert again is not None and again.metadata["нагадано разів"].value == 2
    told = moderated.installation.ledger.entries(dataset.id, "reminded")
    assert [each.body["asked"] for each in told] == ["moderator", "moderator"]

    assert ternopil("reject", dataset.id, "--note", "не той файл").code == 0
    _tick(moderated, instance, second.cursor)
    settled = _shown(moderated, instance)
    assert settled is not None and settled.passed
    assert "нагадано" not in ternopil("status").out
    assert moderated.installation.ledger.verify() == []


def test_an_embargo_keeps_a_finished_edition_in_until_its_hour_and_then_lets_it_out_by_itself(
    town: Town, instance: dg.DagsterInstance, anonymous: RemoteCKAN, ternopil: Ternopil
) -> None:
    dataset = town.repairs
    declared = town.sources.read_text(encoding="utf-8")

    def embargo(until: str) -> None:
        text = declared.replace("frequency: once a month\n", f"frequency: once a month\n    embargo: {until}\n")
        town.sources.write_text(text, encoding="utf-8")

    embargo("2999-12-01T09:00")
    said = ternopil("publish", dataset.id)
    assert (said.code, "рішення" in said.out) == (0, False)
    assert "чекає" in said.out and "Ембарго до 01.12.2999 09:00" in said.out
    (shown,) = [each for each in ternopil("status", "--json").document["datasets"] if each["id"] == dataset.id]
    assert (shown["state"], shown["waiting_for"]) == ("never", "embargo until 2999-12-01T09:00:00+02:00")
    assert "чекає: ембарго до 01.12.2999 09:00" in ternopil("status").out
    edition = town.installation.archive.latest(dataset.id)
    assert edition is not None
    with pytest.raises(EditionHeld):  # what `rollback` calls
        publish_edition(town.installation, town.repairs, edition, run="test", say=print)
    assert not _published(anonymous, town)
    assert _asked(town, instance) == []

    embargo("2999-06-01T06:00Z")
    assert "чекає: ембарго до 01.06.2999 09:00" in ternopil("status").out, "the city's clock"

    embargo("2020-12-01T09:00")
    (request,) = _asked(town, instance)
    assert request.asset_selection == [publication_key(dataset)]
    assert run_dataset(town.installation, dataset, instance, cause="released").state == "published"
    assert _published(anonymous, town)
    assert _asked(town, instance) == []
    (shown,) = [each for each in ternopil("status", "--json").document["datasets"] if each["id"] == dataset.id]
    assert (shown["state"], shown["waiting_for"]) == ("fresh", None)


def test_what_was_withdrawn_and_approved_anew_goes_out_by_itself(
    town: Town, instance: dg.DagsterInstance, ternopil: Ternopil, anonymous: RemoteCKAN
) -> None:
    edition = run_dataset(town.installation, town.repairs, instance, cause="schedule").edition
    assert edition is not None
    words = ("--sources", town.sources)
    assert ternopil(*words, "withdraw", town.repairs.id, "--reason", "помилкова тривога").code == 0
    assert _asked(town, instance) == []
    assert ternopil(*words, "approve", town.repairs.id, "--edition", edition[:12], "--note", "перевірено").code == 0
    (request,) = _asked(town, instance)
    assert request.asset_selection == [publication_key(town.repairs)]
    assert run_dataset(town.installation, town.repairs, instance, cause="released").state == "published"
    assert anonymous.action.package_show(id=town.repairs.id)["resources"]
    assert _asked(town, instance) == []
