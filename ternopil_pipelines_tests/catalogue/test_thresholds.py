"""Thresholds: a number as always, or warn and error apart."""

from typing import Any

import pytest

from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.catalogue.thresholds import Limits, Share, Thresholds
from ternopil_pipelines.faults import CatalogueFault
from ternopil_pipelines.findings.finding import Severity
from ternopil_pipelines.gates.limits import beyond
from ternopil_pipelines_tests.orchestration.town import SOURCES


def _read(thresholds: str) -> Thresholds:
    text = SOURCES.replace("PREFIX", "t").replace(
        "frequency: once a month\n", f"frequency: once a month\n    thresholds: {thresholds}\n"
    )
    return parse_catalogue(text).datasets[0].thresholds


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{rows_drop: 0.8}", Share(error=0.8)),
        ("{rows_drop: 1}", Share(error=1)),
        ("{rows_drop: {warn: 0.1, error: 0.3}}", Share(warn=0.1, error=0.3)),
        ("{rows_drop: {warn: 0.1}}", Share(warn=0.1)),
        ("{keys_replaced: 0.9}", Share(warn=0.1, error=0.2)),
    ],
)
def test_a_number_is_the_limit_of_the_error_and_what_is_not_named_is_not_asked(written: str, read: Share) -> None:
    assert _read(written).rows_drop == read


def test_the_age_of_the_content_can_be_switched_off_and_the_guard_cannot_by_a_slip() -> None:
    assert _read("{content_age: null}").content_age is None
    assert _read("{content_age: 3}").content_age == Limits(error=3)
    with pytest.raises(CatalogueFault, match="rows_drop"):
        _read("{rows_drop: null}")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{rows_drop: 1.5}", "from 0 to 1"),
        ("{rows_drop: -1}", "greater than or equal to 0"),
        ("{rows_drop: {warn: 0.5, error: 0.2}}", "at most `error`"),
        ("{rows_drop: {stop: 0.5}}", "unknown key"),
        ("{rows_dropped: 0.5}", "did you mean `rows_drop`"),
        ("{quarantine: 2}", "less than or equal to 1"),
    ],
)
def test_a_slip_is_named(written: str, told: str) -> None:
    with pytest.raises(CatalogueFault, match=told):
        _read(written)


@pytest.mark.parametrize(
    ("limits", "amount", "reached", "said"),
    [
        (Limits(warn=0.1, error=0.2), 0.05, False, None),
        (Limits(warn=0.1, error=0.2), 0.1, False, None),
        (Limits(warn=0.1, error=0.2), 0.1, True, Severity.WARNING),
        (Limits(warn=0.1, error=0.2), 0.15, False, Severity.WARNING),
        (Limits(warn=0.1, error=0.2), 0.2, True, Severity.ERROR),
        (Limits(warn=0.1), 0.9, False, Severity.WARNING),
        (Limits(error=0.1), 0.05, False, None),
        (Limits(warn=0.0), 0.0, False, None),
        (Limits(), 9.0, True, None),
        (None, 9.0, True, None),
    ],
)
def test_an_amount_lies_on_one_side(limits: Limits | None, amount: float, reached: bool, said: Any) -> None:
    assert beyond(limits, amount, reached=reached) is said
