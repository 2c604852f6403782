from datetime import UTC, datetime

import jsonschema
import pytest

from ternopil_pipelines.reports import ukrainian
from ternopil_pipelines.reports.report import json_schema, report, verdict_of
from ternopil_pipelines_tests.clean.making import cleaned
from ternopil_pipelines_tests.clean.test_cleaning import COST, NAME, UID

AT = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)


def content(found, **words):
    return report("things", [(found, None)], source_name="f.csv", source_sha256="a" * 64, checked_at=AT, **words)


def test_errors_reject_warnings_remark_and_notes_accept():
    lost = {"uid": ["1"], "telephone": ["0671234567"]}
    from ternopil_pipelines.catalogue.columns import Column

    phone = Column(name="telephone", type="string")
    assert content(cleaned({"uid": ["1"], "cost": ["x"]}, UID, COST))["verdict"] == "rejected"
    assert content(cleaned(lost, UID, phone))["verdict"] == "accepted_with_remarks"
    assert content(cleaned({"uid": ["1"], "cost": [""]}, UID, COST))["verdict"] == "accepted"
    assert verdict_of([]) == "accepted"


def test_a_gate_has_the_last_word():
    assert content(cleaned({"uid": ["1"]}, UID), verdict="held")["verdict"] == "held"


def test_the_report_keeps_its_schema_and_tells_rows_and_columns():
    found = content(cleaned({"uid": ["1", "1"], "name": ["а", ""]}, UID, NAME))
    jsonschema.validate(found, json_schema())
    (table,) = found["tables"]
    assert (table["table"], table["rows"], table["columns"], len(table["findings"])) == ("things", 2, 2, 2)
    assert found["checked_at"] == "2026-07-01T12:30:00Z"


def test_the_schema_refuses_a_verdict_nobody_gives():
    found = {**content(cleaned({"uid": ["1"]}, UID)), "verdict": "maybe"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, json_schema())


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 помилка"),
        (2, "2 помилки"),
        (5, "5 помилок"),
        (11, "11 помилок"),
        (21, "21 помилка"),
        (112, "112 помилок"),
        (1004, "1\u00a0004 помилки"),
    ],
)
def test_numbers_agree_with_their_nouns(count, words):
    assert ukrainian.errors(count) == words


def test_a_moment_is_told_in_local_time():
    assert ukrainian.moment("2026-07-01T12:30:00Z") == "01.07.2026 о 15:30"
