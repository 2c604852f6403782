"""The JSON Schema of sources.yaml, for editors: completion and red underlines before the command ever runs.

`docs/sources.schema.json` is this function's output; a test keeps it in step.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ternopil_pipelines.catalogue.columns import STRUCTURE_ONLY
from ternopil_pipelines.catalogue.model import Catalogue


def sources_schema() -> dict[str, Any]:
    schema = Catalogue.model_json_schema(mode="validation")
    for name in STRUCTURE_ONLY:
        schema["$defs"]["Column"]["properties"].pop(name)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "sources.yaml"}


def sources_schema_text() -> str:
    return json.dumps(sources_schema(), ensure_ascii=False, indent=1) + "\n"


@cache
def known_keys() -> tuple[str, ...]:
    schema = sources_schema()
    models = [schema, *schema["$defs"].values()]
    return tuple(sorted({key for model in models for key in model.get("properties", {})}))


if __name__ == "__main__":
    print(sources_schema_text(), end="")
