"""Asset checks: what is said of a table in its own op, and whether a publication is as fresh as the law asks.

Each table check is a view of the findings that cleaning made: a code belongs to one check. Descriptions are Ukrainian,
stewards and managers read them in the Dagster UI.

No postponed annotations here: Dagster reads the context's type from the function itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from ternopil_pipelines.catalogue.cadence import cadence
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines.evidence.journal import last_looked
from ternopil_pipelines.findings.finding import Finding, Severity, by_code
from ternopil_pipelines.gates.judging import Judgement
from ternopil_pipelines.gates.moderation import CHANGES, FORMULAS, MODERATION, PERSONAL, THREE_PART
from ternopil_pipelines.orchestration.metadata import findings_table
from ternopil_pipelines.orchestration.names import publication_key, slug

FRESHNESS = "freshness"


@dataclass(frozen=True, slots=True)
class TableCheck:
    """`mine` tells which findings the check speaks of; warnings alone leave it passed, with severity WARN shown."""

    name: str
    description: str
    mine: Callable[[Finding], bool]

    def result(self, key: dg.AssetKey, cleaned: Cleaned, rows_before: int | None) -> dg.AssetCheckResult:
        if self.name == "row_count":
            return _row_count(key, len(cleaned.text), rows_before)
        found = [each for each in cleaned.findings if self.mine(each)]
        errors = [each for each in found if each.severity is Severity.ERROR]
        warned = [each for each in found if each.severity is Severity.WARNING]
        metadata: dict[str, dg.MetadataValue] = {"codes": dg.MetadataValue.json(by_code(found))}
        if found:
            metadata["findings"] = findings_table([*errors, *warned])
        return dg.AssetCheckResult(
            asset_key=key,
            check_name=self.name,
            passed=not (errors or warned),
            severity=dg.AssetCheckSeverity.ERROR if errors else dg.AssetCheckSeverity.WARN,
            metadata=metadata,
        )


def _is_key(finding: Finding) -> bool:
    return finding.code.startswith("key-")


TABLE_CHECKS: tuple[TableCheck, ...] = (
    TableCheck(
        "schema",
        "Стовпці, типи, обов’язкові та дозволені значення відповідають структурі.",
        lambda finding: not _is_key(finding),
    ),
    TableCheck("keys", "Ключ кожного рядка заповнений і не повторюється.", _is_key),
    TableCheck("row_count", "Таблиця не порожня і не втратила рядків проти попередньої редакції.", lambda _: False),
)


def table_check_specs(key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    return [dg.AssetCheckSpec(each.name, asset=key, description=each.description) for each in TABLE_CHECKS]


def _row_count(key: dg.AssetKey, rows: int, before: int | None) -> dg.AssetCheckResult:
    metadata: dict[str, dg.MetadataValue] = {"rows": dg.MetadataValue.int(rows)}
    if before is not None:
        metadata["rows_before"] = dg.MetadataValue.int(before)
    shrunk = before is not None and rows < before
    return dg.AssetCheckResult(
        asset_key=key,
        check_name="row_count",
        passed=rows > 0 and not shrunk,
        severity=dg.AssetCheckSeverity.ERROR if rows == 0 else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


GATE_CHECKS: Mapping[str, tuple[str, str]] = {
    THREE_PART: ("three_part_test", "Нічого, що обмежив трискладовий тест, у редакції немає."),
    PERSONAL: ("personal_data", "Персональних даних без законної підстави немає."),
    FORMULAS: ("formulas", "Жодна клітинка не стане формулою в електронній таблиці."),
    CHANGES: ("changes", "Зміни проти останньої оприлюдненої редакції схожі на звичайне оновлення."),
    MODERATION: ("moderation", "Рішення людини, якщо набір його потребує, ухвалено."),
}


def edition_check_specs(key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    return [dg.AssetCheckSpec(name, asset=key, description=about) for name, about in GATE_CHECKS.values()]


def edition_check_results(key: dg.AssetKey, judgement: Judgement | None) -> list[dg.AssetCheckResult]:
    """What each gate said; where a decision stands already, nothing new is said."""
    results = []
    for gate, (name, _) in GATE_CHECKS.items():
        found = () if judgement is None else judgement.by_gate.get(gate, ())
        errors = [each for each in found if each.severity is Severity.ERROR]
        warned = [each for each in found if each.severity is Severity.WARNING]
        metadata: dict[str, dg.MetadataValue] = {"codes": dg.MetadataValue.json(by_code(found))}
        if found:
            metadata["findings"] = findings_table([*errors, *warned])
        if judgement is None:
            metadata["decision"] = dg.MetadataValue.text("рішення про цю редакцію вже ухвалено")
        results.append(
            dg.AssetCheckResult(
                asset_key=key,
                check_name=name,
                passed=not (errors or warned),
                severity=dg.AssetCheckSeverity.ERROR if errors else dg.AssetCheckSeverity.WARN,
                metadata=metadata,
            )
        )
    return results


def freshness_check(catalogue: Catalogue, dataset: Dataset) -> dg.AssetChecksDefinition:
    days = cadence(dataset.frequency).max_age_days
    zone = ZoneInfo(catalogue.city.timezone)

    @dg.asset_check(
        asset=publication_key(dataset),
        name=FRESHNESS,
        description="Набір переглянуто не пізніше, ніж вимагає частота оновлення.",
        required_resource_keys={"installation"},
        op_tags={"dataset": slug(dataset.id)},
    )
    def freshness(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        looked = last_looked(context.resources.installation.ledger, dataset.id)
        at = datetime.fromisoformat(looked.at) if looked else None
        age = None if at is None else datetime.now(zone) - at
        passed = age is not None and (days is None or age <= timedelta(days=days))
        metadata: dict[str, dg.MetadataValue] = {}
        if at is not None:
            metadata["looked_at"] = dg.MetadataValue.timestamp(at)
        if days is not None:
            metadata["max_age_days"] = dg.MetadataValue.int(days)
        return dg.AssetCheckResult(passed=passed, severity=dg.AssetCheckSeverity.WARN, metadata=metadata)

    return freshness


def freshness_checks(catalogue: Catalogue) -> Sequence[dg.AssetChecksDefinition]:
    return [freshness_check(catalogue, dataset) for dataset in catalogue.active]
