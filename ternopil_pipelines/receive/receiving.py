"""The one door: a table's data received by whatever way its source says, and the cheap question whether it moved."""

from __future__ import annotations

from pathlib import Path

from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.model import ApiSource, Catalogue, DatabaseSource, Dataset, FolderSource, Table
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.receive.api import api_change_mark, receive_api
from ternopil_pipelines.receive.database import database_change_mark, receive_database
from ternopil_pipelines.receive.folder import change_mark_of_folder, receive_folder
from ternopil_pipelines.receive.receipt import Receipt


def landing_of(catalogue: Catalogue, environment: Environment) -> Path:
    return Path(environment.resolve(catalogue.landing, key="landing"))


def receive(catalogue: Catalogue, dataset: Dataset, table: Table, environment: Environment) -> Receipt:
    """Raises SourceRefused, SourceDenied, SourceUnreachable, VariableMissing."""
    source = table.source
    if isinstance(source, FolderSource):
        return receive_folder(landing_of(catalogue, environment), dataset, table)
    if isinstance(source, DatabaseSource):
        database = catalogue.databases[source.database]
        return receive_database(
            environment.resolve(database.url, key=f"databases.{source.database}.url"),
            source,
            statement_timeout=database.statement_timeout,
            timezone=catalogue.city.timezone,
        )
    keys = tuple(column.name for column in columns_of(table) if column.key)
    return receive_api(source, environment, key=_key(dataset, table), identity=keys)


def change_mark(catalogue: Catalogue, dataset: Dataset, table: Table, environment: Environment) -> str | None:
    """A text that moves when the source does; None where that cannot be told cheaply."""
    source = table.source
    if isinstance(source, FolderSource):
        return change_mark_of_folder(landing_of(catalogue, environment), dataset, source)
    if isinstance(source, DatabaseSource):
        if source.changed is None:
            return None
        database = catalogue.databases[source.database]
        return database_change_mark(
            environment.resolve(database.url, key=f"databases.{source.database}.url"),
            source,
            statement_timeout=database.statement_timeout,
            timezone=catalogue.city.timezone,
        )
    assert isinstance(source, ApiSource)
    return api_change_mark(source, environment, key=_key(dataset, table))


def _key(dataset: Dataset, table: Table) -> str:
    return f"datasets.{dataset.id}.tables.{table.id}.source"
