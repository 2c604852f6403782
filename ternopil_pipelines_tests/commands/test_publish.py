"""`publish` and `retry`: what is run, what is said, and how it ends."""

from __future__ import annotations

import pytest

from ternopil_pipelines_tests.commands.conftest import Ternopil
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town


def test_a_city_s_morning_by_hand(town: Town, ternopil: Ternopil) -> None:
    """Everything published, then nothing to do, then a broken file and its retry: as an operator goes through it."""
    repairs, calls = town.repairs.id, town.calls.id
    first = ternopil("--json", "publish", "--all")
    assert first.code == 0
    assert {each["dataset"]: each["state"] for each in first.document["datasets"]} == {
        repairs: "published",
        calls: "published",
    }
    assert all(each["url"] and each["edition"] and each["run"] for each in first.document["datasets"])

    second = ternopil("publish", "--all", "--json")
    assert {each["state"] for each in second.document["datasets"]} == {"unchanged"}
    due = ternopil("publish", "--due")
    assert (due.code, "Робити нічого" in due.out) == (0, True)

    town.drop(REPAIRS.replace("10.50", "десять"))
    refused = ternopil("publish", repairs, calls)
    assert refused.code == 1
    assert "рядок 2" in refused.out and "десять" in refused.out and "відхилено" in refused.out
    assert "dagster" not in refused.err.lower()
    standing = {each["id"]: each for each in ternopil("status", "--json").document["datasets"]}
    assert (standing[repairs]["state"], standing[repairs]["waiting_for"]) == ("failed", f"{town.prefix}-works")
    assert standing[repairs]["findings"] == 1
    assert (standing[calls]["state"], standing[calls]["waiting_for"]) == ("fresh", None)

    town.drop(REPAIRS)
    again = ternopil("retry", "--json")
    assert (again.code, [each["dataset"] for each in again.document["datasets"]]) == (0, [repairs])
    assert ternopil("retry", "--json").document == {"datasets": []}
    shown = ternopil("evidence", "show", repairs, "--json").document
    assert [each["what"] for each in shown["entries"]].count("published") == 1
    verified = ternopil("evidence", "verify", "--json")
    assert (verified.code, verified.document["problems"]) == (0, [])


def test_an_unreachable_portal_is_exit_3_and_one_line_of_why(village: Town, ternopil: Ternopil) -> None:
    said = ternopil("publish", village.repairs.id)
    assert said.code == 3
    assert "недоступно" in said.out
    assert "HTTPConnectionPool" not in said.out + said.err
    assert ternopil("status", "--json").document["datasets"][0]["waiting_for"] == "operator"


def test_the_worst_of_several_outcomes_is_the_exit_code(village: Town, ternopil: Ternopil) -> None:
    village.drop(REPAIRS.replace("10.50", "десять"))
    said = ternopil("--json", "publish", village.repairs.id, village.calls.id)
    assert said.code == 3
    assert [each["exit_code"] for each in said.document["datasets"]] == [1, 3]


def test_an_empty_folder_is_the_department_s_turn(village: Town, ternopil: Ternopil) -> None:
    village.repairs_file.unlink()
    said = ternopil("publish", village.repairs.id)
    assert said.code == 1
    assert ternopil("status", "--json").document["datasets"][0]["waiting_for"] == "t-works"


@pytest.mark.parametrize(
    "words", [("publish",), ("publish", "t-repairs", "--all"), ("publish", "--all", "--due"), ("publish", "no-such")]
)
def test_wrong_use_is_exit_2(words: tuple[str, ...], village: Town, ternopil: Ternopil) -> None:
    said = ternopil(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err.strip()
    assert "error" in ternopil(*words, "--json").document


def test_an_unknown_dataset_is_answered_with_the_known_ones(village: Town, ternopil: Ternopil) -> None:
    said = ternopil("publish", "no-such")
    assert "no-such" in said.err and village.repairs.id in said.err


def test_a_dataset_without_a_source_is_not_run(village: Town, ternopil: Ternopil) -> None:
    text = village.sources.read_text(encoding="utf-8")
    village.sources.write_text(
        text.replace("    frequency: once a month\n", "    frequency: once a month\n    state: no source yet\n"),
        encoding="utf-8",
    )
    assert ternopil("publish", village.repairs.id).code == 2
    assert ternopil("publish", "--due").code == 0
