"""Digests of the ledger as a dataset of the city's own: published like any other, and held against the ledger later."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from ternopil_pipelines.evidence.ledger import Ledger
from ternopil_pipelines_tests.commands.conftest import Ternopil
from ternopil_pipelines_tests.orchestration.town import Town

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "publication.md"


@pytest.fixture
def witnessed(town: Town, monkeypatch: pytest.MonkeyPatch) -> str:
    """The town with the dataset that the guide gives, and a ledger that was written on two days before today."""
    (given,) = re.findall(r"```yaml\n(databases:.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    name = f"{town.prefix}-witness"
    holder = f"{town.prefix}-works"
    text = town.sources.read_text(encoding="utf-8")
    database, dataset = given.replace("ledger-digests", name).replace("HOLDER", holder).split("datasets:\n")
    text = text.replace("databases:\n", database).replace("datasets:\n", f"datasets:\n{dataset}", 1)
    town.sources.write_text(text, encoding="utf-8")
    path = town.root / "home" / "ledger.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("LEDGER_URL", f"sqlite:///{path}")
    for days in (2, 2, 1):
        earlier = datetime.now(UTC) - timedelta(days=days)
        Ledger(f"sqlite:///{path}", clock=lambda earlier=earlier: earlier).append("looked", who="run")
    return name


def test_published_digests_show_a_later_change_of_the_ledger_to_anyone_who_kept_them(
    town: Town, witnessed: str, ternopil: Ternopil, tmp_path: Path
) -> None:
    done = ternopil("publish", witnessed, "--json")
    assert (done.code, done.document["datasets"][0]["rows"]) == (0, 2), done
    package = requests.get(
        f"{town.variables['CKAN_URL']}/api/action/package_show", {"id": witnessed}, timeout=60
    ).json()["result"]
    files = {each["format"]: each["url"] for each in package["resources"] if "structure" not in each["url"]}
    held = ternopil("evidence", "verify", "--digest", files["CSV"], "--digest", files["JSON"], "--json")
    assert (held.code, held.document["problems"], held.document["digests"]) == (0, [], 4)
    kept = tmp_path / "kept.csv"
    kept.write_bytes(requests.get(files["CSV"], timeout=60).content)

    # The whole ledger written anew, every hash right, one word of it another.
    path = town.root / "home" / "ledger.db"
    forged = Ledger(f"sqlite:///{tmp_path / 'forged.db'}")
    for each in Ledger(f"sqlite:///{path}").entries():
        at = datetime.fromisoformat(each.at)
        body = {**each.body, "note": "nothing happened"} if each.sequence == 2 else each.body
        Ledger(f"sqlite:///{tmp_path / 'forged.db'}", clock=lambda at=at: at).append(
            each.what, who=each.who, dataset=each.dataset, edition=each.edition, **body
        )
    assert forged.verify() == []
    path.write_bytes((tmp_path / "forged.db").read_bytes())
    assert ternopil("evidence", "verify", "--json").document["problems"] == []
    shown = ternopil("evidence", "verify", "--digest", kept, "--json")
    assert shown.code == 1
    assert [text.split(":")[0] for text in shown.document["problems"]] == ["ledger entry 2", "ledger entry 3"]


def test_the_digest_that_was_printed_is_taken_back_and_what_is_none_is_said(
    town: Town, witnessed: str, ternopil: Ternopil, tmp_path: Path
) -> None:
    printed = ternopil("evidence", "digest", "--json")
    kept = tmp_path / "digest.json"
    kept.write_text(printed.out, encoding="utf-8")
    assert ternopil("evidence", "verify", "--digest", kept).code == 0
    kept.write_text(json.dumps({**printed.document, "hash": "0" * 64}), encoding="utf-8")
    assert ternopil("evidence", "verify", "--digest", kept).code == 1
    for text in ("", "day,hash\n", "[]", "[1]", '{"day": "x", "sequence": 1, "hash": "y"}', "{"):
        kept.write_text(text, encoding="utf-8")
        said = ternopil("evidence", "verify", "--digest", kept)
        assert said.code == 1 and "no digests of a ledger" in said.err
    assert ternopil("evidence", "verify", "--digest", tmp_path / "none").code == 2
