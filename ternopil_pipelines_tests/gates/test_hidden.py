import io
import random
from dataclasses import replace
from datetime import date

import openpyxl
import pandas as pd
from openpyxl.comments import Comment

from ternopil_pipelines.gates.hidden import examine_received
from ternopil_pipelines_tests.gates.corpus import full_name, tax_number
from ternopil_pipelines_tests.gates.demo_city import received
from ternopil_pipelines_tests.gates.town import rows

TODAY = date(2026, 3, 1)


def book(change) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Дані"
    sheet.append(list(rows(1)[0]))
    for row in rows(5):
        sheet.append(list(row.values()))
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def codes(content: bytes, name: str = "роботи.xlsx") -> dict[str, int]:
    receipt = replace(received(pd.DataFrame(rows(5)), name=name), content=content, sheet="Дані")
    found = examine_received(receipt, today=TODAY)
    return {each.code: each.count for each in found}


def hidden_people(made) -> None:
    dice = random.Random(1)
    sheet = made.create_sheet("Список")
    sheet.sheet_state = "hidden"
    sheet.append(["Номер", "Хто"])
    for _ in range(20):
        sheet.append([tax_number(dice), full_name(dice)])


def test_a_hidden_list_of_people_is_an_error() -> None:
    assert codes(book(hidden_people)) == {"personal-hidden-sheet": 20}


def test_an_ordinary_second_sheet_is_left_alone() -> None:
    def dictionary(made) -> None:
        sheet = made.create_sheet("Довідник")
        for word in ("ремонт", "фарбування", "озеленення"):
            sheet.append([word, 12])

    assert codes(book(dictionary)) == {}


def test_an_author_among_the_properties_is_remarked() -> None:
    def author(made) -> None:
        made.properties.creator = "Петренко Іван Васильович"

    assert codes(book(author)) == {"personal-properties": 1}


def test_a_phone_in_a_note_is_an_error() -> None:
    def note(made) -> None:
        made.active["A2"].comment = Comment("зателефонувати 067 123-45-67", "відділ")

    assert codes(book(note)) == {"personal-comments": 1}


def test_nothing_found_is_quoted() -> None:
    content = book(hidden_people)
    receipt = replace(received(pd.DataFrame(rows(5)), name="0671234567.xlsx"), content=content, sheet="Дані")
    found = examine_received(receipt, today=TODAY)
    assert {each.code for each in found} == {"personal-file-name", "personal-hidden-sheet"}
    assert "0671234567" not in str(found)


def test_bytes_that_are_no_workbook_are_nobodys_business() -> None:
    assert codes(b"PK\x03\x04 wrong") == {}
