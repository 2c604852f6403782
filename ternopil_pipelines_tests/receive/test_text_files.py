"""CSV as it comes: letters, delimiters, quotes, line breaks, ragged rows."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.delimited import read_delimited
from ternopil_pipelines.receive.encoding import read_text
from ternopil_pipelines.receive.file import receive_file
from ternopil_pipelines_tests.receive.making import codes, rows_of, table

HEAD = ["id", "назва", "сума"]
TEXT = (
    "вулиця площа будинок управління міська рада школа комунальне підприємство дитячий садок лікарня територія "
    "облік земельна ділянка рішення комітет відділ освіти транспорт зупинка парк ремонт дороги їжа єдність ґанок щастя"
)
WORDS = TEXT.split()


def received(path: Path, content: bytes | str, declared: object = None, **source: object) -> object:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return receive_file(path, declared or table(*HEAD, **source))  # type: ignore[arg-type]


def refusal(path: Path, content: bytes | str, **source: object) -> SourceRefused:
    with pytest.raises(SourceRefused) as refused:
        received(path, content, **source)
    return refused.value


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "cp1251",
        "koi8-u",
        "cp1125",
        "mac-cyrillic",
        "iso8859-5",
    ],
)
@pytest.mark.parametrize("case", [str, str.upper, str.title])
def test_every_encoding_is_read_with_its_own_letters(tmp_path: Path, encoding: str, case: object) -> None:
    chosen = random.Random(7)
    lines = ["id;назва;сума"]
    lines += [f"{at};{' '.join(chosen.choices(WORDS, k=4))};{at * 10}" for at in range(20)]
    text = case("\n".join(lines) + "\n").replace("Ґ", "Г").replace("ґ", "г")  # type: ignore[operator]
    receipt = received(tmp_path / "f.csv", text.encode(encoding))
    expected = [line.split(";") for line in text.splitlines()[1:]]
    assert rows_of(receipt) == expected


def test_capitals_alone_in_cp1251_do_not_become_another_alphabet() -> None:
    for words in ("ЛЬВІВ", "ТЕРНОПІЛЬ;ВУЛИЦЯ РУСЬКА", "КП «МІСТО»;№ 5"):
        assert read_text(f"id;name\n1;{words}\n".encode("cp1251"), file="f").text == f"id;name\n1;{words}\n"


def test_the_only_letters_may_stand_in_the_last_line() -> None:
    text = "id,name\n" + "1,x\n" * 50_000 + "2,вулиця Руська\n"
    assert read_text(text.encode("cp1251"), file="f").text == text


def test_letters_in_doubt_are_refused_and_never_guessed(tmp_path: Path) -> None:
    broken = "id,назва,сума\n1,вулиця Руська,5\n".encode()[:-4] + b"\xff\xfe,5\n"
    refused = refusal(tmp_path / "f.csv", broken)
    assert codes(refused) == ["encoding-doubtful"]
    assert "рядку 2" in refused.findings[0].message


def test_a_declared_encoding_is_kept_to(tmp_path: Path) -> None:
    receipt = received(tmp_path / "f.csv", "id,назва,сума\n1,ёж,5\n".encode("cp866"), encoding="cp866")
    assert rows_of(receipt) == [["1", "ёж", "5"]]
    refused = refusal(tmp_path / "f.csv", "id,назва,сума\n1,а,5\n".encode("cp1251"), encoding="utf-8")
    assert [(each.code, each.row) for each in refused.findings] == [("encoding-wrong", 1)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_rows_equally_wide(tmp_path: Path, delimiter: str) -> None:
    other = ";" if delimiter == "," else ","
    lines = [delimiter.join(HEAD)] + [delimiter.join(["1", f"а{other} б{other} в", "5"]) for _ in range(5)]
    receipt = received(tmp_path / "f.csv", "\n".join(lines))
    assert rows_of(receipt) == [["1", f"а{other} б{other} в", "5"]] * 5
    assert receipt.origin.detail["delimiter"] == delimiter  # type: ignore[attr-defined]


def test_equally_many_commas_in_every_address_do_not_make_the_delimiter(tmp_path: Path) -> None:
    address = "м. Тернопіль, вул. Руська, буд. 1, каб. 2"
    receipt = received(tmp_path / "f.csv", "id;назва;сума\n" + f"1;{address};5\n" * 50)
    assert rows_of(receipt) == [["1", address, "5"]] * 50


def test_the_separator_line_of_excel_is_obeyed_and_counted(tmp_path: Path) -> None:
    receipt = received(tmp_path / "f.csv", "sep=;\nid;назва;сума\n1;а;5\n")
    assert rows_of(receipt) == [["1", "а", "5"]]
    assert receipt.rows.tolist() == [3]  # type: ignore[attr-defined]


def test_a_row_is_numbered_by_the_line_where_it_begins(tmp_path: Path) -> None:
    content = 'id,назва,сума\r\n1,"а\r\nб ""в"", г",5\r\n2,д,6\r\n'
    receipt = received(tmp_path / "f.csv", content)
    assert rows_of(receipt) == [["1", 'а\r\nб "в", г', "5"], ["2", "д", "6"]]
    assert receipt.rows.tolist() == [2, 4]  # type: ignore[attr-defined]
    assert receipt.letters is None  # type: ignore[attr-defined]


def test_blank_lines_go_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    receipt = received(tmp_path / "f.csv", "id,назва,сума\n\n1,а,5\n,,\n\n2,б,6\n\n")
    assert receipt.rows.tolist() == [3, 6]  # type: ignore[attr-defined]
    assert receipt.findings == ()  # type: ignore[attr-defined]


@pytest.mark.parametrize("words", ['АО "СОЮЗ"', 'АО "НБК-БАНК"', "ТОВ ОКО", "КП ТРОЛЕЙБУС"])
@pytest.mark.parametrize("encoding", ["koi8-u", "cp1251", "cp866"])
def test_two_words_repeated_in_every_row_are_read_rightly_or_refused(words: str, encoding: str) -> None:
    data = ("id,name\n" + "".join(f"{at},{words}\n" for at in range(40))).encode(encoding)
    try:
        reading = read_text(data, file="f.csv")
    except SourceRefused as refused:
        assert codes(refused) == ["encoding-doubtful"]
    else:
        assert words in reading.text


def test_rows_wrapped_in_quotes_as_a_whole_are_unwrapped(tmp_path: Path) -> None:
    content = 'id,назва,сума\n"1,""ТОВ """"Ромашка"""", Львів"",5"\n2,б,6\n'
    assert rows_of(received(tmp_path / "f.csv", content)) == [["1", 'ТОВ "Ромашка", Львів', "5"], ["2", "б", "6"]]


def test_quotes_inside_an_unquoted_cell_stay(tmp_path: Path) -> None:
    receipt = received(tmp_path / "f.csv", 'id;назва;сума\n1;ТОВ "Ромашка";5\n2;КП "А";6\n')
    assert rows_of(receipt) == [["1", 'ТОВ "Ромашка"', "5"], ["2", 'КП "А"', "6"]]


def test_a_badly_quoted_row_is_said_and_spoils_no_other(tmp_path: Path) -> None:
    receipt = received(tmp_path / "f.csv", 'id,назва,сума\n1,"ТОВ "Ромашка"",5\n2,б,6\n')
    assert rows_of(receipt) == [["1", 'ТОВ "Ромашка"', "5"], ["2", "б", "6"]]
    assert [(each.code, each.row) for each in receipt.findings] == [("quotes-broken", 2)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"ТОВ "Ромашка" філія";10;', ['ТОВ "Ромашка" філія', "10", None]),
        ('"КП "Світло"; філія";30;а', ['КП "Світло"; філія', "30", "а"]),
        ('"вул. "Нова";10;а', ['вул. "Нова', "10", "а"]),
        ('1;"а ""б"" "в"";"г"', ["1", 'а "б" "в"', "г"]),
        ('"а"б";"в"г";"д"', ['а"б', 'в"г', "д"]),
    ],
)
def test_quotes_that_nobody_doubled_stay_in_their_cell(tmp_path: Path, line: str, cells: list[str]) -> None:
    receipt = received(tmp_path / "f.csv", f"id;назва;сума\n{line}\n2;б;6\n")
    assert rows_of(receipt) == [cells, ["2", "б", "6"]]
    assert [(each.code, each.row) for each in receipt.findings] == [("quotes-broken", 2)]  # type: ignore[attr-defined]


def test_a_note_narrower_than_the_table_is_told_once(tmp_path: Path) -> None:
    text = "id;назва;сума\n1;а;5\n2;б;6\n\nДжерело: звіт\nПримітка: дані попередні\n"
    receipt = received(tmp_path / "f.csv", text)
    assert rows_of(receipt) == [["1", "а", "5"], ["2", "б", "6"]]
    assert [each.code for each in receipt.findings] == ["note-row-left-out"] * 2  # type: ignore[attr-defined]


def test_a_quote_never_closed_is_refused_with_its_line(tmp_path: Path) -> None:
    refused = refusal(tmp_path / "f.csv", 'id,назва,сума\n1,а,5\n2,"б,6\n3,в,7\n')
    assert [(each.code, each.row) for each in refused.findings] == [("quote-unclosed", 3)]


def test_a_row_too_long_is_an_error_and_one_too_short_a_warning(tmp_path: Path) -> None:
    receipt = received(tmp_path / "f.csv", "id,назва,сума\n1,а, б,5\n2,в\n3,г,7,,\n4,д,8\n")
    assert [(each.code, each.row, each.severity) for each in receipt.findings] == [  # type: ignore[attr-defined]
        ("row-too-long", 2, "error"),
        ("row-too-short", 3, "warning"),
    ]
    assert rows_of(receipt) == [["1", "а", " б"], ["2", "в", None], ["3", "г", "7"], ["4", "д", "8"]]


def test_a_file_that_ends_in_mid_row_is_said_to_be_cut(tmp_path: Path) -> None:
    receipt = received(tmp_path / "f.csv", "id,назва,сума\n1,а,5\n2,б")
    assert [(each.code, each.row) for each in receipt.findings] == [("file-cut-short", 3)]  # type: ignore[attr-defined]


def test_titles_above_a_text_table_are_no_ragged_rows(tmp_path: Path) -> None:
    receipt = received(tmp_path / "f.csv", "Реєстр\nна 1 січня\nid;назва;сума\n1;а;5\n2;б;6\n")
    assert receipt.rows.tolist() == [4, 5]  # type: ignore[attr-defined]
    assert receipt.findings == ()  # type: ignore[attr-defined]


def test_both_readers_give_the_same_cells() -> None:
    chosen = random.Random(3)
    cells = ["", "а", "б;в", 'г "д" е', "є\nж", "007", "null", "  з ", "1,5"]
    for _ in range(60):
        rows = [[chosen.choice(cells) for _ in range(3)] for _ in range(chosen.randint(1, 8))]
        quoted = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [["a", "b", "c"], *rows]]
        regular = read_delimited("\n".join(quoted).encode(), file="f", delimiter=";")
        forgiving = read_delimited(("\n".join(quoted) + "\n\n;\n").encode(), file="f", delimiter=";")
        assert regular.widths is None
        assert forgiving.widths is not None
        height = len(rows) + 1
        for one, other in zip(regular.grid.columns, forgiving.grid.columns, strict=True):
            assert one.to_pylist() == other.to_pylist()[:height]
        assert regular.grid.numbers.tolist() == forgiving.grid.numbers.tolist()[:height]


def test_the_hash_is_of_the_bytes_as_they_came(tmp_path: Path) -> None:
    import hashlib

    content = "id,назва,сума\n1,а,5\n".encode("cp1251")
    receipt = received(tmp_path / "f.csv", content)
    assert receipt.sha256 == hashlib.sha256(content).hexdigest()  # type: ignore[attr-defined]
    assert receipt.content == content  # type: ignore[attr-defined]
