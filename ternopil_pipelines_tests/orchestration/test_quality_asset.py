"""Quality in Dagster: entered after a publication, measured each morning, its numbers plotted; and its command."""

from __future__ import annotations

import base64

import dagster as dg

from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.quality_asset import QUALITY
from ternopil_pipelines_tests.commands.conftest import Ternopil, ternopil
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town

__all__ = ["ternopil"]


def _tick(town: Town, cursor: str | None) -> str | None:
    definitions = build_definitions(town.installation)
    with dg.build_sensor_context(
        cursor=cursor, resources={"installation": town.installation}, sensor_name="quality_measured"
    ) as context:
        return definitions.resolve_sensor_def("quality_measured").evaluate_tick(context).cursor


def _entered(town: Town) -> list[float]:
    return [float(each.body["percent"]) for each in town.installation.ledger.entries(town.repairs.id, "quality")]


def test_quality_is_entered_after_a_publication_moves_with_it_and_is_shown_to_people(
    town: Town, instance: dg.DagsterInstance, ternopil: Ternopil
) -> None:
    assert _tick(town, None) is None
    assert town.run(town.repairs, instance).state == "published"
    cursor = _tick(town, None)
    (first,) = _entered(town)
    assert 50 < first < 100
    assert _tick(town, cursor) == cursor and _entered(town) == [first], "nothing new was published"

    town.drop(REPAIRS.replace("3.25,2026-03-04", "3.50,2026-03-04 10:00"))
    assert town.run(town.repairs, instance).state == "published"
    cursor = _tick(town, cursor)
    assert len(_entered(town)) == 2 and _entered(town)[1] < first, "a remark of the checks costs points"

    one = ternopil("report", "quality", town.repairs.id, "--json").document
    assert one["percent"] == _entered(town)[-1] == one["history"][-1]["percent"]
    read_back = {"harvest", "files_reachable", "portal_equals_edition"}
    confirmed = {each["title"]: each for each in one["points"] if each["check"] in read_back}
    newest = town.installation.ledger.last(town.repairs.id, "published")
    assert newest is not None
    assert all(f"запис {newest.sequence} журналу" in each["evidence"] for each in confirmed.values())
    assert all(each["earned"] == each["most"] for each in confirmed.values()), "the real portal was read back"
    every = ternopil("report", "quality", "--json").document
    states = {each["id"]: each["percent"] for each in every["datasets"]}
    assert states == {town.repairs.id: one["percent"], town.calls.id: 0}
    assert every["fixes"][0]["gain"] >= every["fixes"][-1]["gain"] > 0
    said = ternopil("report", "quality").out
    assert "Управління робіт" in said and town.repairs.id in said and "Що додасть найбільше балів" in said
    assert "запис" in ternopil("report", "quality", town.repairs.id).out
    assert ternopil("report", "quality", "no-such").code == 2

    assert ternopil("withdraw", town.repairs.id, "--reason", "витік").code == 0
    _tick(town, cursor)
    assert _entered(town)[-1] == 0
    assert town.installation.ledger.verify() == []


def test_the_asset_has_a_number_for_the_city_each_holder_and_each_dataset_and_a_plot(
    town: Town, instance: dg.DagsterInstance
) -> None:
    assert town.run(town.repairs, instance).state == "published"
    job = build_definitions(town.installation).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(instance=instance, asset_selection=[QUALITY])
    (made,) = result.asset_materializations_for_node("oversight__quality")
    (entered,) = _entered(town)
    numbers = {name: each.value for name, each in made.metadata.items() if isinstance(each, dg.FloatMetadataValue)}
    prefix = town.prefix
    assert numbers[f"{prefix}_repairs"] == entered > 50
    assert numbers[f"{prefix}_calls"] == 0
    assert numbers["city"] == numbers[f"holder_{prefix}_works"] is not None and 0 < numbers["city"] < entered
    picture = str(made.metadata["plot"].value).partition("base64,")[2].rstrip(")")
    assert "<polyline" in base64.b64decode(picture).decode()
    datasets, fixes = made.metadata["datasets"], made.metadata["fixes"]
    assert isinstance(datasets, dg.TableMetadataValue) and isinstance(fixes, dg.TableMetadataValue)
    assert [each.data["набір"] for each in datasets.records] == [f"{prefix}-repairs", f"{prefix}-calls"]
    gains = [float(str(each.data["балів"])) for each in fixes.records]
    assert gains == sorted(gains, reverse=True)


def test_quality_is_measured_every_morning_in_the_citys_time(town: Town) -> None:
    schedule = build_definitions(town.installation).resolve_schedule_def("oversight_quality")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("45 8 * * *", "Europe/Kyiv")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
