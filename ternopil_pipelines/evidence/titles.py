"""What a person calls a table: the title of its official structure, else the dataset's."""

from __future__ import annotations

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.catalogue.structures import structure


def table_titles(dataset: Dataset) -> dict[str, str]:
    """Table id → Ukrainian title; tables that would share one get their ids behind it."""
    titles = {each.id: structure(each.structure).title if each.structure else dataset.title for each in dataset.tables}
    shared = [title for title in titles.values() if list(titles.values()).count(title) > 1]
    return {table: f"{title}: {table}" if title in shared else title for table, title in titles.items()}
