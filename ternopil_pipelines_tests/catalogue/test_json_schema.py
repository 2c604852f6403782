from __future__ import annotations

from pathlib import Path

import jsonschema
import yaml

from ternopil_pipelines.catalogue.json_schema import sources_schema, sources_schema_text

ROOT = Path(__file__).parents[2]


def test_the_schema_in_docs_is_the_models_own() -> None:
    assert (ROOT / "docs" / "sources.schema.json").read_text(encoding="utf-8") == sources_schema_text(), (
        "refresh it: python -m ternopil_pipelines.catalogue.json_schema > docs/sources.schema.json"
    )


def test_the_citys_sources_satisfy_the_schema_and_a_wrong_key_does_not() -> None:
    sources = yaml.safe_load((ROOT / "sources.yaml").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(sources_schema())
    assert list(validator.iter_errors(sources)) == []
    assert list(validator.iter_errors({**sources, "datasetz": []}))
