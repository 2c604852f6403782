"""What a person decides from the Dagster UI, and the run that follows: approval, rejection, the end of an embargo.

The job `decide` asks for the decision in its launch form; the sensor `released` publishes what was approved there or by
`ternopil approve`, and what an embargo held until now; what nobody decides it reminds of, period after period.

No postponed annotations here: Dagster reads the op's config from the function itself.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Literal

import dagster as dg

from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.decisions import decision
from ternopil_pipelines.evidence.journal import KEPT, last_published
from ternopil_pipelines.gates.moderation import decide_held, held_edition
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.faults import permanent_fails_at_once
from ternopil_pipelines.orchestration.names import publication_key, run_tags
from ternopil_pipelines.orchestration.reminding import evaluation
from ternopil_pipelines.oversight.reminders import period, remind

RELEASE_SECONDS = 30


class Word(Enum):
    APPROVE = "approved"
    REJECT = "rejected"


class Decide(dg.Config):
    """The launch form: which dataset, what is decided, why, and by whom."""

    dataset: str
    decision: Word
    note: str
    by: str


@dg.op(
    name="enter_decision",
    required_resource_keys={"installation"},
    description="Рішення людини про редакцію, що його чекає.",
)
def enter_decision(context: dg.OpExecutionContext, config: Decide) -> None:
    installation: Installation = context.resources.installation
    with permanent_fails_at_once():
        edition = held_edition(installation.ledger, installation.archive, config.dataset)
        verdict: Literal["approved", "rejected"] = "approved" if config.decision is Word.APPROVE else "rejected"
        decide_held(installation.ledger, edition, verdict, by=f"person {config.by}", note=config.note)
    context.log.info(f"{config.dataset}: edition {edition.address[:12]} {verdict}")


@dg.job(name="decide", description="Схвалити або відхилити редакцію, що чекає рішення.")
def decide_job() -> None:
    enter_decision()


def released_sensor(catalogue: Catalogue) -> dg.SensorDefinition:
    datasets = catalogue.active

    @dg.sensor(
        name="released",
        target=dg.AssetSelection.assets(*(publication_key(dataset) for dataset in datasets)),
        minimum_interval_seconds=RELEASE_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"installation"},
        description="Схвалене людиною і те, чиє ембарго скінчилося, оприлюднити; про те, що чекає задовго, нагадати.",
    )
    def released(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        installation: Installation = context.resources.installation
        now = datetime.now(UTC)
        told, warned = _reminded(context, installation, datasets, now)
        requests = [
            dg.RunRequest(
                run_key=f"released:{key}",
                asset_selection=[publication_key(dataset)],
                tags=run_tags(dataset, cause="released"),
            )
            for dataset in datasets
            if (key := _to_release(installation, dataset, now)) is not None
        ]
        return dg.SensorResult(run_requests=requests, asset_events=told, cursor=json.dumps(warned))

    return released


def _reminded(
    context: dg.SensorEvaluationContext, installation: Installation, datasets: Sequence[Dataset], now: datetime
) -> tuple[list[dg.AssetCheckEvaluation], list[str]]:
    """Check results that say who was reminded of what, or that nothing waits any more; the datasets that stay warned
    of, which the cursor remembers."""
    before = set(json.loads(context.cursor)) if context.cursor else set()
    every = period(installation.environment.variables)
    waiting, now_told = remind(
        installation.catalogue, installation.ledger, now, every=every, who=f"sensor {context.sensor_name}"
    )
    for each in now_told:
        context.log.warning(each.sentence)
    late = {each.waiting.dataset: each for each in waiting if each.overdue}
    speak = {each.waiting.dataset for each in now_told} | (before ^ set(late))
    told = [evaluation(dataset, late.get(dataset.id)) for dataset in datasets if dataset.id in speak]
    return told, sorted(late)


def _to_release(installation: Installation, dataset: Dataset, now: datetime) -> str | None:
    """A key of the decision by which the newest edition may go out now and did not yet; None where there is none."""
    newest = installation.ledger.last(dataset.id, KEPT)
    if newest is None or newest.edition is None:
        return None
    found = decision(installation.ledger, dataset.id, newest.edition)
    shown = last_published(installation.ledger, dataset.id)
    if found is None or not found.passing:
        return None
    # Approved anew after a withdrawal, the edition published last goes out a second time.
    if shown is not None and shown.edition == newest.edition and shown.sequence > found.sequence:
        return None
    until = installation.catalogue.embargo_of(dataset)
    if until is not None:
        return f"{dataset.id}:{found.sequence}:embargo" if now >= until else None
    return f"{dataset.id}:{found.sequence}" if found.verdict == "approved" else None
