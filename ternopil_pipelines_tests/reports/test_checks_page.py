"""docs/checks.md is what the catalogue of checks makes, and every link of it leads somewhere."""

import re
from pathlib import Path

from ternopil_pipelines.catalogue.thresholds import Thresholds
from ternopil_pipelines.findings.checks import CHECKS
from ternopil_pipelines.findings.codes import CODES
from ternopil_pipelines.reports.checks_page import checks_page
from ternopil_pipelines.reports.codes_page import codes_page

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"


def test_the_page_in_docs_is_the_one_the_checks_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == checks_page(), "run python -m ternopil_pipelines.reports.checks_page"


def test_every_check_has_its_anchor_and_every_code_stands_under_one() -> None:
    assert re.findall(r"^### `(.+)`$", checks_page(), re.M) == [each.name for each in CHECKS]
    named = re.findall(r"\(findings\.md#([a-z-]+)\)", checks_page())
    assert sorted(named) == sorted(CODES)
    assert {f"### `{code}`" for code in named} <= set(codes_page().splitlines())


def test_every_threshold_is_explained_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| .+? \| (.+ \| .+) \|$", checks_page(), re.M))
    assert set(rows) == set(Thresholds.model_fields)
    assert (rows["rows_drop"], rows["content_age"], rows["quarantine"]) == ("0.1 | 0.2", "2 | —", "0 | 0.05")
