"""The catalogue of checks is whole: every code has one check, every check its words."""

import re
from collections import Counter

import pytest

from ternopil_pipelines.catalogue.thresholds import Thresholds
from ternopil_pipelines.findings.check import Check, worst
from ternopil_pipelines.findings.checks import CHECKS, check_of, checks_of
from ternopil_pipelines.findings.codes import CODES, finding
from ternopil_pipelines.findings.finding import Severity


def test_every_code_belongs_to_one_check() -> None:
    counted = Counter(code for each in CHECKS for code in each.codes)
    assert {code: counted[code] for code in CODES} == dict.fromkeys(CODES, 1)
    assert set(counted) == set(CODES)
    assert check_of("key-repeated").name == "keys"


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.name)
def test_a_check_is_described_in_ukrainian(check: Check) -> None:
    assert re.fullmatch(r"[a-z_]+", check.name)
    for text in (check.title, check.about, check.stops):
        assert re.search("[а-яіїєґ]{3}", text)
    assert set(check.thresholds) <= set(Thresholds.model_fields)


def test_every_threshold_is_some_check_s_or_the_quarantine_s() -> None:
    used = {name for each in CHECKS for name in each.thresholds}
    assert set(Thresholds.model_fields) - used == {"quarantine"}


def test_a_check_tells_the_worst_first_and_a_note_is_nothing_to_answer() -> None:
    (rows,) = [each for each in checks_of("edition") if each.name == "rows"]
    words = {"table": "т", "before": 2, "after": 9, "dataset": "d", "share": "1 %", "least": 1, "threshold": "1 %"}
    note = finding("edition-compared", added=1, removed=0, changed=0, **words)
    remark, stop = finding("rows-grown", **words), finding("rows-dropped", **words)
    stranger = finding("column-gone", column="c", **words)
    assert rows.mine([note, remark, stranger, stop]) == (stop, remark, note)
    assert [worst(each) for each in ([note], [note, remark], [remark, stop])] == [
        None,
        Severity.WARNING,
        Severity.ERROR,
    ]
