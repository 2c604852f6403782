"""What waits for people, in the Dagster UI: a check of each publication that turns to WARN and says who is asked.

The check is evaluated in every run that publishes, and by the sensor `released` whenever somebody is reminded and once
more when nothing waits any longer: an edition that is held has no run in which a check could speak.

No postponed annotations here: Dagster reads the context's type from the function itself.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg

from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.names import publication_key, slug
from ternopil_pipelines.oversight.reminders import Reminder, period, reminders

DECIDED_IN_TIME = "decided_in_time"


def waiting_check(dataset: Dataset) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=publication_key(dataset),
        name=DECIDED_IN_TIME,
        description="Жодна редакція не чекає рішення людини довше за строк нагадування.",
        required_resource_keys={"installation"},
        op_tags={"dataset": slug(dataset.id)},
    )
    def decided_in_time(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        installation: Installation = context.resources.installation
        found = next((each for each in standing(installation) if each.waiting.dataset == dataset.id), None)
        late = found is not None and found.overdue
        return dg.AssetCheckResult(
            passed=not late, severity=dg.AssetCheckSeverity.WARN, metadata=_metadata(found) if late and found else {}
        )

    return decided_in_time


def waiting_checks(catalogue: Catalogue) -> Sequence[dg.AssetChecksDefinition]:
    return [waiting_check(dataset) for dataset in catalogue.active]


def standing(installation: Installation) -> tuple[Reminder, ...]:
    every = period(installation.environment.variables)
    return reminders(installation.catalogue, installation.ledger, datetime.now(UTC), every=every)


def evaluation(dataset: Dataset, found: Reminder | None) -> dg.AssetCheckEvaluation:
    """`found`: of what somebody was just reminded, None where nothing waits any more."""
    return dg.AssetCheckEvaluation(
        asset_key=publication_key(dataset),
        check_name=DECIDED_IN_TIME,
        passed=found is None,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=_metadata(found) if found is not None else {},
    )


def _metadata(found: Reminder) -> dict[str, dg.MetadataValue]:
    return {
        "що": dg.MetadataValue.text(found.sentence),
        "кого питають": dg.MetadataValue.text(found.contact),
        "чекає з": dg.MetadataValue.timestamp(datetime.fromisoformat(found.waiting.since)),
        "робочих днів": dg.MetadataValue.int(found.days),
        "нагадано разів": dg.MetadataValue.int(len(found.reminded)),
        "наступне нагадування": dg.MetadataValue.timestamp(found.due),
        "редакція": dg.MetadataValue.text(found.waiting.edition),
    }
