"""Sensors: a file dropped in a landing folder, and a source whose own change mark moved.

A dataset is asked for when its mark differs from the one the ledger says was last received or refused, so that a
restart neither forgets a drop nor repeats a run; a file must have rested first, for a half-copied CSV cannot be told
from a whole one. `run_key` is dataset and mark: the same bytes dropped again later have another time and are run again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial

import dagster as dg

from ternopil_pipelines.catalogue.cadence import Frequency
from ternopil_pipelines.catalogue.model import Catalogue, Dataset, FolderSource, Table
from ternopil_pipelines.evidence.decisions import decision
from ternopil_pipelines.faults import Fault
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.names import UNFINISHED, keys_of, publication_key, run_tags
from ternopil_pipelines.portal.resumption import resume
from ternopil_pipelines.receive.folder import QUIET_SECONDS, is_settled, landing_folder, waiting_files
from ternopil_pipelines.receive.receiving import change_mark

# Polls 5 s apart and 10 s of rest: a network copy stalls for less, and a steward's verdict stays under a minute.
POLL_SECONDS = 5
REST_SECONDS = QUIET_SECONDS
CHANGE_SECONDS = 60
# Attempts to finish an interrupted publication, one in ten minutes.
RESUME_SECONDS = 600


def landing_sensor(catalogue: Catalogue) -> dg.SensorDefinition | None:
    datasets = [each for each in catalogue.active if any(_in_folder(table) for table in each.tables)]
    if not datasets:
        return None

    @dg.sensor(
        name="landing",
        target=_target(datasets),
        minimum_interval_seconds=POLL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"installation"},
        description="Новий або змінений файл у теці розпорядника: перевірити й оприлюднити саме цей набір.",
    )
    def landing(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        installation: Installation = context.resources.installation
        rested = partial(_rested, installation)
        return _look(context, installation, datasets, watched=_in_folder, rested=rested)

    return landing


def change_sensor(catalogue: Catalogue) -> dg.SensorDefinition | None:
    datasets = [
        each
        for each in catalogue.active
        if each.frequency is Frequency.ON_CHANGE and not all(isinstance(t.source, FolderSource) for t in each.tables)
    ]
    if not datasets:
        return None

    @dg.sensor(
        name="source_changes",
        target=_target(datasets),
        minimum_interval_seconds=CHANGE_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"installation"},
        description="Джерело набору «відразу після внесення змін» змінилося: оприлюднити.",
    )
    def source_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        installation: Installation = context.resources.installation
        return _look(context, installation, datasets, watched=lambda _: True, rested=lambda _: True)

    return source_changes


def unfinished_sensor(catalogue: Catalogue) -> dg.SensorDefinition:
    """Rolls forward what was interrupted: the journal says what was begun, the portal is asked what it holds. A
    publication gets a run of its own, which finishes the edition that was begun; a withdrawal is finished here and
    now, for leaked data wait for no queue."""
    datasets = {each.id: each for each in catalogue.active}

    @dg.sensor(
        name="unfinished_publications",
        target=dg.AssetSelection.assets(*(publication_key(dataset) for dataset in datasets.values())),
        minimum_interval_seconds=CHANGE_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"installation"},
        description="Перервану публікацію довести до кінця.",
    )
    def unfinished_publications(context: dg.SensorEvaluationContext) -> list[dg.RunRequest]:
        installation: Installation = context.resources.installation
        journal = installation.journal
        unfinished = [each for each in journal.unfinished() if not journal.busy(each.dataset)]
        for each in unfinished:
            if each.kind == "withdraw":
                _finish_withdrawal(context, installation, each.dataset)
        begun = [each for each in unfinished if each.kind == "publish" and each.dataset in datasets]
        waiting = []
        for each in begun:
            found = decision(installation.ledger, each.dataset, each.edition)
            if found is not None and found.passing:
                waiting.append(each)
            else:
                context.log.warning(
                    f"{each.dataset}: the interrupted edition {each.edition[:12]} may no longer go out; publish "
                    f"another one, or go back: ternopil rollback {each.dataset}"
                )
        return [
            dg.RunRequest(
                # A key is for ever: without the period, one attempt at a portal still down would be the last.
                run_key=f"unfinished:{each.dataset}:{each.edition}:{int(time.time() // RESUME_SECONDS)}",
                asset_selection=[publication_key(datasets[each.dataset])],
                tags=run_tags(datasets[each.dataset], cause=UNFINISHED),
            )
            for each in waiting
        ]

    return unfinished_publications


def _finish_withdrawal(context: dg.SensorEvaluationContext, installation: Installation, dataset_id: str) -> None:
    """Also of a dataset that is no longer active; a portal out of reach is tried again at the next look."""
    fresh = installation.with_fresh_environment()
    dataset = next((each for each in fresh.catalogue.datasets if each.id == dataset_id), None)
    if dataset is None:
        return
    try:
        with fresh.client(dataset) as client:
            resume(
                client=client,
                archive=installation.archive,
                ledger=installation.ledger,
                datasets=[dataset],
                journal=installation.journal,
                say=context.log.info,
                datastore_url=fresh.datastore_url(dataset),
            )
    except Fault as fault:
        context.log.warning(f"{dataset_id}: the withdrawal is not finished: {fault}")


def _target(datasets: Sequence[Dataset]) -> dg.AssetSelection:
    return dg.AssetSelection.assets(*(key for dataset in datasets for key in keys_of(dataset)))


def _in_folder(table: Table) -> bool:
    return isinstance(table.source, FolderSource)


def _look(
    context: dg.SensorEvaluationContext,
    installation: Installation,
    datasets: Sequence[Dataset],
    *,
    watched: Callable[[Table], bool],
    rested: Callable[[Dataset], bool],
) -> dg.SensorResult:
    before: dict[str, dict[str, str]] = json.loads(context.cursor) if context.cursor else {}
    fresh = installation.with_fresh_environment()
    after: dict[str, dict[str, str]] = {}
    requests = []
    for dataset in datasets:
        known = before.get(dataset.id, {"mark": "", "asked": ""})
        try:
            mark = dataset_mark(fresh, dataset, watched)
        except Fault as fault:
            context.log.warning(f"{dataset.id}: the source could not be looked at: {fault}")
            after[dataset.id] = known
            continue
        if mark is None:
            continue
        asked = known["asked"] or handled_mark(fresh, dataset, watched)
        if mark != asked and mark == known["mark"] and rested(dataset):
            requests.append(
                dg.RunRequest(
                    run_key=f"{context.sensor_name}:{dataset.id}:{mark}",
                    asset_selection=keys_of(dataset),
                    tags=run_tags(dataset, cause=context.sensor_name),
                )
            )
            asked = mark
        after[dataset.id] = {"mark": mark, "asked": asked}
    return dg.SensorResult(run_requests=requests, cursor=json.dumps(after, sort_keys=True))


def dataset_mark(installation: Installation, dataset: Dataset, watched: Callable[[Table], bool]) -> str | None:
    """The marks of a dataset's watched tables as one; None where a source cannot tell, or a folder is still empty."""
    marks = {
        table.id: change_mark(installation.catalogue, dataset, table, installation.environment)
        for table in dataset.tables
        if watched(table)
    }
    if any(mark is None for mark in marks.values()):
        return None
    return json.dumps(marks, sort_keys=True)


def handled_mark(installation: Installation, dataset: Dataset, watched: Callable[[Table], bool]) -> str:
    """The mark at which each table was last received or refused, as `dataset_mark` writes it; empty where never."""
    tables = {table.id for table in dataset.tables if watched(table)}
    marks: dict[str, str | None] = {}
    for entry in installation.ledger.entries(dataset=dataset.id):
        if entry.what in {"received", "refused"} and entry.body["table"] in tables:
            marks[str(entry.body["table"])] = entry.body["mark"]
    return json.dumps(marks, sort_keys=True) if marks else ""


def _rested(installation: Installation, dataset: Dataset) -> bool:
    """Every file of the dataset has been left alone for REST_SECONDS, and nobody has it open in an office program."""
    folder = landing_folder(installation.landing, dataset)
    now = time.time()
    sources = [table.source for table in dataset.tables]
    return all(
        is_settled(path, now=now)
        for source in sources
        if isinstance(source, FolderSource)
        for path in waiting_files(folder, source.pattern)
    )
