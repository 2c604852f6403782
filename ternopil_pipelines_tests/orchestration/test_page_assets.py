"""A dataset without data in Dagster: one asset under the key of its publication, materialised daily with the others."""

from __future__ import annotations

import dagster as dg

from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.names import keys_of
from ternopil_pipelines_tests.orchestration.town import Town, events

TRAMS = """\
  - {id: PREFIX-trams, title: Трамваї, description: Маршрути., purpose: Облік., keywords: [трамвай],
     holder: PREFIX-works, frequency: once a year, state: not applicable, reason: Трамваїв немає}
"""


def test_the_daily_schedule_brings_the_page_out_and_then_finds_it_unchanged(town: Town) -> None:
    town.sources.write_text(town.sources.read_text(encoding="utf-8") + TRAMS.replace("PREFIX", town.prefix))
    installation = town.installation
    trams = installation.catalogue.dataset(f"{town.prefix}-trams")
    definitions = build_definitions(installation)
    dg.Definitions.validate_loadable(definitions)
    schedule = definitions.resolve_schedule_def("dataset_pages")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 8 * * *", "Europe/Kyiv")
    [key] = keys_of(trams)
    node = definitions.resolve_asset_graph().get(key)
    assert (node.key.path[-1], node.group_name) == ("publication", f"{town.prefix}_works")
    assert "Трамваїв немає" in str(node.description)
    job = definitions.resolve_job_def(schedule.job_name)
    told = []
    for _ in range(2):
        with dg.DagsterInstance.ephemeral() as instance:
            assert job.execute_in_process(instance=instance).success
            [made] = [each for each in events(instance) if each.event_type_value == "ASSET_MATERIALIZATION"]
            assert made.asset_key == key
            told.append(made.step_materialization_data.materialization.metadata["unchanged"].value)
    assert told == [False, True]
    assert [each.what for each in installation.ledger.entries(dataset=trams.id)] == ["page"]


def test_a_city_without_such_datasets_has_no_such_schedule(town: Town) -> None:
    names = {each.name for each in build_definitions(town.installation).schedules or ()}
    assert "dataset_pages" not in names
