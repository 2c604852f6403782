from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.header import resolve

STREET = Column(name="addressThoroughfare", type="string", label="Вулиця або аналог", aliases=("street",))
CODE = Column(name="legalActId", type="string", label="Ідентифікатор", required=True)
NUMBER = Column(name="uid", type="string", label="Ідентифікатор")


def found(received, *columns, aliases=None, filled=lambda _: True):
    header = resolve(received, columns, aliases or {}, filled=filled)
    return header.found, [(each.code, each.column) for each in header.findings]


def test_a_declared_name_needs_no_word():
    assert found(["addressThoroughfare"], STREET) == ({"addressThoroughfare": 0}, [])


def test_case_blanks_and_look_alike_letters_are_forgiven_and_told():
    for given in ("ADDRESSTHOROUGHFARE", " addressThoroughfare ", "address thoroughfare", "аddressThоroughfare"):
        places, codes = found([given], STREET)
        assert places == {"addressThoroughfare": 0}
        assert codes == ([] if given.strip() == STREET.name else [("column-renamed", STREET.name)])


def test_a_cyrillic_letter_in_a_published_name_is_recognised():
    assert found(["legalActІd"], CODE)[0] == {"legalActId": 0}


def test_labels_aliases_and_table_aliases_lead_to_the_column():
    assert found(["Вулиця або  аналог"], STREET)[0] == {STREET.name: 0}
    assert found(["Street"], STREET)[0] == {STREET.name: 0}
    assert found(["вул"], STREET, aliases={"Вул": STREET.name})[0] == {STREET.name: 0}


def test_a_label_of_two_columns_leads_to_neither():
    places, codes = found(["Ідентифікатор"], CODE, NUMBER)
    assert places == {}
    assert ("column-doubtful", None) in codes


def test_a_doubtful_label_is_settled_when_one_of_its_columns_is_found_by_name():
    places, codes = found(["uid", "Ідентифікатор"], CODE, NUMBER)
    assert places == {"uid": 0, "legalActId": 1}
    assert ("column-doubtful", None) not in codes


def test_two_headers_for_one_column_are_an_error_and_the_exact_one_wins():
    places, codes = found(["UID", "uid"], NUMBER)
    assert places == {"uid": 1}
    assert ("column-twice", "uid") in codes


def test_a_missing_required_column_is_an_error_and_an_optional_one_a_note():
    assert found([], CODE, NUMBER)[1] == [("column-missing", "legalActId"), ("column-absent", "uid")]


def test_an_unknown_column_is_told_and_left_out():
    places, codes = found(["uid", "примітка"], NUMBER)
    assert places == {"uid": 0}
    assert codes == [("column-unknown", None)]


def test_a_nameless_column_is_taken_by_its_place():
    first = Column(name="№", type="integer")
    assert found(["", "uid"], first, NUMBER) == ({"№": 0, "uid": 1}, [("column-unnamed", "№")])


def test_a_nameless_empty_column_is_no_column():
    assert found(["uid", ""], NUMBER, STREET, filled=lambda place: place == 0)[1] == [("column-absent", STREET.name)]


def test_the_underscored_id_of_a_portals_export_is_not_the_id_given_twice():
    uid = Column(name="id", type="string", key=True)
    places, codes = found(["_id", "id"], uid)
    assert places == {"id": 1}
    assert [code for code, _ in codes] == ["column-unknown"]


def test_a_latin_capital_stays_its_cyrillic_twin_in_any_case():
    name = Column(name="name", type="string", label="Назва")
    assert found(["Hазва"], name)[0] == {"name": 0}
