"""The four kinds of asset of a dataset: raw → table → edition → publication.

A check speaks, it does not gate: the table's op yields every check result and then refuses, so that a bad table never
becomes the current one and a re-run by hand publishes the last good edition. Whether an edition may go out is a
decision in the ledger, which the publisher asks for on every path.

No postponed annotations here: Dagster reads the context's type from the function itself.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import dagster as dg

from ternopil_pipelines.catalogue.cadence import cadence
from ternopil_pipelines.catalogue.model import Catalogue, DatabaseSource, Dataset, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.faults import DataRefused, EditionHeld, SourceRefused
from ternopil_pipelines.findings.checks import check_of
from ternopil_pipelines.findings.finding import by_code
from ternopil_pipelines.gates.judging import summary
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration import steps
from ternopil_pipelines.orchestration.applicable import checks_for
from ternopil_pipelines.orchestration.checks import check_results, check_specs, unquoted
from ternopil_pipelines.orchestration.faults import RETRIES, permanent_fails_at_once, refusal
from ternopil_pipelines.orchestration.keeping import keep_edition, may_go_out
from ternopil_pipelines.orchestration.metadata import findings_table, preview, source_kind, table_schema, table_title
from ternopil_pipelines.orchestration.names import (
    definition_tags,
    edition_key,
    finishing,
    publication_key,
    publication_pool,
    raw_key,
    slug,
    table_key,
)
from ternopil_pipelines.orchestration.publishing import finish_interrupted, publish_edition, receipt_of, to_keep
from ternopil_pipelines.orchestration.storage import Accepted
from ternopil_pipelines.oversight.status import grace
from ternopil_pipelines.receive.receipt import Receipt
from ternopil_pipelines.reports.diff_page import diff_markdown

INSTALLATION, STORAGE = "installation", "storage"


def dataset_assets(catalogue: Catalogue, dataset: Dataset) -> list[dg.AssetsDefinition]:
    common = _common(catalogue, dataset)
    tables = [
        each for table in dataset.tables for each in (_raw(dataset, table, common), _table(dataset, table, common))
    ]
    return [*tables, _edition(dataset, common), _publication(dataset, common)]


def _common(catalogue: Catalogue, dataset: Dataset) -> Mapping[str, Any]:
    holder = catalogue.holder_of(dataset)
    return {
        "group_name": slug(holder.id),
        "owners": [holder.contact.email, f"team:{holder.id}"],
        "tags": definition_tags(dataset),
        "io_manager_key": STORAGE,
        "required_resource_keys": {INSTALLATION},
    }


def _titled(title: str) -> dict[str, str]:
    return {"назва": title}


def _raw(dataset: Dataset, table: Table, common: Mapping[str, Any]) -> dg.AssetsDefinition:
    source, key, checks = table.source, raw_key(dataset, table), checks_for("raw", dataset, table)
    pool = f"db_{slug(source.database)}" if isinstance(source, DatabaseSource) else None

    @dg.asset(
        key=key,
        description=f"{table_title(dataset, table)}: як надійшло від розпорядника, текстом, без жодних змін.",
        kinds={source_kind(table), "parquet"},
        metadata=_titled(f"{table_title(dataset, table)} — отримане"),
        check_specs=check_specs(checks, key),
        retry_policy=RETRIES,
        pool=pool,
        **common,
    )
    def raw(context: dg.AssetExecutionContext) -> Iterator[Any]:
        installation: Installation = context.resources.installation
        try:
            with permanent_fails_at_once(), steps.entering(installation, dataset, run=context.run.run_id):
                receipt = steps.take(installation, dataset, table, run=context.run.run_id)
        except dg.Failure as failure:
            if isinstance(failure.__cause__, SourceRefused) and failure.__cause__.findings:
                yield from check_results(checks, key, unquoted(failure.__cause__.findings))
            raise
        yield from check_results(checks, key, unquoted(receipt.findings))
        yield dg.MaterializeResult(
            value=receipt,
            metadata={
                "dagster/row_count": len(receipt.text),
                "sha256": receipt.sha256,
                "received_at": dg.MetadataValue.timestamp(receipt.received_at),
                "origin": f"{receipt.origin.kind}: {receipt.origin.name}",
                "columns": len(receipt.text.columns),
                **{f"origin_{name}": value for name, value in receipt.origin.detail.items()},
            },
        )

    return raw


def _table(dataset: Dataset, table: Table, common: Mapping[str, Any]) -> dg.AssetsDefinition:
    key, columns = table_key(dataset, table), columns_of(table)
    checks = checks_for("table", dataset, table)

    @dg.asset(
        key=key,
        ins={"receipt": dg.AssetIn(key=raw_key(dataset, table))},
        description=f"{table_title(dataset, table)}: очищена таблиця з оголошеними типами, перевірена за структурою.",
        kinds={"pandas", "parquet"},
        check_specs=check_specs(checks, key),
        metadata={"dagster/column_schema": table_schema(columns), **_titled(table_title(dataset, table))},
        **common,
    )
    def typed_table(context: dg.AssetExecutionContext, receipt: Receipt) -> Iterator[Any]:
        installation: Installation = context.resources.installation
        with permanent_fails_at_once(), steps.entering(installation, dataset, run=context.run.run_id):
            cleaned, stopping = steps.clean_table(installation, dataset, table, receipt)
        # What reading noticed, the raw table has told.
        told = [each for each in cleaned.findings if check_of(each.code).stage != "raw"]
        yield from check_results(checks, key, told)
        with permanent_fails_at_once(), steps.entering(installation, dataset, run=context.run.run_id):
            hindered = steps.deliver_verdict(installation, dataset, table, cleaned, stopping, receipt)
        if hindered:
            context.log.warning(hindered)
        if cleaned.refused:
            counts = by_code(cleaned.findings)
            steps.refuse_table(installation, dataset, table, receipt, counts, run=context.run.run_id)
            raise refusal(
                DataRefused(f"table {dataset.id}/{table.id} breaks its structure: {counts}", cleaned.findings)
            )
        metadata: dict[str, Any] = {"dagster/row_count": len(cleaned.text)}
        if cleaned.findings:
            metadata["findings"] = findings_table(cleaned.findings)
        accepted = Accepted(cleaned, steps.without_text(cleaned, receipt))
        yield dg.MaterializeResult(value=accepted, metadata=metadata)

    return typed_table


def _edition(dataset: Dataset, common: Mapping[str, Any]) -> dg.AssetsDefinition:
    key, checks = edition_key(dataset), checks_for("edition", dataset)

    @dg.asset(
        key=key,
        ins={slug(table.id): dg.AssetIn(key=table_key(dataset, table)) for table in dataset.tables},
        description=f"«{dataset.title}»: незмінна редакція — файли, структура і паспорт під одним відбитком.",
        kinds={"csv", "json"},
        metadata=_titled(f"{dataset.title} — редакція"),
        check_specs=check_specs(checks, key),
        **common,
    )
    def edition(context: dg.AssetExecutionContext, **tables: Accepted) -> Iterator[Any]:
        installation: Installation = context.resources.installation
        accepted = [(tables[slug(each.id)].cleaned, tables[slug(each.id)].receipt) for each in dataset.tables]
        with permanent_fails_at_once(), steps.entering(installation, dataset, run=context.run.run_id):
            done = keep_edition(installation, dataset, accepted, run=context.run.run_id)
        yield from check_results(checks, key, done.judgement.findings, standing=done.standing)
        made = done.edition
        metadata: dict[str, Any] = {
            "address": made.address,
            "dagster/row_count": sum(each.rows for each in made.tables),
            "files": dg.MetadataValue.json({each.name: each.sha256 for each in made.files}),
        }
        if done.standing is None:
            metadata["decision"] = dg.MetadataValue.json(summary(done.judgement))
            if done.judgement.diff is not None:
                metadata["changes"] = dg.MetadataValue.md(diff_markdown(done.judgement))
            if done.page is not None:
                metadata |= {
                    "page": dg.MetadataValue.path(done.page),
                    "files_to_look_at": dg.MetadataValue.path(installation.archive.place(made)),
                }
        if may_go_out(installation, made):
            metadata |= {f"preview_{cleaned.table}": preview(cleaned.text) for cleaned, _ in done.tables}
        yield dg.MaterializeResult(value=made, metadata=metadata)

    return edition


def _publication(dataset: Dataset, common: Mapping[str, Any]) -> dg.AssetsDefinition:
    @dg.asset(
        key=publication_key(dataset),
        deps=[edition_key(dataset)],
        description=f"{dataset.description}\n\nОновлення: {cadence(dataset.frequency).label.lower()}.",
        kinds={"ckan"},
        metadata=_titled(dataset.title),
        retry_policy=RETRIES,
        pool=publication_pool(dataset),
        freshness_policy=freshness_policy(dataset),
        output_required=False,  # an edition that waits for a person fails nothing and publishes nothing
        **{**common, "required_resource_keys": {INSTALLATION, STORAGE}},
    )
    def publication(context: dg.AssetExecutionContext) -> Iterator[Any]:
        installation: Installation = context.resources.installation
        run, say = context.run.run_id, context.log.info
        rejected: str | None = None
        try:
            with permanent_fails_at_once():
                if finishing(context.run.tags):
                    # The edition begun, not the one made last: after a rollback that is the one just rejected.
                    published = finish_interrupted(installation, dataset, run=run, say=say)
                else:
                    made = context.resources.storage.load(edition_key(dataset))
                    kept = to_keep(installation, made)
                    if kept.address != made.address:
                        rejected = made.address
                    published = publish_edition(installation, dataset, kept, run=run, say=say)
        except EditionHeld as held:
            context.log.warning(str(held))
            return
        if published is None:
            return
        edition = installation.archive.read(dataset.id, published.edition)
        if published.warning:
            context.log.warning(published.warning)
        yield dg.MaterializeResult(
            metadata={
                "page": dg.MetadataValue.url(published.url),
                "unchanged": published.unchanged,
                **({"warning": published.warning} if published.warning else {}),
                "edition": published.edition,
                **({"rolled_back": rejected} if rejected else {}),
                "dagster/row_count": sum(each.rows for each in edition.tables),
                "receipt": dg.MetadataValue.json(receipt_of(published) or {}),
            }
        )

    return publication


def freshness_policy(dataset: Dataset) -> dg.FreshnessPolicy | None:
    """Warns at the law's greatest age, fails when the grace has passed too."""
    days = cadence(dataset.frequency).max_age_days
    if days is None:
        return None
    age = timedelta(days=days)
    return dg.FreshnessPolicy.time_window(fail_window=age + grace(days), warn_window=age)
