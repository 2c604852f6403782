"""What is entered in the ledger when a step stops, whoever is to blame."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.cli import ternopil
from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.gates.looking import STOPS
from ternopil_pipelines.orchestration import steps
from ternopil_pipelines.orchestration.instance import instance as instance_of
from ternopil_pipelines.orchestration.names import slug
from ternopil_pipelines.orchestration.sensors import dataset_mark, handled_mark
from ternopil_pipelines.oversight.status import standing
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town, events, make_town


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = make_town(tmp_path, "t", url="http://127.0.0.1:9", token="none")
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    return made


def _every(_: Table) -> bool:
    return True


def test_a_mistake_of_the_program_is_entered_shown_by_status_and_not_tried_again(
    village: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("Руська, 10")

    monkeypatch.setattr(steps, "receive", broken)
    with instance_of(village.installation.environment) as instance:
        outcome = village.run(village.repairs, instance)
        assert (outcome.state, outcome.exit_code) == ("failed", 1)
        assert outcome.said and "KeyError" in outcome.said and "Руська" not in outcome.said
        assert [each for each in events(instance) if each.event_type_value == "STEP_RESTARTED"] == []
    (entry,) = village.installation.ledger.entries(dataset=village.repairs.id)
    assert (entry.what, entry.body["fault"]) == ("failed", "KeyError")
    assert "Руська" not in str(entry)
    installation = village.installation
    now = steps._now()
    found = standing(installation.catalogue, village.repairs, installation.ledger, now)
    assert (found.state, found.waiting_for) == ("failed", "operator")


def test_an_archive_that_cannot_be_written_is_entered(village: Town) -> None:
    (village.root / "home").mkdir()
    (village.root / "home" / "editions").write_text("a file where a folder should be", encoding="utf-8")
    with instance_of(village.installation.environment) as instance:
        outcome = village.run(village.repairs, instance)
    assert (outcome.state in {"failed", "refused", "unreachable"}, outcome.exit_code > 0) == (True, True)
    assert village.installation.ledger.entries(dataset=village.repairs.id)[-1].what == "failed"


def test_a_file_replaced_while_the_old_one_was_refused_is_still_news(
    village: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object, **__: object) -> None:
        village.drop(REPAIRS + "004,Тиха,1,2026-04-05\n")
        raise SourceRefused("damaged")

    monkeypatch.setattr(steps, "receive", refusing)
    installation, dataset = village.installation, village.repairs
    with pytest.raises(SourceRefused):
        steps.take(installation, dataset, dataset.tables[0], run="r")
    assert handled_mark(installation, dataset, _every) != dataset_mark(installation, dataset, _every)
    monkeypatch.undo()
    steps.take(installation, dataset, dataset.tables[0], run="r")
    assert handled_mark(installation, dataset, _every) == dataset_mark(installation, dataset, _every)


def test_what_was_refused_is_entered_once_with_its_codes(village: Town) -> None:
    village.drop(REPAIRS.replace("10.50", "десять"))
    with instance_of(village.installation.environment) as instance:
        assert village.run(village.repairs, instance).state == "refused"
    entries = village.installation.ledger.entries(dataset=village.repairs.id)
    assert [each.what for each in entries] == ["received", "refused"]
    assert sum(entries[-1].body["findings"].values()) == 1


def test_checks_speak_before_the_table_is_refused(village: Town) -> None:
    village.drop(REPAIRS.replace("002,", "001,"))
    with instance_of(village.installation.environment) as instance:
        village.run(village.repairs, instance)
        said = {
            each.asset_check_evaluation_data.check_name: each.asset_check_evaluation_data
            for each in events(instance)
            if each.event_type_value == "ASSET_CHECK_EVALUATION"
        }
    assert {name for name, each in said.items() if not each.passed} == {"keys"}
    assert {"reading", "schema", "types", "required"} < said.keys()
    assert said["keys"].severity is dg.AssetCheckSeverity.ERROR


def test_the_verdict_beside_the_file_says_what_a_gate_will_stop_and_quotes_none_of_it(village: Town) -> None:
    phones = [f"+38067{number:07d}" for number in range(1234500, 1234520)]
    village.drop("id,street,cost,done\n" + "".join(f"{at},{phone},1,2026-01-02\n" for at, phone in enumerate(phones)))
    with instance_of(village.installation.environment) as instance:
        village.run(village.repairs, instance)
    (page,) = village.verdict.glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert STOPS in text
    assert not [phone for phone in phones if phone in text or phone[3:] in text]


def test_a_held_edition_waits_with_a_page_of_its_reason_and_a_link_to_its_files(
    village: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = village.sources.read_text(encoding="utf-8")
    often = "frequency: once a month\n"
    village.sources.write_text(sources.replace(often, f"{often}    moderation: always\n"), encoding="utf-8")
    with instance_of(village.installation.environment) as instance:
        assert village.run(village.repairs, instance).state == "held"
        shown = instance.get_latest_materialization_event(dg.AssetKey([slug(village.repairs.id), "edition"]))
        assert shown is not None and shown.asset_materialization is not None
        metadata = shown.asset_materialization.metadata
    page = Path(str(metadata["page"].value))
    text = page.read_text(encoding="utf-8")
    assert "Редакція чекає рішення" in text and f"ternopil approve {village.repairs.id}" in text
    preview = Path(str(metadata["files_to_look_at"].value))
    assert str(preview) in text
    assert "Руська" in "".join(each.read_text(encoding="utf-8") for each in preview.rglob("*.csv"))
    assert (page.stat().st_mode & 0o077, page.parent.stat().st_mode & 0o077) == (0, 0)
    ternopil.main(["--sources", str(village.sources), "status"], standalone_mode=False)
    assert str(page) in capsys.readouterr().out
