"""A dataset's run started by hand, in this process: what `ternopil publish` and `ternopil retry` do.

The run is the same as the daemon's, in the same instance, and stands in the same list of the Dagster UI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.decisions import decision
from ternopil_pipelines.faults import Fault
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.abandoned import fail_abandoned
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.names import keys_of, publication_key, run_tags

# Dagster's console would show a failed step's traceback; the run's events keep it for the engineer.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

State = Literal["published", "unchanged", "held", "refused", "unreachable", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`exit_code`: the command's. `said`: for people, why it did not go out. `rows`: of the edition."""

    dataset: str
    state: State
    run: str
    exit_code: int = 0
    url: str | None = None
    edition: str | None = None
    rows: int | None = None
    said: str | None = None


def run_dataset(installation: Installation, dataset: Dataset, instance: dg.DagsterInstance, *, cause: str) -> Outcome:
    fail_abandoned(installation, instance)
    job = build_definitions(installation).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        instance=instance,
        asset_selection=keys_of(dataset),
        tags=run_tags(dataset, cause=cause),
        run_config=_QUIET,
        raise_on_error=False,
    )
    if not result.success:
        return _refused(dataset, result)
    node = _node(result, dataset)
    if node is None:
        return _waiting(installation, dataset, result)
    shown = result.asset_materializations_for_node(node)[-1].metadata
    if dataset.page_only:
        state: State = "unchanged" if shown["unchanged"].value else "published"
        return Outcome(dataset.id, state, result.run_id, url=str(shown["page"].value))
    return Outcome(
        dataset=dataset.id,
        state="unchanged" if shown["unchanged"].value else "published",
        run=result.run_id,
        url=str(shown["page"].value),
        edition=str(shown["edition"].value),
        rows=int(str(shown["dagster/row_count"].value)),
        said=_kept_away(shown),
    )


def _kept_away(shown: Mapping[str, dg.MetadataValue]) -> str | None:
    if "rolled_back" not in shown:
        return None
    rejected, kept = (str(shown[name].value)[:12] for name in ("rolled_back", "edition"))
    return f"Нічого нового: редакцію {rejected} відхилило повернення, на порталі лишається {kept}."


def _node(result: dg.ExecuteInProcessResult, dataset: Dataset) -> str | None:
    """The step that published, None where an edition waits."""
    key = publication_key(dataset)
    return next((e.step_key for e in result.get_asset_materialization_events() if e.asset_key == key), None)


def _waiting(installation: Installation, dataset: Dataset, result: dg.ExecuteInProcessResult) -> Outcome:
    latest = installation.archive.latest(dataset.id)
    found = decision(installation.ledger, dataset.id, latest.address) if latest else None
    held = found is not None and found.verdict == "held"
    said = found.why if found is not None and held else None
    # Neither held nor under embargo: a moderator approved it while it ran, and the sensor will bring it out.
    if said is None and (until := installation.catalogue.embargo_of(dataset)) is not None:
        said = f"Ембарго до {until:%d.%m.%Y %H:%M}: тоді редакція вийде сама."
    return Outcome(dataset.id, "held", result.run_id, edition=latest.address if latest else None, said=said)


def _refused(dataset: Dataset, result: dg.ExecuteInProcessResult) -> Outcome:
    failed = result.get_step_failure_events()
    if not failed:
        return Outcome(dataset.id, "failed", result.run_id, exit_code=1, said="the run failed before any step")
    data = failed[0].step_failure_data
    failure = data.user_failure_data
    errors = list(_chain(data.error))
    named = {str(failure.metadata["fault"].value)} if failure and "fault" in failure.metadata else set()
    named |= {str(each.cls_name) for each in errors}
    fault = next((each for each in _faults(Fault) if each.__name__ in named), None)
    said = failure.description if failure else None
    if said is None:
        # The fault's own words: what it was raised from is for the engineer, in the run's events.
        spoken = [each for each in errors if fault is not None and each.cls_name == fault.__name__] or errors[-1:]
        said = spoken[0].message.strip().partition(": ")[2] if spoken else "the run failed"
    if fault is None:
        return Outcome(dataset.id, "failed", result.run_id, exit_code=1, said=said)
    state: State = "refused" if fault.exit_code == 1 else "unreachable" if fault.exit_code == 3 else "failed"
    return Outcome(dataset.id, state, result.run_id, exit_code=fault.exit_code, said=said)


def _chain(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    while error is not None:
        yield error
        error = error.cause


def _faults(root: type[Fault]) -> list[type[Fault]]:
    """The most particular first."""
    return [*(found for child in root.__subclasses__() for found in _faults(child)), root]
