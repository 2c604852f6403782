"""Everything Dagster is told, made of a catalogue: fresh at each call, overridden by argument and not by patching."""

from __future__ import annotations

import dagster as dg

from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.abandoned import abandoned_sensor, announced
from ternopil_pipelines.orchestration.assets import INSTALLATION, dataset_assets
from ternopil_pipelines.orchestration.checks import publication_checks
from ternopil_pipelines.orchestration.oversight_assets import oversight_assets, oversight_schedules
from ternopil_pipelines.orchestration.page_assets import page_assets, page_schedules
from ternopil_pipelines.orchestration.quality_asset import quality_sensor
from ternopil_pipelines.orchestration.release import decide_job, released_sensor
from ternopil_pipelines.orchestration.reminding import waiting_checks
from ternopil_pipelines.orchestration.schedules import cadence_schedules
from ternopil_pipelines.orchestration.sensors import change_sensor, landing_sensor, unfinished_sensor
from ternopil_pipelines.orchestration.storage import Storage


def build_definitions(installation: Installation) -> dg.Definitions:
    catalogue = installation.catalogue
    found = (
        landing_sensor(catalogue),
        change_sensor(catalogue),
        unfinished_sensor(catalogue),
        abandoned_sensor(),
        released_sensor(catalogue),
        quality_sensor(catalogue),
    )
    sensors = [each for each in found if each is not None]
    return dg.Definitions(
        assets=[
            *(asset for dataset in catalogue.active for asset in dataset_assets(catalogue, dataset)),
            *page_assets(catalogue),
            *oversight_assets(catalogue),
        ],
        asset_checks=[*publication_checks(catalogue), *waiting_checks(catalogue)],
        schedules=[*cadence_schedules(catalogue), *page_schedules(catalogue), *oversight_schedules(catalogue)],
        sensors=sensors,
        jobs=[decide_job],
        resources={
            INSTALLATION: announced(installation),
            "storage": Storage(installation.storage, installation.archive),
        },
        # A process per step costs 11.1 CPU-seconds a run instead of 2.9; runs are parallel, steps are not.
        executor=dg.in_process_executor,
    )
