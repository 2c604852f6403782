import re
from pathlib import Path

from ternopil_pipelines.findings.codes import CODES
from ternopil_pipelines.reports.codes_page import codes_page

PAGE = Path(__file__).parents[2] / "docs" / "findings.md"


def test_the_page_in_docs_is_the_one_the_codes_make():
    assert PAGE.read_text(encoding="utf-8") == codes_page(), "run python -m ternopil_pipelines.reports.codes_page"


def test_every_code_stands_on_the_page_once():
    assert sorted(re.findall(r"^### `(.+)`$", codes_page(), re.M)) == sorted(CODES)


def test_no_field_of_a_template_is_left_in_latin_letters():
    assert re.findall(r"‹[a-z_]+›", codes_page()) == []
