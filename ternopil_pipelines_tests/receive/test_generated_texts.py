"""Encodings × dialects × sizes: every generated file is read letter for letter or refused with its reason."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.receive.file import receive_bytes
from ternopil_pipelines_tests.receive.making import codes, rows_of, table
from ternopil_pipelines_tests.receive.test_faulty_files import sized
from ternopil_pipelines_tests.receive.test_text_files import WORDS

ENCODINGS = [
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "cp1251", "cp1251", "koi8-u", "cp1125",
    "mac-cyrillic", "iso8859-5",
]  # fmt: skip
HEADS = [["id", "назва", "сума"], ["id", "name", "sum", "note", "code"]]


@dataclass(frozen=True)
class Made:
    data: bytes
    head: list[str]
    rows: list[list[str | None]]
    encoding: str
    about: str


def made(seed: int) -> Made:
    chosen = random.Random(seed)
    encoding = chosen.choice(ENCODINGS)
    delimiter = chosen.choice([",", ";", "\t", "|"])
    size = chosen.choice([3, 5, 20, 20, 60, 200, 800])
    quoting = chosen.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
    end = chosen.choice(["\n", "\r\n"])
    head = chosen.choice(HEADS)
    case = chosen.choice([str, str.upper, str.title, str.capitalize])
    letters = chosen.choice(["often", "often", "often", "late", "never"])

    def cell(row: int, column: int) -> str:
        if column == 0:
            return str(row)
        if letters == "never" or (letters == "late" and row < size - 2):
            return chosen.choice(["", "12,5", "007", "abc", "1.5", "2026-01-02", "null"])
        words = case(" ".join(chosen.choices(WORDS, k=chosen.randint(1, 5))))
        extra = ["", "", "", f" «{words}»", ' "лапки"', f"{delimiter} ще", ", кома", "; крапка", " № 5"]
        return chosen.choice(["", words, words, words + chosen.choice(extra), f"{chosen.randint(0, 10**6)}"])

    rows = [[cell(row, column) for column in range(len(head))] for row in range(1, size + 1)]
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([head, *rows])
    text = sink.getvalue()
    if "№" in text or "«" in text or "ґ" in text.lower():
        # Not every alphabet of old has these; a department's program would have written something else.
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            for sign, plain in (("№", "N"), ("«", "("), ("»", ")"), ("ґ", "г"), ("Ґ", "Г")):
                text = text.replace(sign, plain)
                rows = [[one.replace(sign, plain) for one in row] for row in rows]
                head = [one.replace(sign, plain) for one in head]
    expected = [[one if one.strip() else None for one in row] for row in rows]
    about = f"{seed}: {encoding} {delimiter!r} {size} rows, letters {letters}, {case.__name__}"
    return Made(text.encode(encoding), head, expected, encoding, about)


@sized(200, 2000)
def test_every_generated_file_is_right_or_refused(count: int) -> None:
    refused: list[str] = []
    large = 0
    for seed in range(count):
        file = made(seed)
        large += len(file.rows) >= 20
        try:
            receipt = receive_bytes(file.data, "дані.csv", table(*file.head))
        except SourceRefused as fault:
            assert codes(fault) == ["encoding-doubtful"], file.about
            if len(file.rows) >= 20:
                refused.append(file.about)
            continue
        assert list(receipt.text.columns) == file.head, file.about
        assert rows_of(receipt) == file.rows, file.about
    assert len(refused) < 0.01 * large, refused
