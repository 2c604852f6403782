"""Points of quality: each rests on an entry, a receipt or the passport, names it, is lost when that says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import PUBLISHED, WITHDRAWN, account
from ternopil_pipelines.oversight.quality import TITLES, Quality, as_document, by_holder, percent, quality, ranked
from ternopil_pipelines.oversight.quality_history import history, plot, remember
from ternopil_pipelines_tests.gates.town import NOW, Town, rows


def measured(town: Town, *, ago: timedelta = timedelta()) -> Quality:
    return quality(town.catalogue, town.dataset, town.archive, town.ledger, town.clock + ago)


def receipt(edition: Edition, **changes: Any) -> dict[str, Any]:
    """As the publication enters what it read back."""
    whole = {
        "files": {each.name: each.sha256 for each in edition.files},
        "tables": {each.id: each.rows for each in edition.tables},
        "in_search": True,
    }
    return {**whole, **changes}


def publish(town: Town, data: list[dict[str, str]], **changes: Any) -> Edition:
    edition, _ = town.keep(data)
    told = receipt(edition, **changes)
    town.ledger.append(
        PUBLISHED, who="test", dataset=edition.dataset, edition=edition.address, **account(edition), receipt=told
    )
    return edition


def earned(found: Quality, title: str) -> float:
    return next(each.earned for each in found.points if each.title.startswith(title))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_a_dataset_never_published_earns_nothing_in_any_dimension(town: Town) -> None:
    found = measured(town)
    assert found.earned == 0
    assert set(found.by_dimension()) == set(TITLES)
    assert [each.fix for each in found.fixes()] == ["Оприлюдніть набір."] * 7


def test_the_dimensions_weigh_what_mqa_gives_them_and_ours_a_hundred_each(town: Town) -> None:
    publish(town, rows())
    found = measured(town)
    assert {name: most for name, (_, most) in found.by_dimension().items()} == {
        "findability": 100,
        "accessibility": 100,
        "interoperability": 110,
        "reusability": 75,
        "contextuality": 20,
        "timeliness": 100,
        "structure": 100,
    }
    assert found.most == sum(most for _, most in found.by_dimension().values())


def test_every_point_names_its_check_and_its_evidence_and_every_missing_one_its_fix(town: Town) -> None:
    publish(town, rows())
    sequence = town.ledger.entries(what=PUBLISHED)[0].sequence
    found = measured(town, ago=timedelta(days=95))
    assert all(each.check and each.evidence for each in found.points)
    assert all(each.fix for each in found.fixes())
    assert sum(f"запис {sequence} журналу" in each.evidence for each in found.points) >= 7
    gains = [each.missing for each in found.fixes()]
    assert gains == sorted(gains, reverse=True)


LOST: dict[str, tuple[dict[str, Any], str, float]] = {
    "bytes that differ on the portal": ({"files": {}}, "Файли доступні", 0),
    "a table with other rows": ({"tables": {"works": 99}}, "Таблиці доступні через API", 0),
    "a search that shows another edition": ({"in_search": False}, "Пошук порталу", 0),
    "no file read back, no format proved": ({"files": {}}, "Машиночитний", 0),
}


@pytest.mark.parametrize("case", LOST)
def test_what_the_read_back_does_not_confirm_earns_nothing(case: str, town: Town) -> None:
    changes, title, left = LOST[case]
    publish(town, rows())
    assert earned(measured(town), title) > left
    publish(town, rows(), **changes)
    assert earned(measured(town), title) == left


def test_one_file_of_several_read_back_earns_its_share(town: Town) -> None:
    edition = publish(town, rows())
    one = edition.files[0]
    publish(town, rows(), files={one.name: one.sha256})
    assert earned(measured(town), "Файли доступні") == round(50 / len(edition.files), 2)


def test_a_publication_without_a_receipt_is_no_evidence_of_what_can_be_downloaded(town: Town) -> None:
    edition, _ = town.keep(rows())
    town.ledger.append(PUBLISHED, who="test", dataset=edition.dataset, edition=edition.address, **account(edition))
    found = measured(town)
    assert found.by_dimension()["accessibility"] == (0, 100)
    assert any("немає звірки" in each.evidence for each in found.points)


def test_data_withdrawn_from_the_portal_earn_nothing(town: Town) -> None:
    edition = publish(town, rows())
    assert measured(town).earned > 300
    town.ledger.append(WITHDRAWN, who="test", dataset=edition.dataset, edition=edition.address, reason="витік")
    found = measured(town)
    assert found.earned == 0
    assert all("вилучено" in each.evidence for each in found.points)


@pytest.mark.parametrize(("days", "share"), [(0, 100), (91, 100), (92, 80), (100, 80), (101, 40), (109, 40), (110, 0)])
def test_points_of_timeliness_melt_with_age(days: int, share: float, town: Town) -> None:
    publish(town, rows())
    assert measured(town, ago=timedelta(days=days)).by_dimension()["timeliness"] == (share, 100)


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
    assert any(each.check.startswith("types: ") for each in found.fixes())


def test_a_holders_share_is_of_all_its_points_together(town: Town) -> None:
    publish(town, rows())
    one = measured(town)
    other = replace(one, dataset="other", points=tuple(each for each in one.points if each.dimension == "timeliness"))
    assert by_holder([one, other]) == {one.holder: (round(one.earned + 100, 2), round(one.most + 100, 2))}


def test_the_document_ranks_every_fix_by_its_gain_and_names_holders(town: Town) -> None:
    publish(town, rows())
    found = [measured(town)]
    document = as_document(town.catalogue, found)
    assert [each["gain"] for each in document["fixes"]] == [point.missing for _, point in ranked(found)]
    (holder,) = document["holders"]
    assert (holder["title"], holder["percent"]) == (town.catalogue.holders[0].title, document["percent"])
    (dataset,) = document["datasets"]
    assert dataset["percent"] == percent(dataset["earned"], dataset["most"])
    assert all({"check", "evidence", "fix"} <= set(each) for each in dataset["points"])


def test_the_score_is_remembered_only_when_it_moves_and_drawn(town: Town) -> None:
    publish(town, rows())
    assert remember(town.ledger, measured(town), who="test")
    assert not remember(town.ledger, measured(town), who="test")
    assert remember(town.ledger, measured(town, ago=timedelta(days=200)), who="test")
    told = history(town.ledger, town.dataset.id)
    assert [each.percent for each in told] == [measured(town).percent, measured(town, ago=timedelta(days=200)).percent]
    assert plot(told, until=NOW).startswith(f"![Якість: {told[-1].percent:g} %](data:image/svg+xml;base64,")
    assert town.ledger.verify() == []


def test_several_datasets_together_move_when_one_of_them_does(town: Town) -> None:
    def moved(dataset: str, points: float, day: int) -> None:
        town.clock = datetime(2026, 3, day, tzinfo=NOW.tzinfo)
        town.ledger.append("quality", who="t", dataset=dataset, percent=points, earned=points, most=100, dimensions={})

    moved("a", 40, 1)
    moved("b", 80, 2)
    moved("a", 60, 3)
    moved("other", 1, 4)
    assert [each.percent for each in history(town.ledger, ["a", "b"])] == [40, 60, 70]
