"""A dataset's run started by hand, in this process: what `ternopil publish` and `ternopil retry` do.

The run is the same as the daemon's, in the same instance, and stands in the same list of the Dagster UI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import dagster as dg

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.faults import Fault
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.names import keys_of, publication_key, run_tags

State = Literal["published", "unchanged", "held", "refused", "unreachable"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`exit_code`: the command's. `said`: why it did not go out, for people. `rows`: of the edition."""

    dataset: str
    state: State
    run: str
    exit_code: int = 0
    url: str | None = None
    edition: str | None = None
    rows: int | None = None
    said: str | None = None


def run_dataset(installation: Installation, dataset: Dataset, instance: dg.DagsterInstance, *, cause: str) -> Outcome:
    job = build_definitions(installation).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        instance=instance,
        asset_selection=keys_of(dataset),
        tags=run_tags(dataset, cause=cause),
        raise_on_error=False,
    )
    if not result.success:
        return _refused(dataset, result)
    shown = result.asset_materializations_for_node(_node(result, dataset))[-1].metadata
    return Outcome(
        dataset=dataset.id,
        state="unchanged" if shown["unchanged"].value else "published",
        run=result.run_id,
        url=str(shown["page"].value),
        edition=str(shown["edition"].value),
        rows=int(str(shown["dagster/row_count"].value)),
    )


def _node(result: dg.ExecuteInProcessResult, dataset: Dataset) -> str:
    key = publication_key(dataset)
    return next(e.step_key for e in result.get_asset_materialization_events() if e.asset_key == key) or ""


def _refused(dataset: Dataset, result: dg.ExecuteInProcessResult) -> Outcome:
    failed = result.get_step_failure_events()
    if not failed:
        return Outcome(dataset.id, "unreachable", result.run_id, exit_code=3, said="the run failed before any step")
    data = failed[0].step_failure_data
    failure = data.user_failure_data
    kind = failure.metadata["fault"].value if failure and "fault" in failure.metadata else None
    said = (failure.description if failure else None) or _cause(data.error)
    code = next((each.exit_code for each in _faults(Fault) if each.__name__ == kind), 3)
    state: State = "held" if kind == "GateRefused" else "refused" if code == 1 else "unreachable"
    return Outcome(dataset.id, state, result.run_id, exit_code=0 if state == "held" else code, said=said)


def _cause(error: object) -> str:
    while getattr(error, "cause", None) is not None:
        error = error.cause  # type: ignore[attr-defined]
    return str(getattr(error, "message", "the run failed")).strip()


def _faults(root: type[Fault]) -> list[type[Fault]]:
    return [root, *(found for child in root.__subclasses__() for found in _faults(child))]
