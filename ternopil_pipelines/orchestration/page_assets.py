"""The publication of a dataset that has no data: its page, as an asset of the dataset and looked at every day.

The asset's key is the dataset's own `publication`, so that its history goes on when the state changes either way.

No postponed annotations here: Dagster reads the context's type from the function itself.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import dagster as dg

from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.journal import PAGE, PUBLISHED, WITHDRAWN
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.faults import RETRIES, permanent_fails_at_once
from ternopil_pipelines.orchestration.names import definition_tags, publication_key, publication_pool, slug
from ternopil_pipelines.orchestration.steps import entering
from ternopil_pipelines.portal.pages import PageShown, show_page
from ternopil_pipelines.reports.dataset_page import page_passport, review_of

# Before the coverage of the law is counted at nine.
DAILY = "30 8 * * *"
WORDS = {"not applicable": "не застосовується", "restricted": "доступ обмежено"}


def page_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    return [_page(catalogue, dataset) for dataset in catalogue.datasets if dataset.page_only]


def page_schedules(catalogue: Catalogue) -> list[dg.ScheduleDefinition]:
    keys = [publication_key(dataset) for dataset in catalogue.datasets if dataset.page_only]
    if not keys:
        return []
    return [
        dg.ScheduleDefinition(
            name="dataset_pages",
            target=dg.AssetSelection.assets(*keys),
            cron_schedule=DAILY,
            execution_timezone=catalogue.city.timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description="Щодня: сторінки наборів, що не застосовуються або доступ до яких обмежено.",
        )
    ]


def publish_page(installation: Installation, dataset: Dataset, *, run: str, say: Callable[[str], None]) -> PageShown:
    """The page on the portal, and its entry in the ledger whenever it came to say something else."""
    fresh = installation.with_fresh_environment()
    with entering(installation, dataset, run=run), fresh.client(dataset) as client:
        today = datetime.now(ZoneInfo(installation.catalogue.city.timezone)).date()
        passport = page_passport(installation.catalogue, dataset, fresh.tests, today)
        shown = show_page(client=client, dataset=dataset, passport=passport, journal=fresh.journal, say=say)
        review = review_of(dataset, fresh.tests)
    last = installation.ledger.last(dataset.id, PAGE, PUBLISHED, WITHDRAWN, "failed")
    says = sha256(passport.description.encode()).hexdigest()
    # After a failure the page may be equal and the ledger say `failed` for ever; a portal's answer may also be lost.
    known = last is not None and last.what == PAGE and last.body.get("says") == says
    if not (shown.unchanged and known):
        installation.ledger.append(
            PAGE,
            who=f"run {run}",
            dataset=dataset.id,
            state=dataset.state,
            says=says,
            package=dataset.package_name,
            package_id=shown.package,
            url=shown.url,
            review=review.isoformat() if review else None,
            run=run,
        )
    return shown


def _page(catalogue: Catalogue, dataset: Dataset) -> dg.AssetsDefinition:
    holder = catalogue.holder_of(dataset)

    @dg.asset(
        key=publication_key(dataset),
        group_name=slug(holder.id),
        owners=[holder.contact.email, f"team:{holder.id}"],
        tags=definition_tags(dataset),
        kinds={"ckan"},
        description=f"Сторінка без даних: {WORDS[dataset.state]}. {dataset.reason}",
        metadata={"назва": dataset.title},
        retry_policy=RETRIES,
        pool=publication_pool(dataset),
        required_resource_keys={"installation"},
    )
    def page(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        installation: Installation = context.resources.installation
        with permanent_fails_at_once():
            shown = publish_page(installation, dataset, run=context.run.run_id, say=context.log.info)
        return dg.MaterializeResult(
            metadata={"page": dg.MetadataValue.url(shown.url), "unchanged": shown.unchanged, "state": dataset.state}
        )

    return page
