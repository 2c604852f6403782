from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.faults import CatalogueFault
from ternopil_pipelines.gates.three_part import (
    Register,
    explained,
    load_register,
    restricted_whole,
    withheld,
    without,
)
from ternopil_pipelines_tests.gates.town import TODAY, Town, codes, rows

RECORD = """\
dataset: transport-stops
columns: [works.cost]
interest: reputation or rights of others
norm: частина друга статті 6 Закону України «Про доступ до публічної інформації»
harm: Розголошення комерційної таємниці підрядника.
public_interest: Загальна вартість робіт оприлюднюється у звіті.
weighing: Шкода переважає, бо суми підсумовано у звіті.
decision: publish in part
person: Відповідальна Особа
position: начальник управління
date: 2025-06-01
document: № 12-тт від 01.06.2025
review: 2027-06-01
"""


def register(folder: Path, text: str = RECORD) -> Register:
    place = folder / "three-part-tests"
    place.mkdir(exist_ok=True)
    (place / "cost.yaml").write_text(text, encoding="utf-8")
    return load_register(place, Town(folder / "town").catalogue)


def test_restricted_columns_leave_the_table_and_the_description_says_so(tmp_path: Path) -> None:
    town = Town(tmp_path)
    tests = register(tmp_path)
    named = withheld(town.dataset, tests, TODAY)
    assert named == {"works": ("cost",)}
    cleaned, _ = town.cleaned(rows())
    kept = without(cleaned, named["works"])
    assert "cost" not in kept.text.columns
    assert "cost" not in [each.name for each in kept.columns]
    description = explained(town.dataset, tests).description
    assert "Не оприлюднюються стовпці: works.cost" in description
    assert "№ 12-тт від 01.06.2025" in description


def test_an_edition_without_the_restricted_column_passes(tmp_path: Path) -> None:
    town = Town(tmp_path, tests=register(tmp_path))
    cleaned, receipt = town.cleaned(rows())
    edition = town.archive.keep(
        town.catalogue, town.dataset, [(without(cleaned, ("cost",)), receipt)], code_version="1"
    )
    assert town.judge_edition(edition).verdict == "passed"


def test_a_restricted_column_that_reappears_blocks_also_in_other_letters(tmp_path: Path) -> None:
    town = Town(tmp_path, tests=register(tmp_path))
    edition, tables = town.keep(rows())
    assert town.judge_edition(edition, tables).gate == "three-part-test"
    shouted = _renamed(edition, "COST")
    from ternopil_pipelines.gates.three_part import examine

    assert "restricted-column" in {each.code for each in examine(town.dataset, shouted, town.tests, TODAY)}


def _renamed(edition: Edition, name: str) -> Edition:
    [table] = edition.tables
    columns = tuple(each.model_copy(update={"name": name}) if each.name == "cost" else each for each in table.columns)
    return replace(edition, tables=(replace(table, columns=columns),))


def test_a_dataset_restricted_whole_is_rejected_with_the_document(tmp_path: Path) -> None:
    whole = RECORD.replace("columns: [works.cost]\n", "").replace("publish in part", "restrict until")
    tests = register(tmp_path, whole + "until: 2028-01-01\n")
    town = Town(tmp_path, tests=tests)
    said = town.judge(rows())
    assert (said.verdict, said.gate) == ("rejected", "three-part-test")
    assert "№ 12-тт" in said.why
    found = restricted_whole(town.dataset, tests)
    assert found is not None and found.until == date(2028, 1, 1)


def test_an_expired_review_warns_and_still_withholds(tmp_path: Path) -> None:
    tests = register(tmp_path, RECORD.replace("2027-06-01", "2025-12-01"))
    town = Town(tmp_path, tests=tests)
    cleaned, receipt = town.cleaned(rows())
    edition = town.archive.keep(
        town.catalogue, town.dataset, [(without(cleaned, ("cost",)), receipt)], code_version="1"
    )
    said = town.judge_edition(edition)
    assert (said.verdict, codes(said)) == ("passed", {"three-part-review"})
    assert withheld(town.dataset, tests, date(2030, 1, 1)) == {"works": ("cost",)}


def test_a_later_decision_to_publish_lifts_the_restriction(tmp_path: Path) -> None:
    (tmp_path / "three-part-tests").mkdir()
    later = RECORD.replace("publish in part", "publish").replace("date: 2025-06-01", "date: 2026-01-01")
    (tmp_path / "three-part-tests" / "later.yaml").write_text(later, encoding="utf-8")
    tests = register(tmp_path)
    assert len(tests.tests) == 2
    assert withheld(Town(tmp_path).dataset, tests, TODAY) == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("interest: reputation or rights of others", "interest: commercial", "cost.yaml:3: interest"),
        ("harm: Розголошення комерційної таємниці підрядника.\n", "", "cost.yaml:1: harm"),
        ("review: 2027-06-01", "review: 2024-06-01", "`review` is expected after"),
        ("decision: publish in part", "decision: restrict until", "needs the date"),
        ("dataset: transport-stops", "dataset: somewhere", "no dataset 'somewhere'"),
        ("person:", "persons:", "persons"),
        ("date: 2025-06-01", "date: червень", "cost.yaml:11: date"),
    ],
)
def test_a_wrong_record_names_its_file_line_and_key(tmp_path: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(CatalogueFault) as refused:
        register(tmp_path, RECORD.replace(old, new))
    assert expected in str(refused.value)


def test_where_there_is_no_folder_the_register_is_empty(tmp_path: Path) -> None:
    assert load_register(tmp_path / "none") == Register()


def test_a_column_nobody_knows_is_remarked(tmp_path: Path) -> None:
    tests = register(tmp_path, RECORD.replace("works.cost", "works.price"))
    assert "three-part-unknown" in codes(Town(tmp_path, tests=tests).judge(rows()))
