import pytest

from ternopil_pipelines.clean.words import boolean, url
from ternopil_pipelines_tests.clean.making import texts


def test_yes_and_no_are_understood_in_the_words_people_use():
    yes, no = (
        ("так", "Так", "TRUE", "1", "yes", "+", "ІСТИНА", "1.0"),
        ("ні", "НІ", "false", "0", "no", "-", "–", "0.0"),
    )
    assert boolean(texts(*yes)).text.to_pylist() == ["true"] * len(yes)
    assert boolean(texts(*no)).text.to_pylist() == ["false"] * len(no)


def test_another_word_is_neither_yes_nor_no():
    reading = boolean(texts("частково", None, "так"))
    assert reading.text.to_pylist() == [None, None, "true"]
    assert reading.noticed[0].cells.tolist() == [True, False, False]


@pytest.mark.parametrize(
    "address", ["https://ternopil.gov.ua", "http://a.ua/шлях?x=1#y", "https://місто.укр/", "https://a.ua:8080/x"]
)
def test_a_whole_address_is_a_link(address):
    assert url(texts(address)).text.to_pylist() == [address]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("www.example.gov.ua", "url-without-scheme"),
        ("example.com.ua/doc", "url-without-scheme"),
        ("місто.укр", "url-without-scheme"),
        ("http://a.ua, http://b.ua", "url-several"),
        ("https://a.ua/ b", "url-malformed"),
        ("//www.example.gov.ua/", "url-malformed"),
        ("http://localhost", "url-malformed"),
        ("немає", "url-malformed"),
        ("javascript:alert(1)", "url-malformed"),
    ],
)
def test_what_is_no_whole_address_is_named_with_its_fault(address, code):
    reading = url(texts(address))
    assert reading.text.to_pylist() == [None]
    assert next(each.code for each in reading.noticed if each.cells[0]) == code


def test_an_address_without_a_scheme_is_offered_whole():
    (noticed, *_) = [each for each in url(texts("www.a.ua")).noticed if each.code == "url-without-scheme"]
    assert noticed.words("www.a.ua") == {"proposal": "https://www.a.ua"}
