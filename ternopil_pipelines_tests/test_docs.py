"""What is written for people is true: commands, paths and keys named there exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from ternopil_pipelines.catalogue.json_schema import sources_schema_text
from ternopil_pipelines.cli import ternopil

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.uk.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# A person's decisions about a held edition: findings already name them, the gates bring them.
PROMISED = {"approve", "reject", "rollback"}
# What the pages say will be there once something ran: state, landing folders, the environment.
MADE_LATER = ("landing", ".ternopil", ".venv", "verdict")


def _commands(group: click.Group, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        path = (*before, name)
        found += _commands(command, path) if isinstance(command, click.Group) else [path]
    return found


def _spoken() -> set[tuple[str, ...]]:
    """Commands as the pages write them, `portal up|down|status` being three; `make demo` is one too."""
    said: set[tuple[str, ...]] = {(name,) for name in re.findall(r"\bmake ([a-z]+)", TEXT)} & {("demo",)}
    for match in re.finditer(r"\bternopil ((?:--\S+ )?[a-z|]+)(?: ([a-z|]+))?", TEXT):
        for first in match.group(1).split("|"):
            said.add((first,))
            said.update((first, second) for second in (match.group(2) or "").split("|") if second)
    return said


@pytest.mark.parametrize("command", _commands(ternopil), ids=" ".join)
def test_every_command_is_told_of(command: tuple[str, ...]) -> None:
    assert command in _spoken()


def test_no_command_is_told_of_that_is_not_there() -> None:
    groups = dict(ternopil.commands)
    unknown = {each for each in _spoken() if each[0] not in groups}
    for name, command in groups.items():
        if isinstance(command, click.Group):
            unknown |= {
                each for each in _spoken() if each[0] == name and len(each) > 1 and each[1] not in command.commands
            }
    assert unknown <= {(name,) for name in PROMISED}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [each for each in links if "://" not in each and not (page.parent / each).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    named = re.findall(r"`([\w.\-]+(?:/[\w.\-]+)+/?)`", text)
    kept = [
        each
        for each in named
        if not each.startswith(MADE_LATER) and re.match(r"^(docs|deploy|benchmarks|ternopil_\w+|\.ci)/", each)
    ]
    assert [each for each in kept if not (ROOT / each).exists()] == []


def test_the_make_targets_that_are_named_are_there_and_do_what_is_said() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, flags=re.M))
    named = set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(re.findall(r"`[^`]*`|```.*?```", TEXT, flags=re.S))))
    assert {"demo", "test", "stop"} <= named <= targets
    assert "ternopil demo\n" in MAKEFILE and "ternopil demo --stop\n" in MAKEFILE and "/pytest -n 4" in MAKEFILE
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_schema_for_editors_is_the_catalogue_s_own_and_named_by_the_file() -> None:
    assert (ROOT / "docs" / "sources.schema.json").read_text(encoding="utf-8") == sources_schema_text()
    assert "$schema=docs/sources.schema.json" in (ROOT / "sources.yaml").read_text(encoding="utf-8").splitlines()[0]


def test_every_variable_of_sources_yaml_is_explained_there_and_in_the_readme_or_docs() -> None:
    sources = (ROOT / "sources.yaml").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{(\w+)", re.sub(r"#.*", "", sources)))
    explained = set(re.findall(r"^#\s+((?:[A-Z_]+, )*[A-Z][A-Z_]+)  ", sources, flags=re.M))
    names = {name for each in explained for name in each.split(", ")}
    assert used <= names


def test_examples_of_a_dataset_in_the_docs_are_lawful() -> None:
    """The whole entry shown in the page is read by the catalogue itself."""
    import yaml

    from ternopil_pipelines.catalogue.loading import parse_catalogue

    page = (ROOT / "docs" / "adding-a-dataset.md").read_text(encoding="utf-8")
    entry = next(each for each in re.findall(r"```yaml\n(.*?)```", page, flags=re.S) if "required:" in each)
    sources = yaml.safe_load((ROOT / "sources.yaml").read_text(encoding="utf-8"))
    sources["datasets"] = yaml.safe_load(entry)
    assert parse_catalogue(yaml.safe_dump(sources, allow_unicode=True)).datasets[0].id == "transport-stops"
