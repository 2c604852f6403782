"""approve and reject as they are typed: one decision, entered with who and why, and the exit codes of the contract."""

from __future__ import annotations

import pytest

from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines.evidence.decisions import decide, decision
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.evidence.journal import kept
from ternopil_pipelines.gates.moderation import needs_judging
from ternopil_pipelines.receive.file import receive_file
from ternopil_pipelines_tests.commands.conftest import Ternopil
from ternopil_pipelines_tests.orchestration.town import Town


def held(village: Town) -> Edition:
    here = village.installation
    dataset = here.catalogue.dataset("t-repairs")
    [table] = dataset.tables
    receipt = receive_file(village.repairs_file, table)
    tables = [(clean(receipt, table, columns_of(table)), receipt)]
    edition = here.archive.keep(here.catalogue, dataset, tables, code_version="1")
    kept(here.ledger, here.archive, edition, who="run 1")
    decide(here.ledger, edition, "held", by="changes", gate="changes", why="рядків стало менше", who="run 1")
    return edition


def test_an_approval_is_entered_and_told(village: Town, ternopil: Ternopil) -> None:
    edition = held(village)
    said = ternopil("approve", "t-repairs", "--note", "перевірено", "--by", "Марія")
    assert said.code == 0
    assert "затверджено" in said.out
    found = decision(village.installation.ledger, "t-repairs", edition.address)
    assert found is not None and (found.verdict, found.by, found.why) == ("approved", "person Марія", "перевірено")


def test_a_rejection_as_json(village: Town, ternopil: Ternopil) -> None:
    edition = held(village)
    said = ternopil("reject", "t-repairs", "--note", "не той файл", "--by", "Марія", "--json")
    assert said.code == 0
    assert (said.document["edition"], said.document["verdict"], said.document["note"]) == (
        edition.address,
        "rejected",
        "не той файл",
    )


def test_nobody_decides_in_the_name_of_a_gate(village: Town, ternopil: Ternopil) -> None:
    """A rejection by `changes` would be the gate's own, and the next run would judge the edition anew."""
    edition = held(village)
    assert ternopil("reject", "t-repairs", "--note", "ні", "--by", "changes").code == 0
    found = decision(village.installation.ledger, "t-repairs", edition.address)
    assert found is not None and found.by == "person changes"
    assert not needs_judging(village.installation.ledger, "t-repairs", edition.address)


def test_a_second_decision_is_refused_with_exit_code_one(village: Town, ternopil: Ternopil) -> None:
    held(village)
    assert ternopil("approve", "t-repairs", "--note", "так").code == 0
    second = ternopil("reject", "t-repairs", "--note", "ні")
    assert second.code == 1
    assert "approved already" in second.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("approve", "t-repairs"), 2),
        (("approve", "nothing", "--note", "так"), 2),
        (("approve", "t-calls", "--note", "так"), 2),
        (("reject", "t-repairs", "--note", " "), 2),
    ],
)
def test_wrong_use_is_exit_code_two(village: Town, ternopil: Ternopil, words: tuple[str, ...], code: int) -> None:
    held(village)
    assert ternopil(*words).code == code
