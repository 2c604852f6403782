from __future__ import annotations

import pytest

from ternopil_pipelines.catalogue.transliteration import file_slug, transliterate


@pytest.mark.parametrize(
    ("ukrainian", "latin"),
    [
        ("Алушта", "Alushta"), ("Борщагівка", "Borshchahivka"), ("Вінниця", "Vinnytsia"), ("Гадяч", "Hadiach"),
        ("Ґалаґан", "Galagan"), ("Дон", "Don"), ("Рівне", "Rivne"), ("Єнакієве", "Yenakiieve"), ("Наєнко", "Naienko"),
        ("Житомир", "Zhytomyr"), ("Закарпаття", "Zakarpattia"), ("Медвин", "Medvyn"), ("Іршава", "Irshava"),
        ("Їжакевич", "Yizhakevych"), ("Кадиївка", "Kadyivka"), ("Йосипівка", "Yosypivka"), ("Стрий", "Stryi"),
        ("Харків", "Kharkiv"), ("Біла Церква", "Bila Tserkva"), ("Чернівці", "Chernivtsi"), ("Шостка", "Shostka"),
        ("Гоща", "Hoshcha"), ("Юрій", "Yurii"), ("Крюківка", "Kriukivka"), ("Яготин", "Yahotyn"), ("Ічня", "Ichnia"),
        ("Згорани", "Zghorany"), ("Розгон", "Rozghon"), ("Знам'янка", "Znamianka"), ("Тернопіль", "Ternopil"),
        ("Лук’янівка", "Lukianivka"),
    ],
)  # fmt: skip
def test_a_name_is_written_as_the_resolution_writes_it(ukrainian: str, latin: str) -> None:
    assert transliterate(ukrainian) == latin


@pytest.mark.parametrize(
    ("ukrainian", "latin"),
    [
        ("ЩОРІЧНИЙ", "SHCHORICHNYI"),
        ("ЗГУРІВКА", "ZGHURIVKA"),
        ("Я", "Ya"),
        ("м. Нова-Яворівка", "m. Nova-Yavorivka"),
        ("комунальне 'Явір' 2024", "komunalne 'Yavir' 2024"),
        ("и\u0306од", "yod"),
        ("Data 1.5", "Data 1.5"),
    ],
)
def test_capitals_word_starts_and_foreign_text_are_kept_apart(ukrainian: str, latin: str) -> None:
    assert transliterate(ukrainian) == latin


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Дані 2024.csv", "dani-2024-csv"),
        ("  Об'єкти — «Парк»  ", "obiekty-park"),
        ("../../etc/passwd", "etc-passwd"),
        ("Café São", "cafe-sao"),
        ("съезд", "sezd"),
    ],
)
def test_a_slug_has_only_latin_letters_digits_and_dashes(text: str, slug: str) -> None:
    assert file_slug(text) == slug


def test_a_slug_is_never_empty_and_tells_texts_apart() -> None:
    found = {file_slug(text) for text in ("", "—", "??", "中文", "ь")}
    assert len(found) == 5
    assert all(each.startswith("x-") for each in found)


def test_a_long_text_is_cut_but_stays_itself() -> None:
    first, second = file_slug("довга назва " * 40), file_slug("довга назва " * 41)
    assert len(first) <= 80
    assert first != second
