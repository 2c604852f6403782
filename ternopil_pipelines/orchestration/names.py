"""How ids of sources.yaml are called in Dagster: one slug map for keys, groups, tags, pools and schedules.

Dagster refuses `-` in op and group names and blanks or `/` in definition tags, and Cyrillic in all of them; titles and
descriptions carry the Ukrainian.
"""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from ternopil_pipelines.catalogue.cadence import Frequency
from ternopil_pipelines.catalogue.model import Dataset, Table


def slug(name: str) -> str:
    return name.replace("-", "_")


def raw_key(dataset: Dataset, table: Table) -> dg.AssetKey:
    return dg.AssetKey([slug(dataset.id), f"raw_{slug(table.id)}"])


def table_key(dataset: Dataset, table: Table) -> dg.AssetKey:
    return dg.AssetKey([slug(dataset.id), slug(table.id)])


def edition_key(dataset: Dataset) -> dg.AssetKey:
    return dg.AssetKey([slug(dataset.id), "edition"])


def publication_key(dataset: Dataset) -> dg.AssetKey:
    return dg.AssetKey([slug(dataset.id), "publication"])


def keys_of(dataset: Dataset) -> list[dg.AssetKey]:
    """Every asset of a dataset, in the order the data go; of one without data, its page."""
    if dataset.page_only:
        return [publication_key(dataset)]
    tables = [key for table in dataset.tables for key in (raw_key(dataset, table), table_key(dataset, table))]
    return [*tables, edition_key(dataset), publication_key(dataset)]


def schedule_name(frequency: Frequency) -> str:
    return f"due_{slug(frequency.slug)}"


def definition_tags(dataset: Dataset) -> dict[str, str]:
    """Plain strings only: an enum's member here passes every in-process test and breaks the code server."""
    tags = {"cadence": frequency_tag(dataset), "holder": dataset.holder, "dataset": dataset.id}
    return {**tags, "required": dataset.required.replace("/", "-")} if dataset.required else tags


def frequency_tag(dataset: Dataset) -> str:
    return str(dataset.frequency.slug)


def publication_pool(dataset: Dataset) -> str:
    """One publisher of a dataset at a time."""
    return f"publish_{slug(dataset.id)}"


# What a run that finishes an interrupted publication says of itself, and is known by.
UNFINISHED = "unfinished"


def finishing(tags: Mapping[str, str]) -> bool:
    return tags.get("ternopil/cause") == UNFINISHED


def run_tags(dataset: Dataset, **more: str) -> dict[str, str]:
    return {"ternopil/dataset": dataset.id, **{f"ternopil/{name}": value for name, value in more.items()}}
