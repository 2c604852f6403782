"""Quality as Dagster shows it: an asset measured each morning, and a sensor that enters it after each publication.

The asset's numbers (the city, each holder, each dataset) are numeric metadata, which Dagster plots over
materialisations; the picture drawn from the ledger reaches back further than any run. The sensor reads the ledger and
not the runs, so that what `ternopil publish` did while no daemon ran is measured too.

No postponed annotations here: Dagster reads the context's type from the function itself.
"""

from datetime import UTC, datetime

import dagster as dg

from ternopil_pipelines.catalogue.model import Catalogue
from ternopil_pipelines.evidence.journal import ERASED, PUBLISHED, UNCHANGED, WITHDRAWN
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.faults import permanent_fails_at_once
from ternopil_pipelines.orchestration.names import slug
from ternopil_pipelines.oversight.quality import TITLES, Quality, by_holder, measure, percent, quality, ranked, rated
from ternopil_pipelines.oversight.quality_history import history, plot, remember

QUALITY = dg.AssetKey(["oversight", "quality"])
# After the morning's slots and before people come: timeliness loses points by the day.
DAILY = "45 8 * * *"
MEASURE_SECONDS = 60
FIXES_SHOWN = 20


def quality_asset(catalogue: Catalogue) -> dg.AssetsDefinition:
    @dg.asset(
        key=QUALITY,
        group_name="oversight",
        description="Якість кожного набору і розпорядника: п’ять вимірів MQA, своєчасність, структура; що виправити.",
        metadata={"назва": "Якість наборів"},
        required_resource_keys={"installation"},
    )
    def dataset_quality(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        installation: Installation = context.resources.installation
        now = datetime.now(UTC)
        with permanent_fails_at_once():
            found = measure(catalogue, installation.archive, installation.ledger, now)
            for each in found:
                remember(installation.ledger, each, who=f"run {context.run.run_id}")
            told = history(installation.ledger, [each.dataset for each in found])
        holders = {name: percent(*sums) for name, sums in by_holder(found).items()}
        earned, most = sum(each.earned for each in found), sum(each.most for each in found)
        return dg.MaterializeResult(
            metadata={
                "plot": dg.MetadataValue.md(plot(told, until=now)),
                "city": percent(earned, most),
                **{f"holder_{slug(name)}": value for name, value in holders.items()},
                **{slug(each.dataset): each.percent for each in found},
                "datasets": dg.MetadataValue.table([_line(each) for each in found]),
                "fixes": dg.MetadataValue.table(
                    [
                        dg.TableRecord({"балів": point.missing, "набір": each.dataset, "що зробити": point.fix})
                        for each, point in ranked(found)[:FIXES_SHOWN]
                    ]
                ),
            }
        )

    return dataset_quality


def _line(found: Quality) -> dg.TableRecord:
    shares = {TITLES[name]: percent(*points) for name, points in found.by_dimension().items()}
    first = next(iter(found.fixes()), None)
    return dg.TableRecord(
        {
            "набір": found.dataset,
            "розпорядник": found.holder,
            "якість, %": found.percent,
            **shares,
            "найбільше додасть": f"+{first.missing:g}: {first.fix}" if first else "",
        }
    )


def quality_schedule(catalogue: Catalogue) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name="oversight_quality",
        target=dg.AssetSelection.assets(QUALITY),
        cron_schedule=DAILY,
        execution_timezone=catalogue.city.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Щоранку: якість наборів і розпорядників.",
    )


def quality_sensor(catalogue: Catalogue) -> dg.SensorDefinition:
    """After each publication, and after a withdrawal too: what the portal shows is another thing now."""
    datasets = {each.id: each for each in rated(catalogue)}

    @dg.sensor(
        name="quality_measured",
        minimum_interval_seconds=MEASURE_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"installation"},
        description="Після кожної публікації: записати якість набору в журнал.",
    )
    def quality_measured(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        installation: Installation = context.resources.installation
        ledger = installation.ledger
        newest = ledger.last(None, PUBLISHED, UNCHANGED, WITHDRAWN, ERASED)
        seen = int(context.cursor or 0)
        if newest is None or newest.sequence <= seen:
            return dg.SkipReason("nothing was published since the last look")
        moved = {
            each.dataset
            for what in (PUBLISHED, UNCHANGED, WITHDRAWN, ERASED)
            for each in ledger.entries(what=what)
            if each.sequence > seen and each.dataset in datasets
        }
        now = datetime.now(UTC)
        for name in sorted(each for each in moved if each):
            found = quality(catalogue, datasets[name], installation.archive, ledger, now)
            if remember(ledger, found, who=f"sensor {context.sensor_name}"):
                context.log.info(f"{name}: {found.percent:g} %")
        return dg.SensorResult(cursor=str(newest.sequence))

    return quality_measured
