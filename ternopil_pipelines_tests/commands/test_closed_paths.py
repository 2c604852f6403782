"""No command brings a held or a blocked edition to the portal: each path tried alone against the real CKAN.

A good edition stands on the portal; the next one is held for a person or blocked by the personal-data gate. After each
path the portal shows what it showed, byte for byte.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pytest
import requests
from ckanapi import RemoteCKAN

from ternopil_pipelines.evidence.decisions import decision
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.gates.moderation import decide_held, held_edition
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.orchestration.build import build_definitions
from ternopil_pipelines.orchestration.instance import instance as instance_of
from ternopil_pipelines.orchestration.names import UNFINISHED, publication_key, run_tags
from ternopil_pipelines.portal.journal import Entry
from ternopil_pipelines.portal.resumption import resume
from ternopil_pipelines_tests.commands.conftest import Said, Ternopil
from ternopil_pipelines_tests.gates.corpus import full_name, tax_number
from ternopil_pipelines_tests.orchestration.town import REPAIRS, Town, make_town

HELD = REPAIRS + "004,Валова,1.25,2026-05-04\n"
DICE = random.Random("closed paths")
BLOCKED = REPAIRS + "".join(f"1{at:02d},{full_name(DICE)} {tax_number(DICE)},1,2026-05-04\n" for at in range(12))


@dataclass(frozen=True)
class Scene:
    """The town, the edition that may not go out, and what the portal showed before anybody tried."""

    town: Town
    edition: Edition
    good: str
    shown: dict[str, Any]

    @property
    def dataset(self) -> str:
        return self.town.repairs.id


def look(town: Town, package: str) -> dict[str, Any]:
    """Everything a citizen gets of a dataset: its page, the bytes of every file, the rows of every table."""
    url = town.variables["CKAN_URL"]
    answer = requests.get(f"{url}/api/action/package_show", {"id": package}, timeout=60).json()
    if not answer["success"]:
        return {"absent": True}
    resources = answer["result"]["resources"]
    files = {
        each["id"]: hashlib.sha256(requests.get(each["url"], timeout=60).content).hexdigest() for each in resources
    }
    tables = {
        each["id"]: requests.get(
            f"{url}/api/action/datastore_search", {"resource_id": each["id"], "limit": 1000}, timeout=60
        ).json()["result"]["records"]
        for each in resources
        if each["datastore_active"]
    }
    return {"page": answer["result"], "files": files, "tables": tables}


@pytest.fixture(scope="module", params=["held", "blocked"])
def stage(
    request: pytest.FixtureRequest, portal: LocalPortal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """Moderation asks for each edition; the first is approved and published, the second is not let out."""
    prefix = f"t{uuid.uuid4().hex[:8]}"
    portal.ensure_organizations([(f"{prefix}-works", "Управління робіт")])
    state = portal.status()
    town = make_town(tmp_path_factory.mktemp("paths"), prefix, url=str(state.url), token=str(state.editor_token))
    text = town.sources.read_text(encoding="utf-8")
    town.sources.write_text(
        text.replace("frequency: once a month\n", "frequency: once a month\n    moderation: always\n"), encoding="utf-8"
    )
    here, dataset = town.installation, town.repairs
    with pytest.MonkeyPatch.context() as patch:
        for name, value in town.variables.items():
            patch.setenv(name, value)
        with instance_of(here.environment) as instance:
            assert town.run(dataset, instance).state == "held"
            good = held_edition(here.ledger, here.archive, dataset.id)
            decide_held(here.ledger, good, "approved", by="test", note="перевірено")
            assert town.run(dataset, instance).state == "published"
            shown = look(town, dataset.id)
            town.drop(HELD if request.param == "held" else BLOCKED)
            assert town.run(dataset, instance).state == {"held": "held", "blocked": "refused"}[request.param]
        edition = here.archive.latest(dataset.id)
        assert edition is not None and edition.address != good.address
        assert look(town, dataset.id) == shown
        yield Scene(town, edition, good.address, shown)


@pytest.fixture
def scene(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """The same for each path: none of them may change anything, and sources.yaml is put back."""
    for name, value in stage.town.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(stage.town.root)
    text = stage.town.sources.read_text(encoding="utf-8")
    yield stage
    stage.town.sources.write_text(text, encoding="utf-8")


def publish(scene: Scene, ternopil: Ternopil) -> Said:
    return ternopil("publish", scene.dataset)


def publish_all(scene: Scene, ternopil: Ternopil) -> Said:
    return ternopil("publish", "--all")


def publish_due(scene: Scene, ternopil: Ternopil) -> Said:
    """Due at once: the dataset owes an update several times a day."""
    text = scene.town.sources.read_text(encoding="utf-8")
    scene.town.sources.write_text(text.replace("once a month", "more than once a day"), encoding="utf-8")
    return ternopil("publish", "--due")


def retry(scene: Scene, ternopil: Ternopil) -> Said:
    """As after a fault that had nothing to do with the gate."""
    scene.town.installation.ledger.append(
        "failed", who="test", dataset=scene.dataset, fault="PortalUnreachable", why=""
    )
    return ternopil("retry")


def rollback_to(scene: Scene, ternopil: Ternopil) -> Said:
    """It once rejected the good edition first and then found that it might not publish the other."""
    said = ternopil("rollback", scene.dataset, "--to", scene.edition.address)
    assert scene.edition.address[:12] in said.err
    return said


def adopt(scene: Scene, ternopil: Ternopil) -> Said:
    """A dataset the portal already holds is taken over: it stays what it was."""
    admin = scene.town.variables["CKAN_API_TOKEN"]
    other = f"{scene.town.prefix}-elsewhere"
    with RemoteCKAN(scene.town.variables["CKAN_URL"], apikey=admin) as client:
        client.action.package_create(name=other, title="Чуже", owner_org=f"{scene.town.prefix}-works")
    before = look(scene.town, other)
    assert ternopil("adopt", scene.dataset, other).code == 0
    said = ternopil("publish", scene.dataset)
    assert look(scene.town, other) == before
    return said


PATHS: dict[str, Callable[[Scene, Ternopil], Said]] = {
    each.__name__: each for each in (publish, publish_all, publish_due, retry, rollback_to, adopt)
}


@pytest.mark.parametrize("path", PATHS)
def test_a_command_changes_nothing_on_the_portal(path: str, scene: Scene, ternopil: Ternopil) -> None:
    PATHS[path](scene, ternopil)
    assert look(scene.town, scene.dataset) == scene.shown
    standing = decision(scene.town.installation.ledger, scene.dataset, scene.good)
    assert standing is not None and standing.passing, "what stands on the portal was not called in question"
    assert scene.town.installation.ledger.verify() == []


def test_an_unfinished_journal_is_not_rolled_forward(scene: Scene, portal: LocalPortal) -> None:
    """By the service's start, by the sensor, and by a run such as the sensor asks for."""
    here, dataset = scene.town.installation, scene.town.repairs
    here.journal.write(
        Entry(dataset.id, dataset.package_name, scene.edition.address, dataset.publish_mode, previous=scene.good)
    )
    with here.client(dataset) as client:
        done = resume(client=client, archive=here.archive, ledger=here.ledger, datasets=[dataset], journal=here.journal)
    assert done == ()
    assert look(scene.town, dataset.id) == scene.shown

    definitions = build_definitions(here)
    with instance_of(here.environment) as instance:
        context = dg.build_sensor_context(
            instance=instance, resources={"installation": here}, repository_def=definitions.get_repository_def()
        )
        assert not definitions.resolve_sensor_def("unfinished_publications").evaluate_tick(context).run_requests
        job = definitions.resolve_implicit_global_asset_job_def()
        run = job.execute_in_process(
            instance=instance,
            asset_selection=[publication_key(dataset)],
            tags=run_tags(dataset, cause=UNFINISHED),
            raise_on_error=False,
        )
    assert publication_key(dataset) not in [each.asset_key for each in run.get_asset_materialization_events()]
    assert look(scene.town, dataset.id) == scene.shown
