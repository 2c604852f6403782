"""sources.yaml into a Catalogue, whole or not at all.

Every problem is told at once, each as `file:line: key: what was expected`; one bad entry fails the load, so that a
dataset never silently vanishes. What one entry can say about itself is `model`'s, what takes two is `agreement`'s.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ternopil_pipelines.catalogue.agreement import disagreements
from ternopil_pipelines.catalogue.model import Catalogue
from ternopil_pipelines.catalogue.yaml_positions import Path as Keys
from ternopil_pipelines.catalogue.yaml_positions import dotted, load
from ternopil_pipelines.faults import CatalogueFault


def load_catalogue(path: Path) -> Catalogue:
    """The catalogue of `path`. Raises CatalogueFault with every problem found."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CatalogueFault([f"{path}: no such file; name it with --sources or TERNOPIL_SOURCES"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueFault([f"{path}: cannot be read as UTF-8 text: {error}"]) from None
    return parse_catalogue(text, name=path.name)


def parse_catalogue(text: str, *, name: str = "sources.yaml") -> Catalogue:
    values, lines = load(text, name=name)
    if not isinstance(values, dict):
        raise CatalogueFault([f"{name}:1: expected a mapping with `version`, `city`, `holders`, `datasets`"])
    try:
        # Through JSON, so that strict models take lists for tuples and words for enumerations, and nothing else.
        catalogue = Catalogue.model_validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        found = {_problem(each, values, lines, name): None for each in error.errors(include_url=False)}
        raise CatalogueFault(list(found)) from None
    problems = [
        f"{name}:{_line(keys, lines)}: {dotted(keys)}: {expected}" for keys, expected in disagreements(catalogue)
    ]
    if problems:
        raise CatalogueFault(problems)
    return catalogue


def _problem(error: ErrorDetails, values: Any, lines: dict[Keys, int], name: str) -> str:
    keys, node = _place(error["loc"], values)
    missing = error["type"] == "missing"
    if error["type"] == "union_tag_invalid" and isinstance(node, dict):
        keys, node = (*keys, "kind"), node["kind"]
    if missing:
        keys = (*keys, error["loc"][-1])
    line = _line(keys[:-1] if missing else keys, lines)
    about = f" (dataset {values['datasets'][keys[1]].get('id')})" if _in_dataset(keys, values) else ""
    return f"{name}:{line}: {dotted(keys)}: {_expected(error, node)}{about}"


def _place(location: tuple[int | str, ...], values: Any) -> tuple[Keys, Any]:
    """The path through the file: pydantic's own also names the branch of a union, which the file does not have."""
    keys: Keys = ()
    node = values
    for part in location:
        inside = isinstance(part, int) and isinstance(node, list) and part < len(node)
        if inside or (isinstance(node, dict) and part in node):
            node = node[part]
            keys = (*keys, part)
    return keys, node


def _in_dataset(keys: Keys, values: Any) -> bool:
    return len(keys) > 2 and keys[0] == "datasets" and isinstance(values["datasets"][keys[1]], dict)


def _expected(error: ErrorDetails, node: Any) -> str:
    kind, context, shown = error["type"], error.get("ctx", {}), json.dumps(node, ensure_ascii=False, default=str)[:80]
    if kind == "missing":
        return "the key is required and missing"
    if kind == "extra_forbidden":
        return "unknown key" + _did_you_mean(str(error["loc"][-1]))
    if kind in {"enum", "literal_error"}:
        return f"expected {context['expected']}, got {shown}"
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return f"`kind` is expected to be one of {context.get('expected_tags', 'folder, database, api')}, got {shown}"
    if kind == "string_type":
        return f"expected text, got {shown}; put it in quotes if it is a code"
    if kind == "string_pattern_mismatch":
        return f"expected text of the form {context['pattern']}, got {shown}"
    return f"{error['msg'].removeprefix('Value error, ')}, got {shown}"


def _did_you_mean(key: str) -> str:
    from ternopil_pipelines.catalogue.json_schema import known_keys

    near = get_close_matches(key, known_keys(), n=1)
    return f"; did you mean `{near[0]}`?" if near else "; unknown keys are errors so that a slip is not overlooked"


def _line(keys: Keys, lines: dict[Keys, int]) -> int:
    while keys not in lines:
        keys = keys[:-1]
    return lines[keys]
