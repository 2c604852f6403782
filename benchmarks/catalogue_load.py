"""How fast the catalogue loads alone, and what Definitions cost beyond importing their libraries.

    python benchmarks/catalogue_load.py [sources.yaml]

Each figure is the best of several fresh processes, so that neither a warm module nor a busy neighbour is measured. Bars:
the catalogue alone, without pandas and dagster, under 0.5 s; Definitions under twice the time of importing dagster,
pandas and pandera. Prints one JSON document; fails where a bar is missed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROUNDS = 5
CATALOGUE_BAR_S, DEFINITIONS_BAR = 0.5, 2.0
_CATALOGUE = """
from pathlib import Path
from ternopil_pipelines.catalogue.loading import load_catalogue
from ternopil_pipelines.catalogue.law import requirements
made = load_catalogue(Path({sources!r}))
declared = {{each.required for each in made.datasets}}
note = {{"datasets": len(made.datasets), "required_declared": len(declared & {{each.id for each in requirements()}} - {{None}})}}
assert not {{"pandas", "dagster"}} & set(__import__("sys").modules), "the catalogue must load without pandas and dagster"
"""
_LIBRARIES = """
import ckanapi, dagster, jinja2, openpyxl, pandas, pandera.pandas, pyarrow, pyarrow.compute, pydantic, sqlalchemy, yaml
note = {}
"""
_DEFINITIONS = """
from pathlib import Path
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.build import build_definitions
made = build_definitions(Installation.here(Path({sources!r})))
note = {{"assets": len(made.resolve_all_asset_keys())}}
"""
_TIMED = """
import json, time
begun = time.perf_counter()
{body}
print(json.dumps({{"seconds": time.perf_counter() - begun, **note}}))
"""


def best(body: str) -> dict[str, float]:
    found = [
        json.loads(subprocess.run([sys.executable, "-c", _TIMED.format(body=body)], check=True, capture_output=True).stdout)
        for _ in range(ROUNDS)
    ]
    return min(found, key=lambda each: float(each["seconds"]))


def main() -> int:
    sources = str(Path(sys.argv[1] if len(sys.argv) > 1 else "sources.yaml").resolve())
    catalogue = best(_CATALOGUE.format(sources=sources))
    libraries = best(_LIBRARIES)
    definitions = best(_DEFINITIONS.format(sources=sources))
    ratio = definitions["seconds"] / libraries["seconds"]
    result = {"catalogue": catalogue, "libraries": libraries, "definitions": definitions, "ratio": round(ratio, 2)}
    print(json.dumps(result, indent=1))
    return 0 if catalogue["seconds"] < CATALOGUE_BAR_S and ratio < DEFINITIONS_BAR else 1


if __name__ == "__main__":
    sys.exit(main())
