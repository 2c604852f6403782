"""What the city watches of itself, as assets: the coverage of the law's list, looked at weekly, and quality each day.

The figures are the oversight room's; here they become assets with a picture and a table. Assets of their own and no
part of a dataset: coverage fails alone when the portal is away. Quality is `quality_asset`'s.

No postponed annotations here: Dagster reads the context's type from the function itself.
"""

import dagster as dg

from ternopil_pipelines.catalogue.agreement import OVERSIGHT
from ternopil_pipelines.catalogue.model import Catalogue
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.faults import RETRIES, permanent_fails_at_once
from ternopil_pipelines.orchestration.quality_asset import quality_asset, quality_schedule
from ternopil_pipelines.oversight.coverage import counts, coverage, on_portal
from ternopil_pipelines.oversight.coverage_chart import WORDS, coverage_markdown

COVERAGE = dg.AssetKey([OVERSIGHT, "coverage"])
# Monday after the morning's slots, so that the week's publications are counted.
WEEKLY = "0 9 * * 1"


def oversight_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    @dg.asset(
        key=COVERAGE,
        group_name="oversight",
        kinds={"ckan"},
        description="Скільки з 73 обов’язкових наборів постанови № 835 справді є на порталі.",
        metadata={"назва": "Стан виконання переліку постанови № 835"},
        required_resource_keys={"installation"},
        retry_policy=RETRIES,
    )
    def law_coverage(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        installation: Installation = context.resources.installation
        with permanent_fails_at_once(), installation.with_fresh_environment().reader() as client:
            covered = coverage(installation.catalogue, on_portal(client))
        found = counts(covered)
        records = [
            dg.TableRecord(
                {
                    "пункт": f"{each.list}/{each.number}",
                    "стан": WORDS[each.state],
                    "розпорядник": each.holder or "—",
                    "набори": ", ".join(each.datasets) or "—",
                    "назва": each.title,
                    "чому": each.reason or "",
                }
            )
            for each in covered
        ]
        return dg.MaterializeResult(
            metadata={
                "plot": dg.MetadataValue.md(coverage_markdown(covered)),
                **{state.replace(" ", "_"): found[state] for state in found},
                "required": dg.MetadataValue.table(records),
            }
        )

    return [law_coverage, quality_asset(catalogue)]


def oversight_schedules(catalogue: Catalogue) -> list[dg.ScheduleDefinition]:
    return [
        dg.ScheduleDefinition(
            name="oversight_coverage",
            target=dg.AssetSelection.assets(COVERAGE),
            cron_schedule=WEEKLY,
            execution_timezone=catalogue.city.timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description="Щопонеділка: стан виконання переліку постанови № 835.",
        ),
        quality_schedule(catalogue),
    ]
