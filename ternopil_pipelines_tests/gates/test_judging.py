import random
from pathlib import Path

import pytest

from ternopil_pipelines.demo.city import AS_OF
from ternopil_pipelines.evidence.decisions import decision
from ternopil_pipelines.gates.judging import enter, judge, summary
from ternopil_pipelines.gates.looking import look, quiet
from ternopil_pipelines_tests.gates.corpus import tax_number
from ternopil_pipelines_tests.gates.demo_city import DemoCity, catalogue
from ternopil_pipelines_tests.gates.town import COLUMNS, NOW, TODAY, Town, codes, rows

CANARY = "3012345670"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def people(number: int = 12) -> list[dict[str, str]]:
    dice = random.Random(5)
    return [{**row, "kind": tax_number(dice)} for row in rows(number)]


def test_a_first_edition_of_ordinary_rows_passes_without_a_diff(town: Town) -> None:
    said = town.judge(rows())
    assert (said.verdict, said.gate, said.diff) == ("passed", None, None)
    assert said.findings == ()


def test_a_column_of_taxpayers_numbers_is_rejected_and_never_quoted(town: Town) -> None:
    data = people()
    said = town.judge(data)
    assert (said.verdict, said.gate) == ("rejected", "personal-data")
    assert "«kind»" in said.why.splitlines()[0]
    shown = str(said) + str([each.as_json() for each in said.findings]) + str(summary(said))
    assert not any(row["kind"] in shown for row in data)


def test_a_declared_ground_lets_the_column_out_and_is_remembered(tmp_path: Path) -> None:
    ground = {"ground": "стаття 5", "approver": "Відповідальна особа"}
    columns = [{**each, "personal": ground} if each["name"] == "kind" else each for each in COLUMNS]
    said = Town(tmp_path, columns=columns).judge(people())
    assert said.verdict == "passed"
    assert codes(said) == {"personal-lawful"}


def test_a_formula_is_held_and_the_reason_quotes_no_cell(town: Town) -> None:
    data = rows()
    data[3]["street"] = "=HYPERLINK(A1)"
    said = town.judge(data)
    assert (said.verdict, said.gate) == ("held", "formulas")
    assert "HYPERLINK" not in said.why
    [found] = said.findings
    assert (found.code, found.row, found.column) == ("formula-in-text", 5, "street")


def test_personal_data_speaks_before_a_formula(town: Town) -> None:
    data = people()
    data[3]["street"] = "=HYPERLINK(A1)"
    said = town.judge(data)
    assert said.verdict == "rejected"
    assert [each.code for each in said.findings] == ["personal-column", "formula-in-text"]
    assert said.why.splitlines()[1].startswith("Також: ")


def test_a_persons_number_in_the_description_rejects(tmp_path: Path) -> None:
    town = Town(tmp_path, settings={"description": f"Звертатися: Петренко, РНОКПП {CANARY}, 0671234567"})
    said = town.judge(rows())
    assert said.verdict == "rejected"
    assert CANARY not in said.why


def test_a_file_named_by_an_identifier_is_held_and_by_a_name_only_remarked(town: Town) -> None:
    assert town.judge(rows(), name="роботи 0671234567.csv").gate == "personal-data"
    said = town.judge(rows(50), name="Петренко Іван Іванович.csv")
    assert said.verdict == "passed"
    assert "personal-file-named" in codes(said)


def test_an_edition_is_judged_from_the_archive_alone_as_well(town: Town) -> None:
    edition, _ = town.keep(people())
    assert town.judge_edition(edition).verdict == "rejected"


def test_the_judgement_is_entered_once_and_by_the_gates_name(town: Town) -> None:
    edition, tables = town.keep(people())
    said = town.judge_edition(edition, tables)
    first = enter(town.ledger, edition, said, who="run 1")
    assert enter(town.ledger, edition, said, who="run 2") == first
    found = decision(town.ledger, edition.dataset, edition.address)
    assert found is not None and (found.verdict, found.by, found.gate) == ("rejected", "personal-data", "personal-data")
    assert not any(row["kind"] in str(town.ledger.entries()) for row in people())


def test_an_unchanged_dataset_is_compared_with_an_erased_publication_by_nothing(town: Town) -> None:
    edition = town.publish(rows())
    town.archive.erase(edition.dataset, edition.address, reason="витік", who="test")
    said = town.judge(rows(90))
    assert (said.verdict, said.diff) == ("passed", None)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> DemoCity:
    return DemoCity(tmp_path_factory.mktemp("city"))


@pytest.mark.parametrize("name", [each.id for each in catalogue().active])
def test_a_dataset_of_the_demo_city_passes_its_first_judgement(name: str, city: DemoCity, tmp_path: Path) -> None:
    town = Town(tmp_path, clock=NOW)
    dataset = city.catalogue.dataset(name)
    tables = city.tables(dataset)
    edition = town.archive.keep(city.catalogue, dataset, tables, code_version="1")

    said = judge(
        city.catalogue, dataset, edition, town.archive, town.ledger, tables=tables, today=AS_OF, tests=town.tests
    )
    assert said.verdict == "passed", said.why
    assert codes(said) <= {"personal-lawful"}


def test_a_table_alone_is_looked_at_as_the_judgement_would(town: Town) -> None:
    data = people()
    data[3]["street"] = "=HYPERLINK(A1)"
    cleaned, receipt = town.cleaned(data)
    found = look(town.catalogue, town.dataset, cleaned, receipt, today=TODAY)
    assert [each.code for each in found] == ["personal-column", "formula-in-text"]
    assert not any(row["kind"] in str(found) for row in data)


def test_what_cleaning_said_of_a_personal_column_is_hushed(town: Town) -> None:
    """Two spellings of a name are a remark of the cleaning, which quotes them both."""
    names = ("Петренко Іван", "ПЕТРЕНКО ІВАН", "Гнатюк Олена", "Вовк Юрій")
    data = [{**row, "kind": names[at % 4]} for at, row in enumerate(rows(60))]
    cleaned, receipt = town.cleaned(data)
    assert "ПЕТРЕНКО ІВАН" in str(cleaned.findings)
    hushed, _ = quiet(town.catalogue, town.dataset, cleaned, receipt, today=TODAY)
    assert not any(name in str(hushed.findings) for name in names)
    assert [each.code for each in hushed.findings] == [each.code for each in cleaned.findings]
