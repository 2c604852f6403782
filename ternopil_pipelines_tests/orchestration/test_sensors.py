"""The sensor path: a drop is asked for once it rests, once only, and after a restart neither lost nor repeated."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.evidence.decisions import DECISION
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.orchestration import steps
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.instance import instance as instance_of
from ternopil_pipelines.orchestration.names import keys_of, publication_key
from ternopil_pipelines.portal.journal import Entry
from ternopil_pipelines.receive.folder import QUIET_SECONDS
from ternopil_pipelines_tests.orchestration.town import REPAIRS, SOURCES, Town, make_town


class Watch:
    """The sensor, polled; it remembers its cursor as the daemon does."""

    def __init__(self, town: Town, name: str) -> None:
        self.town, self.name = town, name
        self.cursor: str | None = None

    def poll(self) -> list[dg.RunRequest]:
        installation = self.town.installation
        definitions = build_definitions(installation)
        with (
            instance_of(installation.environment) as instance,
            dg.build_sensor_context(
                instance=instance,
                cursor=self.cursor,
                resources={"installation": installation},
                sensor_name=self.name,
                repository_def=definitions.get_repository_def(),
            ) as context,
        ):
            result = definitions.resolve_sensor_def(self.name).evaluate_tick(context)
        self.cursor = result.cursor
        return list(result.run_requests or [])


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town without a portal: sensors need none."""
    made = make_town(tmp_path, "t", url="http://127.0.0.1:9", token="none")
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    return made


def _rested(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the file had been left alone: the change time of a file cannot be set back, the clock can be set on."""
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + QUIET_SECONDS + 1)
    assert village.repairs_file.exists()


def test_a_drop_is_asked_for_when_two_looks_agree_and_it_has_rested_and_then_never_again(
    village: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(village, "landing")
    # The clock stands: on a machine with much else to do two looks take longer than a file is to rest.
    dropped = village.repairs_file.stat().st_ctime
    monkeypatch.setattr(time, "time", lambda: dropped)
    assert watch.poll() == []
    assert watch.poll() == [], "dropped a moment ago, it may still be growing"
    _rested(village, monkeypatch)
    (request,) = watch.poll()
    assert set(request.asset_selection or []) == set(keys_of(village.repairs))
    assert request.tags["ternopil/dataset"] == village.repairs.id
    assert watch.poll() == watch.poll() == []


def test_the_same_bytes_dropped_again_are_asked_for_again(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(village, "landing")
    watch.poll()
    _rested(village, monkeypatch)
    (first,) = watch.poll()
    village.drop(REPAIRS)
    os.utime(village.repairs_file, ns=(10**18, 10**18))
    assert watch.poll() == []
    (second,) = watch.poll()
    assert first.run_key != second.run_key


def test_after_a_lost_cursor_what_was_already_received_is_not_asked_for_again(
    village: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rested(village, monkeypatch)
    steps.take(village.installation, village.repairs, village.repairs.tables[0], run="earlier")
    watch = Watch(village, "landing")
    assert watch.poll() == watch.poll() == []
    village.drop(REPAIRS.replace("10.50", "12.50"))
    assert watch.poll() == []
    assert len(watch.poll()) == 1


def test_a_verdict_laid_beside_the_file_and_half_a_copy_are_no_news(
    village: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(village, "landing")
    watch.poll()
    _rested(village, monkeypatch)
    assert len(watch.poll()) == 1
    village.verdict.mkdir()
    (village.verdict / "report.html").write_text("висновок", encoding="utf-8")
    (village.repairs_file.parent / "new.csv.part").write_text("id\n", encoding="utf-8")
    (village.repairs_file.parent / "~$new.xlsx").write_bytes(b"")
    assert watch.poll() == watch.poll() == []


def test_a_file_open_in_an_office_program_waits_until_it_is_closed(
    village: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rested(village, monkeypatch)
    watch = Watch(village, "landing")
    file = village.repairs_file
    owners = [file.with_name(f"~${file.name}"), file.with_name(f".~lock.{file.name}#")]
    for owner in owners:
        owner.write_bytes(b"x")
        assert watch.poll() == []
        assert watch.poll() == []
        owner.unlink()
    assert [request.run_key.split(":")[1] for request in watch.poll()] == [village.repairs.id]


def test_an_empty_folder_and_a_missing_one_are_quiet(village: Town) -> None:
    village.repairs_file.unlink()
    watch = Watch(village, "landing")
    assert watch.poll() == watch.poll() == []
    village.repairs_file.parent.rmdir()
    assert watch.poll() == []


def test_a_database_s_own_mark_asks_for_its_dataset_alone(village: Town) -> None:
    watch = Watch(village, "source_changes")
    assert watch.poll() == []
    (request,) = watch.poll()
    assert set(request.asset_selection or []) == set(keys_of(village.calls))
    assert watch.poll() == []
    village.call(3, "тепло")
    assert watch.poll() == []
    (again,) = watch.poll()
    assert again.run_key != request.run_key


def test_a_database_out_of_reach_keeps_what_the_sensor_knew(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(village, "source_changes")
    watch.poll()
    assert len(watch.poll()) == 1
    good = village.variables["CALLS_URL"]
    monkeypatch.setenv("CALLS_URL", "sqlite:////nowhere/at/all.db")
    assert watch.poll() == []
    monkeypatch.setenv("CALLS_URL", good)
    assert watch.poll() == watch.poll() == []


def test_a_folder_table_beside_a_database_without_a_mark_is_watched_all_the_same(
    village: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = village.sources.read_text(encoding="utf-8")
    second = """\
      - id: plans
        columns: [{name: id, type: integer, key: true}]
        source: {kind: database, database: calls, query: SELECT id FROM calls}
"""
    village.sources.write_text(
        text.replace("        source: {kind: folder}\n", "        source: {kind: folder}\n" + second), encoding="utf-8"
    )
    watch = Watch(village, "landing")
    watch.poll()
    _rested(village, monkeypatch)
    assert [each.tags["ternopil/dataset"] for each in watch.poll()] == [village.repairs.id]
    assert watch.poll() == []


def test_a_sensor_needs_no_environment_to_be_built() -> None:
    installation = Installation(parse_catalogue(SOURCES.replace("PREFIX", "t")), Environment({}))
    assert build_definitions(installation).resolve_sensor_def("landing").minimum_interval_seconds == 5


def test_an_interrupted_publication_is_finished_and_nothing_else_of_its_dataset_runs(village: Town) -> None:
    journal = village.installation.journal
    watch = Watch(village, "unfinished_publications")
    assert watch.poll() == []
    begun = Entry(village.repairs.id, village.repairs.package_name, "e" * 64, "in_place")
    journal.write(begun)
    assert watch.poll() == [], "nobody let this edition out"
    said = {"verdict": "passed", "by": "checks", "gate": "checks", "why": ""}
    village.installation.ledger.append(DECISION, who="test", dataset=begun.dataset, edition=begun.edition, **said)
    (request,) = watch.poll()
    assert request.asset_selection == [publication_key(village.repairs)]
    assert request.tags["ternopil/cause"] == "unfinished"
    with journal.claim(village.repairs.id):
        assert watch.poll() == [], "somebody is at it"
    journal.write(replace(begun, done=True))
    assert watch.poll() == []


def test_an_interrupted_withdrawal_is_finished_at_the_next_look(
    town: Town, instance: dg.DagsterInstance, portal: LocalPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert town.run(town.repairs, instance).state == "published"
    journal, dataset = town.installation.journal, town.repairs
    begun = journal.read(dataset.id)
    assert begun is not None
    journal.write(replace(begun, kind="withdraw", note="витік", who="person olena", done=False))
    # What a publisher left that was killed in mode `direct`.
    url = str(portal.status().datastore_write_url)
    monkeypatch.setenv("DATASTORE_URL", url)
    text = town.sources.read_text(encoding="utf-8").replace("portal: {", 'portal: {datastore_url: "${DATASTORE_URL}", ')
    monthly = "frequency: once a month\n"
    town.sources.write_text(text.replace(monthly, f"{monthly}    publish_mode: direct\n"), encoding="utf-8")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql('CREATE TABLE "stage_0b6e0000-0000-4000-8000-000000000000_00000000002a" (a text)')
    watch = Watch(town, "unfinished_publications")
    with journal.claim(dataset.id):
        assert watch.poll() == [] and len(journal.unfinished()) == 1, "somebody is at it"
    assert watch.poll() == [] and journal.unfinished() == ()
    assert [each for each in sa.inspect(engine).get_table_names() if each.startswith("stage_")] == []
    engine.dispose()
    with town.installation.reader() as anyone:
        assert anyone.read("package_show", id=dataset.package_name)["resources"] == []
    entry = town.installation.ledger.last(dataset.id, "withdrawn")
    assert entry is not None and entry.who == "person olena"


def test_a_withdrawal_the_portal_does_not_hear_of_is_tried_again(village: Town) -> None:
    journal = village.installation.journal
    repairs = village.repairs
    journal.write(Entry(repairs.id, repairs.package_name, "", "in_place", kind="withdraw", note="витік"))
    assert Watch(village, "unfinished_publications").poll() == []
    assert len(journal.unfinished()) == 1
