"""sources.yaml, right and wrong: every wrong way is refused with its line and key, all at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ternopil_pipelines.catalogue.loading import load_catalogue, parse_catalogue
from ternopil_pipelines.faults import CatalogueFault

ROOT = Path(__file__).parents[2]

GOOD = """\
version: 1
city: {title: Місто, edrpou: "00000001", bounds: [25.5, 49.5, 25.7, 49.6]}
portal:
  url: ${CKAN_URL}
holders:
  - id: transport
    title: Управління транспорту
    edrpou: "00000002"
    contact: {name: Відділ, email: t@example.gov.ua, phone: "+380352000000"}
databases:
  works: {url: "${WORKS_URL}"}
datasets:
  - id: transport-stops
    title: Зупинки
    description: Де зупинки.
    purpose: Інформування.
    keywords: [зупинки]
    holder: transport
    frequency: once a quarter
    tables:
      - id: stops
        structure: 27/stops
        source: {kind: folder, pattern: "*stops*"}
  - id: works
    title: Роботи
    description: Що робиться.
    purpose: Звітність.
    keywords: [роботи]
    holder: transport
    frequency: once a month
    tables:
      - id: works
        columns:
          - {name: id, type: integer, key: true}
          - {name: cost, type: decimal, minimum: 0, maximum: 10}
        source: {kind: database, database: works, query: SELECT 1}
      - id: calls
        columns: [{name: id, type: string}]
        source:
          kind: api
          url: ${API}/calls
          paging: {kind: page, parameter: page}
"""

# what is replaced, by what, the line at fault, the key that is named, a word of what was expected
WRONG = [
    ("version: 1", "version: 2", 1, "version", "expected 1"),
    ("version: 1\n", "", 1, "version", "required"),
    ('edrpou: "00000001"', "edrpou: 00000001", 2, "city.edrpou", "quotes"),
    ("bounds: [25.5, 49.5, 25.7, 49.6]", "bounds: [49.5, 25.7, 49.4, 25.5]", 2, "city", "west"),
    ("  url: ${CKAN_URL}", "  url: ${CKAN_URL", 4, "portal.url", "${VAR}"),
    ("  url: ${CKAN_URL}", "  ulr: ${CKAN_URL}", 4, "portal.ulr", "did you mean `url`"),
    ("  - id: transport\n", "  - id: Transport\n", 6, "holders[0].id", "form"),
    ("email: t@example.gov.ua", "email: nobody", 9, "holders[0].contact.email", "form"),
    (', phone: "+380352000000"', "", 9, "holders[0].contact.phone", "required"),
    ("  - id: works\n", "  - id: transport-stops\n", 24, "datasets[1].id", "already"),
    ("  - id: works\n", "  - id: oversight\n", 24, "datasets[1].id", "choose another id"),
    ("  - id: works\n", "  - id: transport_stops\n", 24, "datasets[1].id", "form"),
    ("    holder: transport\n    frequency: once a quarter", "    holder: nobody\n    frequency: once a quarter", 18,
     "datasets[0].holder", "one of the holders"),
    ("frequency: once a quarter", "frequency: quarterly", 19, "datasets[0].frequency", "once a month"),
    ("    purpose: Інформування.\n", "", 13, "datasets[0].purpose", "required"),
    ("keywords: [зупинки]", "keywords: []", 17, "datasets[0].keywords", "at least 1"),
    ("keywords: [зупинки]", "keyword: [зупинки]", 17, "datasets[0].keyword", "did you mean `keywords`"),
    ("structure: 27/stops", "structure: 27/stop", 22, "datasets[0].tables[0].structure", "official structures"),
    ("structure: 27/stops\n", "structure: 27/stops\n        columns: [{name: a, type: string}]\n", 21,
     "datasets[0].tables[0]", "exactly one"),
    ("kind: folder", "kind: ftp", 23, "datasets[0].tables[0].source.kind", "folder"),
    ('pattern: "*stops*"', "glob: x", 23, "datasets[0].tables[0].source.glob", "unknown key"),
    ("      - id: stops\n", "      - id: edition\n", 21, "datasets[0].tables[0]", "may not be called"),
    ("      - id: calls\n", "      - id: works\n", 37, "datasets[1].tables[1].id", "already"),
    ("type: decimal", "type: money", 35, "datasets[1].tables[0].columns[1].type", "decimal"),
    ("minimum: 0,", 'minimum: "2026-13",', 35, "datasets[1].tables[0].columns[1].minimum", "type decimal"),
    ("minimum: 0,", "minimum: 11,", 35, "datasets[1].tables[0].columns[1].minimum", "at most"),
    ("name: cost", "name: ID", 35, "datasets[1].tables[0].columns[1].name", "already"),
    ("{name: cost, type: decimal", '{name: cost, pattern: "[", type: decimal', 35,
     "datasets[1].tables[0].columns[1]", "regular expression"),
    ("{name: cost, type: decimal", "{name: cost, rule: phone, type: decimal", 35,
     "datasets[1].tables[0].columns[1].rule", "unknown key"),
    ("database: works, query", "database: other, query", 36, "datasets[1].tables[0].source.database", "databases"),
    ("{kind: page, parameter: page}", "{kind: page}", 42, "datasets[1].tables[1].source.paging.parameter", "parameter"),
    ("    title: Роботи\n", "    title: Роботи\n    title: Праці\n", 26, "datasets[1].title", "repeated"),
    ("    title: Роботи\n", "    title: Роботи\n    required: local/99\n", 26, "datasets[1].required", "local/1-57"),
    ("    title: Роботи\n", "    title: Роботи\n    publish_mode: direct\n", 26, "datasets[1].publish_mode",
     "datastore_url"),
    ("    title: Роботи\n", "    title: Роботи\n    state: restricted\n", 24, "datasets[1]", "reason"),
    ("    title: Роботи\n", "    title: [Роботи\n", 26, "", "not valid YAML"),
]  # fmt: skip


def test_a_right_catalogue_loads_whole() -> None:
    catalogue = parse_catalogue(GOOD)
    assert [each.id for each in catalogue.datasets] == ["transport-stops", "works"]
    assert catalogue.dataset("works").table("works").columns[0].key
    assert catalogue.landing == "${LANDING_DIR:-landing}"


def test_json_is_a_right_catalogue_too() -> None:
    import json

    import yaml

    assert parse_catalogue(json.dumps(yaml.safe_load(GOOD))) == parse_catalogue(GOOD)


@pytest.mark.parametrize(("right", "wrong", "line", "key", "said"), WRONG, ids=[f"{w[3]}: {w[4]}" for w in WRONG])
def test_a_wrong_entry_is_refused_with_its_line_and_key(right: str, wrong: str, line: int, key: str, said: str) -> None:
    assert GOOD.count(right) >= 1
    with pytest.raises(CatalogueFault) as refused:
        parse_catalogue(GOOD.replace(right, wrong, 1))
    places = [re.match(r"sources\.yaml:(\d+): (?:([^:]+): )?", each) for each in refused.value.problems]
    assert all(places), refused.value.problems
    matching = [each for each in refused.value.problems if f"sources.yaml:{line}: {key}" in each and said in each]
    assert matching, refused.value.problems


def test_all_wrong_entries_are_told_at_once() -> None:
    text = GOOD.replace("once a quarter", "quarterly").replace("once a month", "monthly").replace("type: string", "")
    with pytest.raises(CatalogueFault) as refused:
        parse_catalogue(text)
    assert len(refused.value.problems) == 3


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFault, match=r"nowhere\.yaml: no such file"):
        load_catalogue(tmp_path / "nowhere.yaml")


def test_the_citys_own_sources_load() -> None:
    catalogue = load_catalogue(ROOT / "sources.yaml")
    kinds = [each.source.kind for dataset in catalogue.active for each in dataset.tables]
    assert len(catalogue.active) >= 12
    assert len({each.holder for each in catalogue.active}) >= 6
    assert kinds.count("folder") >= 5
    assert kinds.count("database") >= 4
    assert kinds.count("api") >= 3
