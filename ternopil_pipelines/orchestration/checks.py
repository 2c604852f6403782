"""Asset checks: the catalogue of checks as Dagster's, each a view of findings that were made on the way.

A check speaks, it does not gate: ERROR is said where a finding keeps something back (a table is refused, an edition is
held), WARN where it goes on. Metadata name the guilty cell at once (`first`), then the rest in a table; values in them
were masked when the findings were made.

No postponed annotations here: Dagster reads the context's type from the function itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from ternopil_pipelines.catalogue.cadence import cadence
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.decisions import Decision
from ternopil_pipelines.evidence.entry import Entry
from ternopil_pipelines.evidence.journal import last_looked, last_published
from ternopil_pipelines.findings.check import Check, worst
from ternopil_pipelines.findings.checks import checks_of
from ternopil_pipelines.findings.codes import CODES, finding
from ternopil_pipelines.findings.finding import Finding, Severity, by_code
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.faults import permanent_fails_at_once
from ternopil_pipelines.orchestration.metadata import findings_table, line
from ternopil_pipelines.orchestration.names import publication_key, slug
from ternopil_pipelines.oversight.portal_checks import examine

FRESHNESS, MODERATION = "freshness", "moderation"
# Where nothing could be looked at, nothing is said: a check that saw nothing must not turn green.
_UNSEEN = frozenset({"never-published", "portal-silent"})
VERDICTS = {"passed": "пройшла", "held": "чекає рішення", "approved": "затверджено", "rejected": "відхилено"}


def check_specs(checks: Sequence[Check], key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    return [dg.AssetCheckSpec(each.name, asset=key, description=_described(each)) for each in checks]


def _described(check: Check) -> str:
    judged = f" Пороги: {', '.join(f'`thresholds.{each}`' for each in check.thresholds)}." if check.thresholds else ""
    return f"**{check.title}.** {check.about}{judged} Докладно: {check.page}"


def check_results(
    checks: Sequence[Check], key: dg.AssetKey, findings: Sequence[Finding], *, standing: Decision | None = None
) -> Iterator[dg.AssetCheckResult]:
    """`standing`: the decision that counts already; what a person let through keeps nothing back any more. A finding of
    none of these checks is told by the first: it must not go unseen."""
    strangers = [each for each in findings if not any(each.code in check.codes for check in checks)]
    for place, check in enumerate(checks):
        mine = [*check.mine(findings), *(strangers if place == 0 else ())]
        yield check_result(check, key, mine, standing=standing)


def check_result(
    check: Check, key: dg.AssetKey, found: Sequence[Finding], *, standing: Decision | None = None
) -> dg.AssetCheckResult:
    decided = standing if check.name == MODERATION else None
    if decided is not None:
        found = () if decided.passing else found
    said = Severity.ERROR if decided is not None and not decided.passing else worst(found)
    stops = said is Severity.ERROR and not (standing is not None and standing.passing)
    metadata: dict[str, dg.MetadataValue] = {}
    if found:
        metadata["first"] = dg.MetadataValue.text(line(found[0]))
        metadata["count"] = dg.MetadataValue.int(sum(each.count for each in found))
        metadata["findings"] = findings_table(found)
        metadata["codes"] = dg.MetadataValue.json(by_code(found))
    if said is not None:
        metadata["docs"] = dg.MetadataValue.text(check.page)
    if decided is not None:
        words = f"{VERDICTS[decided.verdict]}, {decided.at[:16]}, {decided.by}: {decided.why}"
        metadata["decision"] = dg.MetadataValue.text(words)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=check.name,
        passed=said is None,
        severity=dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def unquoted(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of reading, made before any gate knew which columns are people's: of a cell only its place is told."""
    return [each if each.row is None else _told_by_place(each) for each in findings]


def _told_by_place(told: Finding) -> Finding:
    about = CODES[told.code].about
    return replace(told, value=None, message=about, expected=about, fix=about)


def publication_checks(catalogue: Catalogue) -> list[dg.AssetChecksDefinition]:
    return [_publication_checks(catalogue, dataset) for dataset in catalogue.active]


def _publication_checks(catalogue: Catalogue, dataset: Dataset) -> dg.AssetChecksDefinition:
    """One op after the publication, which may also be started by itself to look at the portal now."""
    key = publication_key(dataset)

    @dg.multi_asset_check(
        name=f"{slug(dataset.id)}__publication_checks",
        specs=check_specs(checks_of("publication"), key),
        required_resource_keys={"installation"},
        op_tags={"dataset": slug(dataset.id)},
        can_subset=True,
    )
    def look_at_publication(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        installation: Installation = context.resources.installation
        with permanent_fails_at_once():
            findings = published_findings(installation, dataset, run=context.run.run_id)
        wanted = {each.name for each in context.selected_asset_check_keys}
        unseen = bool(_UNSEEN & {each.code for each in findings})
        for each in check_results(checks_of("publication"), key, findings):
            if each.check_name in wanted and not (unseen and each.passed and each.check_name != FRESHNESS):
                yield each

    return look_at_publication


def published_findings(installation: Installation, dataset: Dataset, *, run: str) -> list[Finding]:
    looked, shown = last_looked(installation.ledger, dataset.id), last_published(installation.ledger, dataset.id)
    if looked is None or shown is None or shown.edition is None:
        return [finding("never-published")]
    stale = _stale(dataset, looked, datetime.now(ZoneInfo(installation.catalogue.city.timezone)))
    edition = installation.archive.read(dataset.id, shown.edition)
    with installation.with_fresh_environment().reader() as client:
        trusted = looked.body.get("run") == run
        found = examine(client, installation.archive, edition, package=dataset.package_name, trusted=trusted)
    return [*stale, *found]


def _stale(dataset: Dataset, looked: Entry, now: datetime) -> list[Finding]:
    promised, at = cadence(dataset.frequency), datetime.fromisoformat(looked.at)
    if promised.max_age_days is None or now - at <= timedelta(days=promised.max_age_days):
        return []
    return [
        finding(
            "publication-stale", looked=looked.at[:10], frequency=promised.label.lower(), days=promised.max_age_days
        )
    ]
