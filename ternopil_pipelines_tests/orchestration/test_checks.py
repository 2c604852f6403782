"""Every asset check on the city's own sources.yaml: green on good data, red on a file made for it, severity right."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.loading import load_catalogue
from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.demo import digital, files, parking, safety, transport
from ternopil_pipelines.demo.city import Row
from ternopil_pipelines.evidence.decisions import decide
from ternopil_pipelines.evidence.journal import PUBLISHED, account
from ternopil_pipelines.findings.checks import CHECKS
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.applicable import checks_for
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.names import keys_of
from ternopil_pipelines_tests.gates.corpus import tax_number
from ternopil_pipelines_tests.gates.test_three_part import RECORD

REPOSITORY = Path(__file__).resolve().parents[2]
ROWS = 40
Rows = list[Row]
Change = Callable[[Rows], object]
ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
CANARY = "3012345670"


def _reports(_: int) -> Rows:
    """As of today: the demo's own are as of its day."""
    today = date.today()
    return [{**row, "acceptedDate": today, "issuedDate": today} for row in digital.reports(835)]


GOOD: Mapping[str, tuple[str, Callable[[int], Rows]]] = {
    "transport-stops": ("stops.csv", transport.stops),
    "parking": ("parking-lots.csv", parking.lots),
    "shelters": ("shelters.csv", safety.shelters),
    "reports-list": ("reports.csv", _reports),
}


@dataclass
class City:
    """The city's catalogue with one dataset of it, in a folder of its own, on an instance that forgets."""

    root: Path
    dataset: Dataset
    run: str = ""

    def __post_init__(self) -> None:
        catalogue = load_catalogue(REPOSITORY / "sources.yaml").model_copy(update={"datasets": (self.dataset,)})
        self.landing = self.root / "landing" / self.dataset.holder / self.dataset.id
        self.landing.mkdir(parents=True)
        home = {"TERNOPIL_HOME": str(self.root / "home"), "LANDING_DIR": str(self.root / "landing")}
        self.installation = Installation(catalogue, Environment.of(home), self.root / "three-part-tests")
        self.job = build_definitions(self.installation).resolve_implicit_global_asset_job_def()

    def drop(self, name: str, rows: Rows) -> None:
        cells = [list(rows[0]), *(list(row.values()) for row in rows)]
        (self.landing / name).write_bytes(files.delimited(cells, delimiter=",", encoding="utf-8"))

    def look(self) -> dict[str, dg.AssetCheckEvaluation]:
        """What the checks before the publication say; the last of a name counts, as in a dataset's only red table."""
        with dg.DagsterInstance.ephemeral() as instance:
            result = self.job.execute_in_process(
                instance=instance,
                asset_selection=keys_of(self.dataset)[:-1],
                raise_on_error=False,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
            self.run = "\n".join(str(each) for each in instance.all_logs(result.run_id))
        said: dict[str, dg.AssetCheckEvaluation] = {}
        for each in result.get_asset_check_evaluations():
            if each.check_name not in said or not each.passed:
                said[each.check_name] = each
        return said

    def publish(self) -> None:
        ledger, edition = self.installation.ledger, self.installation.archive.latest(self.dataset.id)
        assert edition is not None
        ledger.append(PUBLISHED, who="test", dataset=edition.dataset, edition=edition.address, **account(edition))


def city(root: Path, name: str, **changed: Any) -> City:
    dataset = load_catalogue(REPOSITORY / "sources.yaml").dataset(name).model_copy(update=changed)
    made = City(root, dataset)
    file, rows = GOOD[name]
    made.drop(file, rows(835)[:ROWS])
    if name == "parking":
        made.drop("operators.csv", parking.operators(835))
    return made


def put(column: str, value: object, *places: int) -> Change:
    def change(rows: Rows) -> None:
        for place in places or range(len(rows)):
            rows[place][column] = value  # type: ignore[assignment]

    return change


def without(column: str) -> Change:
    return lambda rows: [row.pop(column) for row in rows]


def swapped(rows: Rows) -> None:
    rows[3]["lat"], rows[3]["lon"] = rows[3]["lon"], rows[3]["lat"]


def tax_numbers(rows: Rows) -> None:
    dice = random.Random(5)
    for row in rows:
        row["description"] = tax_number(dice)
    rows[0]["description"] = CANARY


def old(rows: Rows) -> None:
    put("issuedDate", date.today() - timedelta(days=900))(rows)
    put("acceptedDate", date.today() - timedelta(days=900))(rows)


def glued(rows: Rows) -> None:
    rows.insert(20, {name: name for name in rows[0]})
    rows[3]["label"] = "Набережна"


def repeated(rows: Rows) -> None:
    rows.append(dict(rows[0]))


TABLE: list[tuple[str, str, Change, dg.AssetCheckSeverity, str | None]] = [
    ("schema", "transport-stops", without("label"), ERROR, None),
    ("types", "transport-stops", put("lat", "сорок дев’ять", 4), ERROR, "рядок 6, стовпець lat"),
    ("required", "transport-stops", put("label", None, 4), ERROR, "рядок 6, стовпець label"),
    ("allowed_values", "transport-stops", put("type", 7, 4), ERROR, "рядок 6, стовпець type"),
    ("keys", "transport-stops", repeated, ERROR, "стовпець uid"),
    ("coordinates", "transport-stops", swapped, ERROR, "рядок 5"),
    ("coordinates", "transport-stops", put("lat", 48.9, 4), WARN, "рядок 6"),
    ("codes", "transport-stops", put("CATUTTC", "UA123", 4), WARN, "рядок 6, стовпець CATUTTC"),
    ("letters", "transport-stops", put("label", "Шкoла № 5", 4), WARN, "рядок 6, стовпець label"),
    ("plausibility", "transport-stops", put("label", "<b>Ринок</b>", 4), WARN, "рядок 6, стовпець label"),
    ("duplicates", "shelters", repeated, WARN, "рядки"),
    ("references", "parking", put("operatorId", "34334305", 4), WARN, "рядок 6, стовпець operatorId"),
    ("references", "parking", put("operatorId", "34334305"), ERROR, "рядок 2, стовпець operatorId"),
    ("content_date", "reports-list", old, WARN, "Date"),
    ("formulas", "transport-stops", put("label", "=HYPERLINK(A1)", 4), ERROR, "рядок 6, стовпець label"),
    ("personal_data", "transport-stops", tax_numbers, ERROR, "стовпець description"),
]
CHANGED: list[tuple[str, Change, dg.AssetCheckSeverity, str]] = [
    ("rows", lambda rows: rows.__delitem__(slice(30, None)), ERROR, "25 %"),
    ("rows", lambda rows: rows.__delitem__(slice(35, None)), WARN, "12,5 %"),
    ("emptied_columns", put("description", None), ERROR, "description"),
    ("emptied_columns", put("code", None, *range(16)), WARN, "code"),
    ("key_churn", lambda rows: [row.update(uid=f"N-{n}") for n, row in enumerate(rows) if n % 3], ERROR, "65 %"),
    ("key_churn", lambda rows: [row.update(uid=f"N-{n}") for n, row in enumerate(rows) if n % 3 == 0], WARN, "35 %"),
    ("distribution", put("wheelchairBoarding", 2), WARN, "wheelchairBoarding"),
    ("right_file", glued, ERROR, "рядок назв"),
]
# What follows from the same cause; the shelters' own number must be unique too.
_AFTER_RED = {"rows": {"distribution"}, "key_churn": {"distribution", "right_file"}, "duplicates": {"keys"}}


def red(said: Mapping[str, dg.AssetCheckEvaluation]) -> set[str]:
    return {name for name, each in said.items() if not each.passed}


@pytest.mark.parametrize("name", GOOD)
def test_good_files_are_green_in_every_check_the_dataset_has(name: str, tmp_path: Path) -> None:
    made = city(tmp_path, name)
    said = made.look()
    expected = {each.name for each in checks_for("edition", made.dataset)}
    for table in made.dataset.tables:
        expected |= {each.name for stage in ("raw", "table") for each in checks_for(stage, made.dataset, table)}  # type: ignore[arg-type]
    assert (set(said), red(said)) == (expected, set())


@pytest.mark.parametrize(("check", "name", "change", "severity", "place"), TABLE)
def test_a_file_made_for_it_turns_the_check_red(
    check: str, name: str, change: Change, severity: dg.AssetCheckSeverity, place: str | None, tmp_path: Path
) -> None:
    made = city(tmp_path, name)
    file, rows = GOOD[name]
    bad = rows(835)[:ROWS]
    change(bad)
    made.drop(file, bad)
    said = made.look()
    assert check in red(said) <= {check} | _AFTER_RED.get(check, set())
    found = said[check]
    assert found.severity is severity
    assert found.metadata["docs"].value == f"docs/checks.md#{check}"
    assert isinstance(found.metadata["count"].value, int) and found.metadata["count"].value >= 1
    assert found.metadata["codes"].value
    assert place is None or place in str(found.metadata["first"].value)
    assert place is None or "|" in str(found.metadata["findings"].value)
    assert CANARY not in made.run


@pytest.mark.parametrize(("check", "change", "severity", "told"), CHANGED)
def test_a_change_against_the_published_edition_turns_its_check_red(
    check: str, change: Change, severity: dg.AssetCheckSeverity, told: str, tmp_path: Path
) -> None:
    made = city(tmp_path, "transport-stops")
    made.look()
    made.publish()
    rows = transport.stops(835)[:ROWS]
    change(rows)
    made.drop("stops.csv", rows)
    said = made.look()
    assert check in red(said) <= {check} | _AFTER_RED.get(check, set())
    assert said[check].severity is severity
    assert told in str(said[check].metadata["first"].value)


def test_a_damaged_file_turns_reading_red_although_no_table_was_made(tmp_path: Path) -> None:
    made = city(tmp_path, "transport-stops")
    (made.landing / "stops.csv").rename(made.landing / "stops.xlsx")
    (made.landing / "stops.xlsx").write_bytes(b"PK\x03\x04" + b"\x00" * 400)
    said = made.look()
    assert set(said) == red(said) == {"reading"}
    assert said["reading"].severity is ERROR
    assert str(said["reading"].metadata["first"].value)


def test_what_reading_noticed_is_told_by_its_place_alone(tmp_path: Path) -> None:
    """No gate has judged the columns yet: a value could be a person's."""
    made = city(tmp_path, "transport-stops")
    text = (made.landing / "stops.csv").read_text(encoding="utf-8").splitlines()
    text[4] = ",".join(text[4].split(",")[:6])
    (made.landing / "stops.csv").write_text("\n".join(text), encoding="utf-8")
    found = made.look()["reading"]
    assert not found.passed
    assert "рядок 5" in str(found.metadata["first"].value)
    assert "значення «" not in str(found.metadata["first"].value)


def test_a_test_whose_review_is_late_warns_and_a_person_s_turn_is_red_until_it_is_decided(tmp_path: Path) -> None:
    (tmp_path / "three-part-tests").mkdir()
    record = RECORD.replace("works.cost", "stops.description").replace("2027-06-01", "2025-07-01")
    (tmp_path / "three-part-tests" / "one.yaml").write_text(record, encoding="utf-8")
    made = city(tmp_path, "transport-stops", moderation="always")
    said = made.look()
    assert red(said) == {"three_part_test", "moderation"}
    assert (said["three_part_test"].severity, said["moderation"].severity) == (WARN, ERROR)
    edition = made.installation.archive.latest("transport-stops")
    assert edition is not None
    for verdict, passed in (("approved", True), ("rejected", False)):
        decide(made.installation.ledger, edition, verdict, by="person moderator", why="подивилися")  # type: ignore[arg-type]
        found = made.look()["moderation"]
        assert (found.passed, found.severity) == (passed, WARN if passed else ERROR)
        assert "person moderator: подивилися" in str(found.metadata["decision"].value)


def test_what_a_person_let_through_is_still_told_but_keeps_nothing_back(tmp_path: Path) -> None:
    made = city(tmp_path, "transport-stops")
    rows = transport.stops(835)[:ROWS]
    put("label", "=HYPERLINK(A1)", 4)(rows)
    made.drop("stops.csv", rows)
    assert made.look()["formulas"].severity is ERROR
    edition = made.installation.archive.latest("transport-stops")
    assert edition is not None
    decide(made.installation.ledger, edition, "approved", by="person moderator", why="справді так зветься")
    before = len(made.installation.ledger.entries("transport-stops"))
    found = made.look()["formulas"]
    assert (found.passed, found.severity) == (False, WARN)
    decisions = [
        each for each in made.installation.ledger.entries("transport-stops")[before:] if each.what == "decision"
    ]
    assert decisions == []


def test_every_check_of_the_city_is_in_the_catalogue_and_described() -> None:
    installation = Installation(load_catalogue(REPOSITORY / "sources.yaml"), Environment({}))
    graph = build_definitions(installation).resolve_asset_graph()
    declared = {key.name for key in graph.asset_check_keys}
    assert declared == {each.name for each in CHECKS}
    for key in graph.asset_check_keys:
        assert any("а" <= letter <= "я" for letter in str(graph.get_check_spec(key).description).lower())
