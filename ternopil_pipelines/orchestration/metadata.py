"""What people read beside a run in the Dagster UI: row counts, column schemas, findings, previews.

Cells appear in two places only: findings (masked when they were made) and the preview of an edition that may go out.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
import pandas as pd

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.model import DatabaseSource, Dataset, FolderSource, Table
from ternopil_pipelines.catalogue.structures import structure
from ternopil_pipelines.findings.finding import Finding
from ternopil_pipelines.reports.ukrainian import SEVERITIES

PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 12
FINDINGS_SHOWN = 50


def table_schema(columns: Sequence[Column]) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=each.name,
                type=each.type,
                description=each.title,
                constraints=dg.TableColumnConstraints(
                    nullable=not each.required, unique=each.unique, other=_other(each)
                ),
            )
            for each in columns
        ]
    )


def _other(column: Column) -> list[str]:
    said = []
    if column.key:
        said.append("ключ")
    if column.allowed:
        said.append("одне з: " + " · ".join(column.allowed))
    if column.pattern:
        said.append(f"за зразком {column.pattern}")
    return said


def preview(text: pd.DataFrame) -> dg.MetadataValue:
    shown = text.iloc[:PREVIEW_ROWS, :PREVIEW_COLUMNS].astype(object).where(text.notna(), "")
    return dg.MetadataValue.md(markdown(list(shown.columns), shown.to_numpy().tolist()))


def findings_table(findings: Sequence[Finding]) -> dg.MetadataValue:
    rows = [
        [
            SEVERITIES[each.severity.value],
            each.code,
            each.sheet or "",
            each.cell or "",
            each.row or "",
            each.column or "",
            each.value or "",
            each.count,
            each.message,
            each.fix,
        ]
        for each in findings[:FINDINGS_SHOWN]
    ]
    header = [
        "рівень",
        "код",
        "аркуш",
        "клітинка",
        "рядок",
        "стовпець",
        "значення",
        "кількість",
        "що не так",
        "як виправити",
    ]
    return dg.MetadataValue.md(markdown(header, rows))


def markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    def line(cells: Sequence[object]) -> str:
        return "| " + " | ".join(str(each).replace("|", "\\|").replace("\n", " ") for each in cells) + " |"

    return "\n".join([line(header), line(["---"] * len(header)), *(line(each) for each in rows)])


def line(finding: Finding) -> str:
    """One finding as a person would say it: where, what, and what to do."""
    row = f"рядок {finding.row}" if finding.row else ""
    places = (
        f"«{finding.sheet}»" if finding.sheet and row else "",
        f"{finding.cell} ({row})" if finding.cell and row else finding.cell or row,
        f"стовпець {finding.column}" if finding.column else "",
        f"значення «{finding.value}»" if finding.value is not None and finding.value not in finding.message else "",
    )
    place = ", ".join(each for each in places if each)
    return f"{place}{': ' if place else ''}{finding.message} {finding.fix}"


def table_title(dataset: Dataset, table: Table) -> str:
    if len(dataset.tables) == 1 or not table.structure:
        return dataset.title if len(dataset.tables) == 1 else f"{dataset.title}: {table.id}"
    return f"{dataset.title}: {structure(table.structure).title}"


def source_kind(table: Table) -> str:
    if isinstance(table.source, FolderSource):
        return "file"
    return "sql" if isinstance(table.source, DatabaseSource) else "api"
