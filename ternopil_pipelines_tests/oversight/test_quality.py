from pathlib import Path

import pytest

from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import PUBLISHED, account
from ternopil_pipelines.oversight.quality import TITLES, Quality, by_holder, quality
from ternopil_pipelines.oversight.quality_history import history, plot, remember
from ternopil_pipelines_tests.gates.town import Town, rows


def measured(town: Town, *, state: str = "fresh") -> Quality:
    return quality(town.catalogue, town.dataset, town.archive, town.ledger, state=state)


def publish(town: Town, data: list[dict[str, str]]) -> Edition:
    edition, _ = town.keep(data)
    town.ledger.append(PUBLISHED, who="test", dataset=edition.dataset, edition=edition.address, **account(edition))
    return edition


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_a_dataset_never_published_earns_nothing_in_any_dimension(town: Town) -> None:
    found = measured(town, state="never")
    assert found.earned == 0
    assert set(found.by_dimension()) == set(TITLES)
    assert [each.fix for each in found.fixes()] == ["Оприлюдніть набір."] * 7


def test_the_dimensions_weigh_what_mqa_gives_them_and_ours_a_hundred_each(town: Town) -> None:
    publish(town, rows())
    most = {name: points[1] for name, points in measured(town).by_dimension().items()}
    assert most == {
        "findability": 100,
        "accessibility": 100,
        "interoperability": 110,
        "reusability": 75,
        "contextuality": 20,
        "timeliness": 100,
        "structure": 100,
    }


def test_every_point_names_its_check_and_every_missing_one_its_fix(town: Town) -> None:
    publish(town, rows())
    found = measured(town, state="overdue")
    assert all(each.check for each in found.points)
    assert all(each.fix for each in found.fixes())
    assert found.fixes()[0].dimension == "timeliness"
    gains = [each.missing for each in found.fixes()]
    assert gains == sorted(gains, reverse=True)


def test_a_missing_point_is_earned_by_doing_what_its_fix_says(town: Town) -> None:
    publish(town, rows())
    before = measured(town)
    assert "Зазначте `required`, якщо набір є в переліку." in [each.fix for each in before.fixes()]
    town.settings["required"] = "local/10"
    town.settings["keywords"] = ["зупинки", "транспорт", "роботи"]
    publish(town, rows())
    after = measured(town)
    assert after.earned - before.earned == pytest.approx(30 + 10)


def test_remarks_of_the_checks_cost_points_of_structure(town: Town) -> None:
    publish(town, rows())
    clean = measured(town).by_dimension()["structure"]
    data = rows(101)
    for row in data[:10]:
        row["done"] = f"{row['done']} 10:00"
    publish(town, data)
    found = measured(town)
    assert found.by_dimension()["structure"][0] < clean[0] == 100
    assert any(each.check.startswith("schema: ") for each in found.fixes())


def test_a_holders_share_is_of_all_its_points_together(town: Town) -> None:
    publish(town, rows())
    one = measured(town)
    other = Quality("інший", one.holder, tuple(each for each in one.points if each.dimension == "timeliness"))
    assert by_holder([one, other]) == {one.holder: round(100 * (one.earned + 100) / (one.most + 100), 1)}


def test_the_score_is_remembered_only_when_it_moves_and_drawn(town: Town) -> None:
    publish(town, rows())
    assert remember(town.ledger, measured(town), who="test")
    assert not remember(town.ledger, measured(town), who="test")
    assert remember(town.ledger, measured(town, state="delinquent"), who="test")
    told = history(town.ledger, town.dataset.id)
    assert len(told) == 2
    assert told[0].percent > told[1].percent
    assert plot(told).startswith("![якість](data:image/svg+xml;base64,")
    assert town.ledger.verify() == []
