"""YAML as plain values plus the line of every key, so that an error can say where it is.

Times and dates stay text (a strict model reads them), repeated keys are an error: YAML keeps the last one silently,
which is how a dataset's source once vanished from a catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from ternopil_pipelines.faults import CatalogueFault

Path = tuple[str | int, ...]


class _Loader(yaml.CSafeLoader):
    """CSafeLoader: 43 KB in 0.035 s where the pure one takes 0.15."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str, *, name: str) -> tuple[Any, dict[Path, int]]:
    """Values and `path -> line` (from 1). Raises CatalogueFault for what is no YAML or repeats a key."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise CatalogueFault([f"{name}:1: the file is empty; expected `version`, `city`, `holders`, `datasets`"])
        lines: dict[Path, int] = {(): node.start_mark.line + 1}
        problems = list(_walk(loader, node, (), lines, name))
        if problems:
            raise CatalogueFault(problems)
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise CatalogueFault([f"{name}:{line}: not valid YAML: {error.problem}"]) from None
    except yaml.YAMLError as error:
        raise CatalogueFault([f"{name}:1: not valid YAML: {error}"]) from None
    finally:
        loader.dispose()


def _walk(loader: _Loader, node: yaml.Node, path: Path, lines: dict[Path, int], name: str) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        loader.flatten_mapping(node)
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in seen:
                where = dotted((*path, key))
                yield f"{name}:{line}: {where}: the key is repeated; it stands already in line {seen[key]}"
            seen[key] = line
            lines[(*path, key)] = line
            yield from _walk(loader, value_node, (*path, key), lines, name)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.start_mark.line + 1
            yield from _walk(loader, item, (*path, index), lines, name)


def dotted(path: Path) -> str:
    """`datasets[3].frequency`: how a message names a key."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "(top level)"
