"""From a department's file to a typed, validated table: this project, what a user would pick, and the bare limit.

    python benchmarks/receive.py [--rows 100000] [--csv-rows 1000000] [--rounds 5] [--only xlsx,csv,wreck,cells]
                                 [--frictionless]

Each way runs in a process of its own, all ways in turn, `rounds` times; the medians are printed, with processor time
beside the clock because other work on the machine moves only the clock. Ratios are medians of the rounds' own ratios.
`wreck` is the csv with every cell wrong. `--frictionless` makes an environment for it and validates once, told apart:
it only validates, and takes minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

KINDS = ("школа", "лікарня", "садок", "бібліотека", "музей")
STREETS = ("вулиця Руська", "бульвар Шевченка", "вулиця Князя Острозького", "проспект Злуки", "майдан Волі")
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "key": True, "required": True, "pattern": r"\d{7}"},
    {"name": "edrpou", "type": "string", "required": True, "pattern": r"\d{8}"},
    {"name": "name", "type": "string", "required": True},
    {"name": "kind", "type": "string", "required": True, "allowed": list(KINDS)},
    {"name": "street", "type": "string", "required": True},
    {"name": "house", "type": "string"},
    {"name": "opened", "type": "date", "required": True},
    {"name": "checked", "type": "date"},
    {"name": "places", "type": "integer", "minimum": 0, "maximum": 5000},
    {"name": "area", "type": "decimal", "minimum": 0},
    {"name": "cost", "type": "decimal", "minimum": 0},
    {"name": "lat", "type": "decimal"},
    {"name": "lon", "type": "decimal"},
    {"name": "site", "type": "anyURL"},
    {"name": "note", "type": "string"},
]
NAMES = [str(column["name"]) for column in COLUMNS]


def row(number: int, chosen: random.Random) -> list[str]:
    """Mostly clean, as sent: stray blanks, curly apostrophes, a few nulls."""
    kind, street = chosen.choice(KINDS), chosen.choice(STREETS)
    blank = " " if chosen.random() < 0.05 else ""
    return [
        f"{number:07}",
        f"{chosen.randint(0, 99_999_999):08}",
        f"{blank}Комунальне підприємство «{kind} № {chosen.randint(1, 60)}»{blank}",
        kind,
        f"{street}{blank}",
        str(chosen.randint(1, 200)),
        f"{chosen.randint(1950, 2025)}-{chosen.randint(1, 12):02}-{chosen.randint(1, 28):02}",
        "null" if chosen.random() < 0.1 else f"2026-{chosen.randint(1, 9):02}-{chosen.randint(1, 28):02}",
        str(chosen.randint(0, 900)),
        f"{chosen.randint(10, 90_000) / 10}",
        f"{chosen.randint(1_000, 99_000_000) / 100}",
        f"{49.5 + chosen.random() / 10:.6f}",
        f"{25.5 + chosen.random() / 10:.6f}",
        f"https://example.te.ua/{number}",
        "" if chosen.random() < 0.5 else f"примітка  {chosen.randint(1, 1000)}",
    ]


def make_xlsx(path: Path, rows: int, width: int | None = None) -> None:
    """Written as XML by hand: the writers of the ways measured take no part, and it is fast. `width`: a sheet of short
    numbers of so many columns instead of the register."""
    import zipfile
    from xml.sax.saxutils import escape

    from ternopil_pipelines.receive.cells import column_letter

    chosen = random.Random(1)
    letters = [column_letter(at) for at in range(width or len(NAMES))]
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numeric = {"places", "area", "cost", "lat", "lon"}

    def cells(at: int, values: list[str], head: bool) -> str:
        written = []
        for letter, name, value in zip(letters, NAMES if width is None else letters, values, strict=True):
            if not value:
                continue
            if not head and (width is not None or name in numeric):
                written.append(f'<c r="{letter}{at}"><v>{value}</v></c>')
            else:
                written.append(
                    f'<c r="{letter}{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
                )
        return f'<row r="{at}">{"".join(written)}</row>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types">'
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{relations}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{relations}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{space}" xmlns:r="{relations}"><sheets><sheet name="Дані" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{space}"><sheetData>'.encode())
            sheet.write(cells(1, NAMES if width is None else letters, True).encode())
            for number in range(2, rows + 2):
                values = row(number, chosen) if width is None else [str((number * 7) % 1000)] * len(letters)
                sheet.write(cells(number, values, False).encode())
            sheet.write(b"</sheetData></worksheet>")


def make_csv(path: Path, rows: int, *, wrecked: bool = False) -> None:
    import csv

    chosen = random.Random(2)
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(NAMES)
        for number in range(rows):
            cells = row(number, chosen)
            writer.writerow([f"{cell} ?{number % 7}" for cell in cells] if wrecked else cells)


# ---- the ways


def ours(path: Path) -> int:
    cleaned = received(path)
    errors = [each for each in cleaned.findings if each.severity == "error"]
    assert not errors, errors[:3]
    return len(cleaned.text)


def wreck(path: Path) -> int:
    """Every cell of the typed columns is wrong."""
    cleaned = received(path)
    assert len(cleaned.broken) == len(cleaned.text)
    return len(cleaned.text)


def received(path: Path) -> Any:
    from ternopil_pipelines.catalogue.model import Table
    from ternopil_pipelines.clean.cleaning import clean
    from ternopil_pipelines.receive.file import receive_file

    declared = tuple(
        {**column, **({"allowed": tuple(column["allowed"])} if "allowed" in column else {})} for column in COLUMNS
    )
    table = Table.model_validate({"id": "t", "columns": declared, "source": {"kind": "folder"}})
    return clean(receive_file(path, table), table, table.columns)


def _schema() -> Any:
    import pandera.pandas as pa

    types = {"date": "datetime64[us]", "integer": "Int64", "decimal": "float64"}
    checks: dict[str, list[Any]] = {}
    for column in COLUMNS:
        mine = []
        if "pattern" in column:
            mine.append(pa.Check.str_matches(f"^{column['pattern']}$"))
        if "allowed" in column:
            mine.append(pa.Check.isin(column["allowed"]))
        if "minimum" in column:
            mine.append(pa.Check.ge(column["minimum"]))
        if "maximum" in column:
            mine.append(pa.Check.le(column["maximum"]))
        checks[str(column["name"])] = mine
    return pa.DataFrameSchema(
        {
            str(column["name"]): pa.Column(
                types.get(column["type"]),
                checks=checks[str(column["name"])],
                nullable=not column.get("required", False),
                unique=bool(column.get("key")),
            )
            for column in COLUMNS
        }
    )


def _typed(frame: Any) -> Any:
    import pandas as pd

    for column in COLUMNS:
        name = column["name"]
        if column["type"] == "date":
            frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
        elif column["type"] == "decimal":
            frame[name] = pd.to_numeric(frame[name], errors="coerce").astype("float64")
        elif column["type"] == "integer":
            frame[name] = pd.to_numeric(frame[name], errors="coerce").astype("Int64")
    return frame


def users(path: Path) -> int:
    """pandas with openpyxl or read_csv, naive string cleaning, pandera."""
    import pandas as pd

    frame = pd.read_excel(path, dtype=str) if path.suffix == ".xlsx" else pd.read_csv(path, dtype=str)
    for name in frame.columns:
        cleaned = frame[name].str.strip().str.replace(r"\s+", " ", regex=True).str.replace("[’`ʼ]", "'", regex=True)
        frame[name] = cleaned.replace({"": None, "null": None})
    return len(_schema().validate(_typed(frame), lazy=True))


def _arrow_cleaned(table: Any) -> Any:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for column in table.columns:
        text = pc.utf8_trim_whitespace(column.cast(pa.large_string()))
        double = pc.fill_null(pc.match_substring(text, "  "), False)
        if pc.any(double).as_py():
            text = pc.replace_substring_regex(text, r"[\s\x{A0}]+", " ")
        text = pc.replace_substring_regex(text, "[’`ʼ]", "'")
        columns.append(pc.if_else(pc.is_in(text, pa.array(["", "null"], pa.large_string())), None, text))
    return pa.Table.from_arrays(columns, names=NAMES).to_pandas(
        types_mapper={pa.large_string(): pd.StringDtype("pyarrow")}.get
    )


def bare(path: Path) -> int:
    """fastexcel or Arrow's csv reader, Arrow cleaning, pandera; no guard, no look at the file before."""
    import pyarrow as pa

    if path.suffix == ".xlsx":
        import fastexcel

        batch = fastexcel.read_excel(path).load_sheet(0, header_row=0, dtypes="string").to_arrow()
        table = pa.Table.from_batches([batch])
    else:
        import pyarrow.csv as arrow_csv

        table = arrow_csv.read_csv(
            path, convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(NAMES, pa.string()))
        )
    return len(_schema().validate(_typed(_arrow_cleaned(table)), lazy=True))


def fastest(path: Path) -> int:
    """The fastest combination in hand for csv: polars reads, cleans and types; pandera validates on polars."""
    import pandera.polars as pa
    import polars as pl

    frame = pl.read_csv(path, infer_schema=False)
    text = pl.all().str.strip_chars().str.replace_all(r"\s+", " ").str.replace_all("[’`ʼ]", "'")
    frame = frame.with_columns(text).with_columns(pl.when(~pl.all().is_in(["", "null"])).then(pl.all()))
    casts = {"date": pl.Date, "decimal": pl.Float64, "integer": pl.Int64}
    frame = frame.with_columns(
        pl.col(str(c["name"])).str.to_date("%Y-%m-%d", strict=False)
        if c["type"] == "date"
        else pl.col(str(c["name"])).cast(casts[str(c["type"])], strict=False)
        for c in COLUMNS
        if c["type"] in casts
    )
    columns = {}
    for c in COLUMNS:
        checks = []
        if "pattern" in c:
            checks.append(pa.Check.str_matches(f"^{c['pattern']}$"))
        if "allowed" in c:
            checks.append(pa.Check.isin(c["allowed"]))
        if "minimum" in c:
            checks.append(pa.Check.ge(c["minimum"]))
        if "maximum" in c:
            checks.append(pa.Check.le(c["maximum"]))
        columns[str(c["name"])] = pa.Column(
            casts.get(str(c["type"]), pl.String),
            checks=checks,
            nullable=not c.get("required", False),
            unique=bool(c.get("key")),
        )
    return len(pa.DataFrameSchema(columns).validate(frame, lazy=True))


def cells(path: Path) -> int:
    """A workbook of ten million cells, received as a table of its first columns."""
    from ternopil_pipelines.catalogue.model import Table
    from ternopil_pipelines.receive.file import receive_file

    columns = tuple({"name": name, "type": "string"} for name in ("A", "B", "C"))
    table = Table.model_validate({"id": "t", "columns": columns, "source": {"kind": "folder"}})
    return len(receive_file(path, table).text)


WAYS = {"ours": ours, "users": users, "bare": bare, "fastest": fastest, "wreck": wreck, "cells": cells}

# Run by the Python of an environment of its own, which has frictionless and nothing of ours.
FRICTIONLESS = """
import json, sys, time
from frictionless import Checklist, Resource, Schema
columns = json.loads(sys.argv[2])
start, used = time.perf_counter(), time.process_time()
report = Resource(path=sys.argv[1], schema=Schema.from_descriptor(columns)).validate(
    Checklist(skip_errors=["missing-cell"])  # an empty last cell of a sheet; a thousand of them would end it early
)
taken = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - used}
print(json.dumps({**taken, "valid": report.valid, "rows": report.tasks[0].stats["rows"]}))
"""


def frictionless(path: Path, folder: Path) -> str:
    kinds = {"decimal": "number", "anyURL": "string"}
    fields = []
    for column in COLUMNS:
        names = {
            "required": "required",
            "pattern": "pattern",
            "allowed": "enum",
            "minimum": "minimum",
            "maximum": "maximum",
        }
        rules = {names[key]: value for key, value in column.items() if key in names} | {
            "unique": column.get("key", False)
        }
        fields.append({"name": column["name"], "type": kinds.get(column["type"], column["type"]), "constraints": rules})
    from uv import find_uv_bin

    uv, python = find_uv_bin(), folder / "frictionless" / "bin" / "python"
    if not python.exists():
        subprocess.run([uv, "venv", "--quiet", str(python.parent.parent)], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), "frictionless[excel]"], check=True)
    schema = json.dumps({"fields": fields, "missingValues": ["", "null"]})
    # An absolute path is refused as unsafe.
    done = subprocess.run(
        [python, "-c", FRICTIONLESS, path.name, schema], cwd=path.parent, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return (
        f"frictionless validate alone, {told['rows']:,} rows of {path.suffix}: {told['seconds']:.1f} s, "
        f"{told['cpu']:.1f} processor s, valid: {told['valid']}\n"
    )


# ---- running and telling


def measured(way: str, path: Path) -> dict[str, float]:
    """One run in a process of its own. Starting Python and importing is the same work for all and left out."""
    done = subprocess.run(
        [sys.executable, __file__, "--run", way, str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{way}: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run_one(way: str, path: Path) -> None:
    import pandas
    import pandera.pandas
    import pyarrow.csv  # noqa: F401

    import ternopil_pipelines.clean.cleaning
    import ternopil_pipelines.receive.file  # noqa: F401

    # pandera imports its backend with the first table it is shown.
    pandera.pandas.DataFrameSchema({}).validate(pandas.DataFrame({"a": ["b"]}))
    if way == "fastest":
        import pandera.polars
        import polars

        pandera.polars.DataFrameSchema({}).validate(polars.DataFrame({"a": ["b"]}))
    used = _processor()
    start = time.perf_counter()
    rows = WAYS[way](path)
    seconds = time.perf_counter() - start
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "cpu": _processor() - used, "mib": peak / 1024, "rows": rows}))


def _processor() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in both)


def compared(title: str, path: Path, ways: list[str], rounds: int) -> str:
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            runs[way].append(measured(way, path))
    lines = [
        f"### {title}\n",
        "| way | s | processor s | peak MiB | s against ours | processor against ours |",
        "|---|---|---|---|---|---|",
    ]
    for way in ways:
        middle = {key: statistics.median(run[key] for run in runs[way]) for key in ("seconds", "cpu", "mib")}
        ratios = [
            statistics.median(run[key] / mine[key] for run, mine in zip(runs[way], runs["ours"], strict=True))
            if "ours" in runs
            else 1.0
            for key in ("seconds", "cpu")
        ]
        lines.append(
            f"| {WORDS[way]} | {middle['seconds']:.2f} | {middle['cpu']:.2f} | {middle['mib']:.0f} "
            f"| {ratios[0]:.2f} | {ratios[1]:.2f} |"
        )
    return "\n".join(lines) + "\n"


WORDS = {
    "ours": "this project: claim, pre-scan, guarded child, header, cleaning, validation, suspicions",
    "users": "pandas (openpyxl / read_csv), naive string cleaning, pandera",
    "bare": "fastexcel / Arrow csv, Arrow cleaning, pandera, bare",
    "fastest": "polars reading and cleaning, pandera on polars",
    "wreck": "this project: every cell wrong",
    "cells": "ten million cells received (500,000 × 20)",
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--csv-rows", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--only", default="xlsx,csv,wreck,cells")
    asked.add_argument("--frictionless", action="store_true", help="validate with frictionless too, once")
    asked.add_argument("--folder", type=Path, help="keep the generated files here")
    asked.add_argument("--run", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.run:
        run_one(options.run[0], Path(options.run[1]))
        return
    with tempfile.TemporaryDirectory(prefix="ternopil-bench-") as own:
        folder = options.folder or Path(own)
        wanted = options.only.split(",")
        book, text, wide = folder / f"{options.rows}.xlsx", folder / f"{options.csv_rows}.csv", folder / "cells.xlsx"
        wrong = folder / f"{options.csv_rows}-wreck.csv"
        if "xlsx" in wanted:
            if not book.exists():
                make_xlsx(book, options.rows)
            print(compared(f"{options.rows:,} × 15 xlsx", book, ["ours", "users", "bare"], options.rounds))
        if "csv" in wanted:
            if not text.exists():
                make_csv(text, options.csv_rows)
            print(
                compared(f"{options.csv_rows:,} × 15 csv", text, ["ours", "users", "bare", "fastest"], options.rounds)
            )
        if "wreck" in wanted:
            if not wrong.exists():
                make_csv(wrong, options.csv_rows, wrecked=True)
            print(compared(f"{options.csv_rows:,} × 15 csv, every cell wrong", wrong, ["wreck"], options.rounds))
        for file in (book, text) if options.frictionless else ():
            if file.exists():
                print(frictionless(file, folder))
        if "cells" in wanted:
            if not wide.exists():
                make_xlsx(wide, 500_000, width=20)
            print(compared("10,000,000 cells xlsx", wide, ["cells"], options.rounds))


if __name__ == "__main__":
    main()
