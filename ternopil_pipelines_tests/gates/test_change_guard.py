import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines_tests.gates.accidents import ACCIDENTS, REGISTERS, Department, ordinary
from ternopil_pipelines_tests.gates.million import MODULE
from ternopil_pipelines_tests.gates.town import COLUMNS, Town, codes, rows


@pytest.fixture
def town(tmp_path: Path) -> Town:
    found = Town(tmp_path)
    found.publish(rows())
    return found


def test_an_ordinary_month_passes_and_leaves_its_diff(town: Town) -> None:
    data = rows(102)
    data[7]["cost"] = "5.00"
    said = town.judge(data)
    assert said.verdict == "passed"
    assert said.diff is not None
    [diff] = said.diff.tables
    assert (diff.key, diff.added, diff.removed, diff.changed) == (("id",), 2, 0, 1)
    [cell] = diff.biggest
    assert (cell.key, cell.column, cell.before, cell.after) == ("0007", "cost", "1049.50", "5.00")
    assert codes(said) == {"edition-compared"}


@pytest.mark.parametrize(("left", "verdict"), [(81, "passed"), (80, "held"), (50, "held")])
def test_a_fifth_of_the_rows_gone_is_held(town: Town, left: int, verdict: str) -> None:
    assert town.judge(rows(left)).verdict == verdict


@pytest.mark.parametrize(
    ("thresholds", "left", "said"),
    [
        ({}, 91, None),
        ({}, 90, "warning"),
        ({}, 80, "error"),
        ({"rows_drop": 0.5}, 60, None),
        ({"rows_drop": {"warn": 0.3, "error": 0.5}}, 60, "warning"),
        ({"rows_drop": {"warn": 0.3}}, 55, "warning"),
        ({"rows_growth": {"warn": 0.1, "error": 0.5}}, 120, "warning"),
        ({"rows_growth": {"warn": 0.1, "error": 0.5}}, 150, "error"),
    ],
)
def test_remark_and_stop_have_limits_of_their_own(
    tmp_path: Path, thresholds: dict[str, object], left: int, said: str | None
) -> None:
    town = Town(tmp_path, settings={"thresholds": thresholds})
    town.publish(rows())
    judged = town.judge(rows(left))
    told = [each.severity for each in judged.findings if each.code in {"rows-dropped", "rows-grown"}]
    assert told == ([said] if said else [])
    assert (judged.verdict == "held") == (said == "error")


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("values_lost", lambda at, row: {**row, "street": None} if at % 2 else row, "column-emptied"),
        ("keys_replaced", lambda at, row: {**row, "id": f"9{row['id']}"} if at < 40 else row, "keys-replaced"),
        ("shift", lambda _, row: {**row, "kind": "ремонт"}, "categories-shifted"),
    ],
)
def test_what_is_a_remark_by_default_a_dataset_may_hold(
    tmp_path: Path, name: str, change: Callable[[int, dict[str, Any]], dict[str, Any]], code: str
) -> None:
    for number, (thresholds, verdict) in enumerate([({}, "passed"), ({name: {"warn": 0.1, "error": 0.3}}, "held")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        town = Town(folder, settings={"thresholds": thresholds})
        town.publish(rows())
        judged = town.judge([change(at, row) for at, row in enumerate(rows())])
        assert judged.verdict == verdict, judged.why
        assert verdict == "passed" or code in {each.code for each in judged.findings if each.severity == "error"}


def test_the_reason_stands_in_the_first_line(town: Town) -> None:
    said = town.judge(rows(50))
    assert said.why.splitlines()[0].endswith("втратила 50 % рядків: було 100, стало 50.")
    assert said.gate == "changes"


def test_an_emptied_column_is_held(town: Town) -> None:
    said = town.judge([{**row, "street": None} for row in rows()])
    assert said.verdict == "held"
    assert "спорожнів" in said.why.splitlines()[0]


def test_a_column_gone_from_the_catalogue_is_held_and_a_new_one_is_not(town: Town, tmp_path: Path) -> None:
    town.settings["tables"][0]["columns"] = COLUMNS[:-1]
    said = town.judge([{name: row[name] for name in ("id", "street", "kind", "cost")} for row in rows()])
    assert (said.verdict, "column-gone" in codes(said)) == ("held", True)
    town.settings["tables"][0]["columns"] = [*COLUMNS, {"name": "note", "type": "string"}]
    said = town.judge([{**row, "note": "примітка"} for row in rows()])
    assert (said.verdict, "column-new" in codes(said)) == ("passed", True)


def test_more_than_half_the_keys_replaced_is_held(town: Town) -> None:
    data = [{**row, "id": f"9{row['id']}"} if at < 51 else row for at, row in enumerate(rows())]
    said = town.judge(data)
    assert (said.verdict, "keys-replaced" in codes(said)) == ("held", True)


def test_a_column_sorted_on_its_own_is_held(town: Town) -> None:
    data = rows()
    costs = sorted((row["cost"] for row in data), key=float, reverse=True)
    said = town.judge([{**row, "cost": cost} for row, cost in zip(data, costs, strict=True)])
    assert said.why.startswith("У таблиці «Зупинки міського транспорту» значення стовпця «cost» ті самі")


def test_a_published_state_sent_again_after_a_newer_one_is_held_with_its_date(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.publish(rows(95))
    town.publish(rows(100))
    said = town.judge(rows(95))
    assert said.verdict == "held"
    assert "Надійшли старі дані" in said.why.splitlines()[0]
    assert "2026-03-01" in said.why


def test_letters_an_encoding_did_not_have_are_held(town: Town) -> None:
    data = rows()
    data[4]["street"] = "вул. Ка?али"
    said = town.judge(data)
    assert (said.verdict, "letters-replaced" in codes(said)) == ("held", True)


def test_yes_and_no_that_slid_by_a_column_are_held(tmp_path: Path) -> None:
    names = ("low", "wheels", "bikes")
    columns = [COLUMNS[0], *({"name": name, "type": "boolean"} for name in names)]
    town = Town(tmp_path, columns=columns)
    before = [{"id": f"{at:03d}", "low": at % 2 == 0, "wheels": at % 3 == 0, "bikes": at % 5 == 0} for at in range(90)]
    town.publish(before)
    slid = [
        {"id": row["id"], "low": row["wheels"], "wheels": row["bikes"], "bikes": None} if at >= 40 else row
        for at, row in enumerate(before)
    ]
    assert town.judge(slid).why.startswith("Значення зсунулися")


def test_prices_multiplied_by_a_thousand_are_remarked(town: Town) -> None:
    said = town.judge([{**row, "cost": f"{row['cost'][:-3]}000"} for row in rows()])
    assert "numbers-shifted" in codes(said)


def test_samples_of_a_personal_column_are_masked(tmp_path: Path) -> None:
    ground = {"ground": "стаття 5", "approver": "Відповідальна особа"}
    columns = [{**each, "personal": ground} if each["name"] == "street" else each for each in COLUMNS]
    town = Town(tmp_path, columns=columns)
    town.publish([{**row, "street": "Петренко Іван Ілліч"} for row in rows()])
    said = town.judge([{**row, "street": "Гнатюк Олена Іванівна"} for row in rows(101)])
    assert "Гнатюк" not in str(said)
    assert "Петренко" not in str(said)


@pytest.fixture(scope="module")
def departments(tmp_path_factory: pytest.TempPathFactory) -> list[Department]:
    """Every register as its structure declares it, and once more as text alone."""
    return [
        Department(name, tmp_path_factory.mktemp(name), loose=loose) for loose in (False, True) for name in REGISTERS
    ]


def accidents(towns: list[Department], number: int) -> Counter[tuple[str, str]]:
    """What became of each kind of accident; `harm` is what went out unflagged and wrong."""
    dice = random.Random(7)
    outcome: Counter[tuple[str, str]] = Counter()
    for at in range(number):
        kind = list(ACCIDENTS)[at % len(ACCIDENTS)]
        department = towns[at % len(towns)]
        trial = department.trial(kind, ACCIDENTS[kind](department, dice), department.now)
        outcome[kind, "flagged" if trial.flagged else "as meant" if trial.as_meant else "harm"] += 1
    return outcome


def false_holds(towns: list[Department], number: int) -> list[str]:
    dice = random.Random(11)
    found = []
    for at in range(number):
        department = towns[at % len(towns)]
        data = ordinary(department, dice)
        trial = department.trial("ordinary", data, data)
        if trial.flagged:
            found.append(f"{department.dataset.id}: {trial.judgement.why if trial.judgement else 'refused'}")
    return found


def no_harm(outcome: Counter[tuple[str, str]]) -> None:
    assert not [kind for kind, what in outcome if what == "harm"]
    # A delimiter or an encoding that was read rightly is no accident any more; every other kind must be stopped.
    unflagged = {kind for kind, what in outcome if what == "as meant"}
    assert unflagged <= {"delimiter", "encoding"}


def test_no_accident_goes_out_unflagged(departments: list[Department]) -> None:
    no_harm(accidents(departments, 50))


def test_ordinary_updates_are_not_held(departments: list[Department]) -> None:
    assert false_holds(departments, 50) == []


@pytest.mark.bars
def test_none_of_five_hundred_accidents_goes_out_unflagged(departments: list[Department]) -> None:
    no_harm(accidents(departments, 500))


@pytest.mark.bars
def test_under_one_percent_of_five_hundred_ordinary_updates_are_held(departments: list[Department]) -> None:
    assert len(false_holds(departments, 500)) < 5


@pytest.mark.bars
def test_one_percent_changed_in_a_million_rows_is_found_within_the_memory_bound(tmp_path: Path) -> None:
    """In a process of its own: the peak is the operating system's figure, KiB."""
    done = subprocess.run(
        [sys.executable, "-m", MODULE, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    changed, peak = done.stdout.split()[-2:]
    assert int(changed) == 10_000
    assert int(peak) <= 1.5 * 2**20
