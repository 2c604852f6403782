from __future__ import annotations

from ternopil_pipelines.evidence.passport import passport
from ternopil_pipelines_tests.evidence.making import catalogue, dataset


def test_the_passport_names_the_holder_the_publisher_and_the_frequency_in_code_and_label() -> None:
    found = catalogue()
    made = passport(found, dataset(found), ("CSV", "JSON"))
    assert (made.identifier, made.package, made.organization) == ("transport-stops", "transport-stops", "transport")
    assert (made.frequency, made.frequency_label) == ("once a quarter", "Щокварталу")
    assert (made.publisher, made.publisher_edrpou) == ("Тернопільська міська рада", "34334305")
    assert (made.holder_title, made.holder_edrpou) == ("Управління транспорту", "00000001")
    assert (made.maintainer, made.maintainer_email) == ("Відповідальна особа", "data@example.org")
    assert made.formats == ("CSV", "JSON")


def test_an_adopted_package_keeps_its_own_name() -> None:
    found = catalogue(package="zupynky_2019", required="local/10")
    made = passport(found, dataset(found), ("CSV",))
    assert (made.identifier, made.package, made.required) == ("transport-stops", "zupynky_2019", "local/10")
