from __future__ import annotations

import pytest

from ternopil_pipelines.catalogue.adopting import with_package
from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.faults import CatalogueFault
from ternopil_pipelines_tests.catalogue.test_loading import GOOD


def test_one_line_is_added_and_every_other_stays() -> None:
    text = GOOD.replace("  - id: works\n    title", "  - id: works   # ours since 2019\n    title")
    changed = with_package(text, "works", "roboty-2019")
    assert parse_catalogue(changed).dataset("works").package_name == "roboty-2019"
    assert [each for each in changed.splitlines() if each not in text.splitlines()] == ["    package: roboty-2019"]


def test_a_package_named_before_is_replaced() -> None:
    once = with_package(GOOD, "works", "roboty-2019")
    assert parse_catalogue(with_package(once, "works", "roboty")).dataset("works").package_name == "roboty"


def test_a_name_another_dataset_publishes_under_is_refused() -> None:
    with pytest.raises(CatalogueFault, match="already"):
        with_package(GOOD, "works", "transport-stops")
