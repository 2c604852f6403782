from ternopil_pipelines.clean.fold import fold, letters, mixed_word, tidy


def test_spellings_a_reader_takes_for_one_are_one():
    assert fold("КП «Дім’я»") == fold('кп "дім\'я"')
    assert fold("CАTUTTC") == fold("catuttc")
    assert fold("і\u0308жа") == fold("їжа")


def test_different_words_stay_different():
    assert fold("Чинний") != fold("Нечинний")
    assert letters("lat") != letters("lon")


def test_letters_forget_blanks_and_punctuation_but_not_signs_alone():
    assert letters("Не використано") == letters("Невикористано")
    assert letters("№") == "№"


def test_tidy_drops_what_cannot_be_seen():
    assert tidy("\ufeff uid\u200b\n ") == "uid"


def test_a_word_in_two_alphabets_is_named_with_its_likely_spelling():
    assert mixed_word("вул. Cоборна") == ("Cоборна", "Соборна")
    assert mixed_word("кодUА") == ("кодUА", "кодUА") or mixed_word("UА123") == ("UА", "UA")


def test_lawful_mixtures_are_left_alone():
    for text in ("Wi-Fi точка", "3D-друк", "USB-кабель", "iPhone", "вул. Руська"):
        assert mixed_word(text) is None
