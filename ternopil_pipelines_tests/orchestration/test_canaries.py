"""The canary search: what the personal-data gate blocks is nowhere, and what was erased is nowhere any more.

Real runs on a real Dagster instance and a real CKAN; then every byte is searched: TERNOPIL_HOME and DAGSTER_HOME, both
streams, verdict pages, the portal's databases, files, logs and answers. The few places where the bytes lawfully lie are
named in `KEPT_PRIVATELY`, must be their owner's alone, and prove that the search would find them.
"""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from functools import partialmethod
from pathlib import Path
from typing import Any

import dagster as dg
import openpyxl
import pytest
import requests
from openpyxl.comments import Comment
from sqlalchemy import create_engine, inspect, text

from ternopil_pipelines.local_portal import configuration
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.erasing import erase_edition
from ternopil_pipelines.orchestration.instance import instance as instance_of
from ternopil_pipelines.orchestration.names import edition_key, publication_key
from ternopil_pipelines_tests.canary import Canaries, files_of
from ternopil_pipelines_tests.commands.conftest import Ternopil, ternopil
from ternopil_pipelines_tests.gates import corpus
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town

__all__ = ["ternopil"]

# What was received, what one asset hands to the next, the edition that waits for its decision, rows set aside.
KEPT_PRIVATELY = ("received", "storage", "editions", "quarantine")
ROWS = 6
HEADERS = {
    "tax-number": "Номер", "unzr": "Запис", "passport": "Документ", "id-card": "Номер ID-картки", "phone": "Звʼязок",
    "email": "Пошта", "iban": "Рахунок", "name": "Хто", "birth-date": "Коли", "plate": "Машина", "address": "Де",
}  # fmt: skip


CELLS = {
    **{kind: [make(random.Random(f"{kind} {at}")) for at in range(ROWS)] for kind, make in corpus.KINDS.items()},
    "name": [
        f"Жовтоптахенко{end} Зіновій Лук’янович" for end in ("", "-Дзюба", "-Вовк", "-Шпак", "-Гнатюк", "-Білоус")
    ],
    "email": [f"zhovtoptakh{at}@gmail.com" for at in range(ROWS)],
    "address": [f"вул. Жовтоптахова, {at + 3}, кв. {at + 217}" for at in range(ROWS)],
}
CANARIES = Canaries({**CELLS, "stem": ["Жовтоптах", "ЖОВТОПТАХ", "zhovtoptakh"]})
NOTE = f"передзвонити {CELLS['phone'][0]}, {CELLS['name'][0]}"
EMPTY = [""] * len(CELLS)


def _column(kind: str) -> str:
    return "k_" + kind.replace("-", "_")


@pytest.fixture
def people(town: Town) -> Town:
    """The town's repairs with a column for each kind, and a clean edition of it on the portal."""
    more = "".join(f"          - {{name: {_column(kind)}, type: string, label: {HEADERS[kind]}}}\n" for kind in CELLS)
    anchor = "          - {name: done, type: date, label: Завершено}\n"
    town.sources.write_text(town.sources.read_text(encoding="utf-8").replace(anchor, anchor + more), encoding="utf-8")
    _drop(town, [])
    with instance_of(town.installation.environment) as made:
        assert town.run(town.repairs, made).state == "published"
    return town


def _drop(town: Town, rows: list[list[str]]) -> None:
    """The town's own rows with nothing in the columns of people, and these."""
    header, *own = (line.split(",") for line in REPAIRS.splitlines())
    lines = [[*header, *(_column(kind) for kind in CELLS)], *([*row, *EMPTY] for row in own), *rows]
    town.drop("".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines))


def _people() -> list[list[str]]:
    return [[f"9{at}", "Руська", "1", "2026-01-02", *(CELLS[kind][at] for kind in CELLS)] for at in range(ROWS)]


def _misplaced() -> list[list[str]]:
    """Each value where a number, a date or a key is expected, so that cleaning quotes what it cannot read. Nine digits
    of an ID card are left out: without a word that says so they are nobody's."""
    return [
        [values[at], "Руська", values[(at + 1) % ROWS], values[(at + 2) % ROWS], *EMPTY]
        for kind, values in CELLS.items()
        if kind != "id-card"
        for at in (0, 0, 1)
    ]


def _book() -> bytes:
    """A workbook that carries people beside its table: a hidden sheet, notes, properties."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (line.split(",") for line in REPAIRS.replace("10.50", "11.50").splitlines()):
        sheet.append(row)
    sheet["B2"].comment = Comment(NOTE, CELLS["name"][1])
    hidden = book.create_sheet("Мешканці")
    hidden.sheet_state = "hidden"
    for row in [list(CELLS), *([CELLS[kind][at] for kind in CELLS] for at in range(ROWS))]:
        hidden.append(row)
    book.properties.creator, book.properties.title = CELLS["name"][2], CELLS["tax-number"][0]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ternopil(*words: str) -> subprocess.CompletedProcess[str]:
    """The installed command in a process of its own, both streams kept."""
    command = [str(Path(sys.executable).parent / "ternopil"), *words]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=600)


def _on_portal(portal: LocalPortal, town: Town) -> Iterator[tuple[str, bytes]]:
    """Both databases row by row, the files, the logs, and what the portal answers to anyone and to its editor."""
    places = portal.places
    for name in (configuration.MAIN_DATABASE, configuration.DATASTORE_DATABASE):
        url = configuration.database_url(
            places.sockets, role=configuration.OWNER_ROLE, database=name, driver="+psycopg2"
        )
        engine = create_engine(url)
        with engine.connect() as connection:
            for table in inspect(connection).get_table_names():
                rows = connection.execute(text(f'SELECT t::text FROM "{table}" t'))
                yield f"{name}.{table}", "\n".join(str(row[0]) for row in rows).encode()
        engine.dispose()
    yield from files_of(places.storage)
    yield from files_of(places.logs)
    for headers in ({}, {"Authorization": town.variables["CKAN_API_TOKEN"]}):
        for query in (f"package_show?id={town.repairs.id}", "package_search?rows=1000&include_private=true"):
            answer = requests.get(f"{town.variables['CKAN_URL']}/api/action/{query}", headers=headers, timeout=60)
            yield query, answer.content


def _verdict(town: Town) -> Iterator[tuple[str, bytes]]:
    """What is laid beside the file. Of the annotated copy, the department's own workbook with our words in it, only
    those: the sheet of remarks and the notes."""
    for name, data in files_of(town.verdict):
        if not name.endswith(".xlsx"):
            yield name, data
            continue
        book = openpyxl.load_workbook(io.BytesIO(data))
        told = [str(cell.value) for row in book["Зауваження"].iter_rows() for cell in row]
        noted = [cell.comment.text for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment]
        yield name, "\n".join(each for each in [*told, *noted] if each != NOTE).encode()


def test_the_search_finds_what_it_is_to_find_in_every_place_it_opens(people: Town, portal: LocalPortal) -> None:
    """A search that finds nothing anywhere would pass every other test here."""
    for dress in ("Жовтоптах", "\\u0416\\u043e\\u0432\\u0442\\u043e\\u043f\\u0442\\u0430\\u0445"):
        assert CANARIES.found([("x", f"…{dress}…".encode())]) == ["x: stem"]
    assert CANARIES.found([("book", _book())])
    _drop(people, _people())
    with instance_of(people.installation.environment) as made:
        assert people.run(people.repairs, made).state == "refused"
    home = people.root / "home"
    for name in ("received", "storage", "editions"):
        kinds = {each.rpartition(": ")[2] for each in CANARIES.found(files_of(home / name))}
        assert kinds >= set(CELLS), name
    own = Canaries({"own": ["Замкова"]})
    places = [each.partition(":")[0] for each in own.found(_on_portal(portal, people))]
    assert any(each.startswith("datastore_default.") for each in places), "the rows of the clean edition"
    assert any("resources" in each for each in places), "its files"


def test_what_the_gate_blocks_is_nowhere_but_where_it_is_kept_privately(
    people: Town, portal: LocalPortal, ternopil: Ternopil, tmp_path: Path
) -> None:
    """Columns of people, people in the wrong cells, people beside the table: one file after the other, each run, told
    of and checked; then one search over all that is left of it."""
    name, folder = people.repairs.id, people.repairs_file.parent
    before, said = _page(people), []
    for number, drop in enumerate((_people, _misplaced, None)):
        if drop is not None:
            _drop(people, drop())
        else:
            people.repairs_file.unlink()
            (folder / "repairs.xlsx").write_bytes(_book())
        tried = _ternopil("publish", name, "--json")
        assert any(f'"state": "{word}"' in tried.stdout for word in ("refused", "held")), tried.stdout
        out = tmp_path / f"out{number}"
        (file,) = [each for each in folder.iterdir() if each.is_file()]
        checked = ternopil("check", name, file, "--out", out, "--json")
        assert CANARIES.found(files_of(out, but=())) or drop is None, "the cleaned table is the department's own"
        assert CANARIES.found(each for each in files_of(out) if each[0].startswith("report.")) == []
        assert CANARIES.found(_verdict(people)) == []
        said += [tried.stdout + tried.stderr, checked.out + checked.err]
    for words in (("retry",), ("status",), ("evidence", "show", name, "--json"), ("report", "quality", name)):
        told = ternopil(*words)
        said.append(told.out + told.err)
    streams = [(f"stream {at}", each.encode()) for at, each in enumerate(said)]
    home = people.root / "home"
    assert CANARIES.found([*files_of(home, but=KEPT_PRIVATELY), *streams]) == []
    assert CANARIES.found(_on_portal(portal, people)) == []
    assert _page(people) == before
    kept = [path for each in KEPT_PRIVATELY for path in (home / each).rglob("*") if path.is_file()]
    assert kept and [path for path in kept if not _owners_alone(path, home)] == []


def _page(town: Town) -> Any:
    url = f"{town.variables['CKAN_URL']}/api/action/package_show"
    return requests.get(url, {"id": town.repairs.id}, timeout=60).json()["result"]


def _owners_alone(path: Path, home: Path) -> bool:
    """The file itself, or a folder on the way to it, is closed to everybody else."""
    ways = [path, *(each for each in path.parents if each.is_relative_to(home))]
    return any(each.stat().st_mode & 0o077 == 0 for each in ways)


def test_after_an_erasure_the_bytes_are_gone_everywhere(people: Town, instance: dg.DagsterInstance) -> None:
    """Also out of what is kept privately, of the annotated copy and of the diff against the erased edition."""
    _drop(people, _people())
    assert people.run(people.repairs, instance).state == "refused"
    blocked = people.installation.archive.latest(people.repairs.id)
    assert blocked is not None
    _drop(people, [])
    assert people.run(people.repairs, instance).state == "unchanged"
    assert CANARIES.found(files_of(people.root / "home")), "it lies where it was received"
    done = _ternopil("evidence", "erase", people.repairs.id, blocked.address[:12], "--reason", "дані людей")
    assert done.returncode == 0, done.stderr
    _all_gone(people, blocked.address)


def _then_stop(instance: dg.DagsterInstance, real: Any, *arguments: Any) -> None:
    real(instance, *arguments)
    raise InterruptedError


def test_a_leak_nobody_saw_is_erased_with_its_previews_and_its_diffs(
    people: Town, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Published, previewed by two runs, compared with by the next edition; the workbook's annotated copy too."""
    leaky = REPAIRS.replace("002,Київська", "002,Садиба Жовтоптахи")
    header = ",".join(["", *(_column(kind) for kind in CELLS)])
    people.drop(leaky.replace("done\n", f"done{header}\n"))
    leaked = people.run(people.repairs, instance)
    assert leaked.state == "published" and leaked.edition is not None
    job = build_definitions(people.installation).resolve_implicit_global_asset_job_def()
    by_hand = job.execute_in_process(instance=instance, asset_selection=[edition_key(people.repairs)])
    assert by_hand.success
    _drop(people, [])
    assert people.run(people.repairs, instance).state in {"published", "held"}
    assert CANARIES.found(files_of(people.root / "home" / "dagster")), "previews and the diff show the row"

    # Stopped after the first of the runs, and after the wiping of the assets: called again it finds the others.
    edition = people.installation.archive.read(people.repairs.id, leaked.edition)
    for stopped in ("delete_run", "wipe_assets"):
        with monkeypatch.context() as patched:
            real = getattr(dg.DagsterInstance, stopped)
            patched.setattr(dg.DagsterInstance, stopped, partialmethod(_then_stop, real))
            with pytest.raises(InterruptedError):
                erase_edition(people.installation, edition, instance, reason="імʼя особи", who="test")
    done = _ternopil("evidence", "erase", people.repairs.id, leaked.edition[:12], "--reason", "імʼя особи")
    assert done.returncode == 0, done.stderr
    _all_gone(people, leaked.edition)
    assert people.run(people.repairs, instance).state != "failed", "the next run makes what it needs again"
    assert instance.get_latest_materialization_event(edition_key(people.repairs)) is not None
    assert publication_key(people.repairs) is not None


def _all_gone(town: Town, address: str) -> None:
    kept = [*files_of(town.root / "home"), *files_of(town.verdict)]
    assert CANARIES.found(kept) == []
    ledger, dataset = town.installation.ledger, town.repairs.id
    (entry,) = [each for each in ledger.entries(dataset, "erased") if each.edition == address]
    stone = town.installation.archive.tombstone(dataset, address)
    assert stone is not None and stone.reason == entry.body["reason"]
    verified = _ternopil("evidence", "verify", "--json")
    assert (verified.returncode, '"problems": []' in verified.stdout) == (0, True), verified.stdout
    # Nothing else may go missing: a file of another edition taken away is told.
    other = next(each for each in town.installation.archive.history(dataset) if each.address != address)
    file = town.root / "home" / "editions" / dataset / other.address / "files" / other.files[0].name
    content = file.read_bytes()
    file.unlink()
    assert "missing" in _ternopil("evidence", "verify", "--json").stdout
    file.write_bytes(content)
