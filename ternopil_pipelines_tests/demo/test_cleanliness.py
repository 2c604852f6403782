"""The demo's files through the real receiving and cleaning: untidy as they are, nothing in them is refused."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest

from ternopil_pipelines.catalogue.loading import load_catalogue
from ternopil_pipelines.catalogue.model import FolderSource
from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.demo.landing import fill_landing
from ternopil_pipelines.findings.finding import Severity
from ternopil_pipelines.receive.file import receive_file

CATALOGUE = load_catalogue(Path(__file__).parents[2] / "sources.yaml")
TABLES = [
    pytest.param(dataset, table, id=f"{dataset.id}/{table.id}")
    for dataset in CATALOGUE.datasets
    for table in dataset.tables
    if isinstance(table.source, FolderSource)
]


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    fill_landing(folder)
    return folder


@pytest.mark.parametrize(("dataset", "table"), TABLES)
def test_a_file_of_the_demo_is_accepted_without_remarks(landing: Path, dataset, table) -> None:
    files = (landing / dataset.holder / dataset.id).iterdir()
    [path] = [each for each in files if fnmatch(each.name, table.source.pattern)]
    cleaned = clean(receive_file(path, table), table, columns_of(table), bounds=CATALOGUE.city.bounds)
    assert [each.code for each in cleaned.findings if each.severity is not Severity.NOTE] == []
    assert len(cleaned.text) > 0


def test_every_dataset_of_the_file_has_its_source_in_the_demo(landing: Path) -> None:
    folders = {path.name for path in landing.glob("*/*")}
    assert folders == {param.values[0].id for param in TABLES}
