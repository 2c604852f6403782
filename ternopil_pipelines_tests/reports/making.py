"""A small catalogue and files of a department for the tests of reports, made here."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from ternopil_pipelines.catalogue.model import Catalogue

COLUMNS = [
    {"name": "uid", "type": "string", "key": True, "label": "Ідентифікатор"},
    {"name": "name", "type": "string", "required": True, "label": "Назва"},
    {"name": "cost", "type": "decimal", "label": "Вартість"},
    {"name": "day", "type": "date"},
]
HEADER = ["uid", "name", "cost", "day"]
GOOD = [["001", "Школа № 1", "1250.10", "2024-05-31"], ["002", "Школа, «Мрія»", "12.5", "2024-06-01"]]
BAD = [["001", "Школа № 1", "багато", "2024-05-31"], ["001", "<b>Школа</b>", "12.5", "31.02.2024"]]


def catalogue(*tables: dict[str, object]) -> Catalogue:
    return Catalogue.model_validate(
        {
            "version": 1,
            "city": {"title": "Тернопіль", "edrpou": "34334305"},
            "holders": [
                {
                    "id": "education",
                    "title": "Управління освіти",
                    "edrpou": "34334305",
                    "contact": {"name": "Оксана", "email": "o@example.gov.ua", "phone": "+380352000000"},
                }
            ],
            "datasets": [
                {
                    "id": "schools",
                    "title": "Школи <міста>",
                    "description": "Опис",
                    "purpose": "Мета",
                    "keywords": ["школи"],
                    "holder": "education",
                    "frequency": "once a quarter",
                    "tables": [
                        {"id": "schools", "source": {"kind": "folder"}, "columns": COLUMNS, **table}
                        for table in tables or ({},)
                    ],
                }
            ],
        },
        strict=False,
    )


def csv_file(folder: Path, rows: list[list[str]], name: str = "schools.csv") -> Path:
    path = folder / name
    path.write_text("".join(";".join(row) + "\n" for row in [HEADER, *rows]), encoding="utf-8")
    return path


def workbook(folder: Path, rows: list[list[object]], name: str = "schools.xlsx", *, above: int = 2) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = "Дані 'І'"
    for number in range(above):
        sheet.append([f"Перелік шкіл, рядок {number}"] if number == 0 else [])
    sheet.append(HEADER)
    for row in rows:
        sheet.append(row)
    path = folder / name
    book.save(path)
    return path
