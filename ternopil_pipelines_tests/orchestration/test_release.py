"""An edition that waits for a person: closed on every path, decided in the launch form, published afterwards."""

from __future__ import annotations

import dagster as dg
import pytest
from ckanapi import NotFound, RemoteCKAN

from ternopil_pipelines.faults import EditionHeld
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.names import keys_of, publication_key
from ternopil_pipelines.orchestration.publishing import publish_edition
from ternopil_pipelines.orchestration.running import run_dataset
from ternopil_pipelines_tests.orchestration.town import Town


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


def _asked(town: Town, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    definitions = build_definitions(town.installation)
    sensor = definitions.resolve_sensor_def("released")
    context = dg.build_sensor_context(instance=instance, resources={"installation": town.installation})
    return list(sensor.evaluate_tick(context).run_requests or [])


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
