from pathlib import Path

import pytest

from ternopil_pipelines.gates.judging import Judgement
from ternopil_pipelines.reports.diff_page import diff_markdown, diff_page
from ternopil_pipelines_tests.gates.town import Town, rows


@pytest.fixture
def held(tmp_path: Path) -> Judgement:
    town = Town(tmp_path)
    town.publish(rows())
    data = rows(60)
    data[3]["cost"] = "9999999.00"
    data[4]["street"] = "<script>alert(1)</script> | вул. Нова"
    return town.judge(data)


def test_the_page_names_the_reason_first_and_the_biggest_difference(held: Judgement) -> None:
    page = diff_page(held, dataset="works", title="Роботи", edition="a" * 64)
    assert "<h1>Редакція чекає рішення: Таблиця «Зупинки міського транспорту» втратила 40 % рядків" in page
    assert page.index("9999999.00") < page.index("Стовпці</h3>")
    assert "ternopil approve works" in page


def test_a_cells_markup_stays_text(held: Judgement) -> None:
    page = diff_page(held, dataset="works", title="Роботи", edition="a" * 64)
    assert "<script>" not in page + diff_markdown(held)
    assert "| вул. Нова" not in diff_markdown(held)


def test_a_first_edition_has_a_page_too(tmp_path: Path) -> None:
    said = Town(tmp_path, settings={"moderation": "first"}).judge(rows())
    page = diff_page(said, dataset="works", title="Роботи", edition="a" * 64)
    assert "Порівнювати ні з чим" in page
    assert diff_markdown(said).startswith("**Редакція чекає рішення**")
