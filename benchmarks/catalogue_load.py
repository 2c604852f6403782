"""How fast the catalogue loads alone, and what Definitions cost beyond importing their libraries.

    python benchmarks/catalogue_load.py [sources.yaml]

Each figure is the median of five fresh processes, taken in turn, so that a busy minute falls on all of them alike.
Bars: the catalogue alone, without pandas and dagster, under 0.5 s; Definitions under twice the time of importing their
libraries, also with a table for each of the 73 required datasets. `cpu` says the same in seconds of processor, which is
steadier where others work. Prints one JSON document; fails where one is missed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROUNDS = 5
CATALOGUE_BAR_S, DEFINITIONS_BAR = 0.5, 2.0
_CATALOGUE = """
import sys
from pathlib import Path
from ternopil_pipelines.catalogue.law import required_ids
from ternopil_pipelines.catalogue.loading import load_catalogue
made = load_catalogue(Path({sources!r}))
declared = required_ids() & {{each.required for each in made.datasets}}
note = {{"datasets": len(made.datasets), "required_declared": len(declared)}}
assert not {{"pandas", "dagster"}} & set(sys.modules), "the catalogue must load without pandas and dagster"
"""
_LIBRARIES = """
import ckanapi, dagster, fsspec.core, holidays, jinja2, openpyxl, pandas, pandera.pandas, psycopg2, pyarrow.compute
import pyarrow.csv, pyarrow.parquet, pydantic, requests_toolbelt, sqlalchemy, stdnum.iban, upath, yaml
note = {}
"""
_DEFINITIONS = """
from pathlib import Path
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.build import build_definitions
made = build_definitions(Installation.here(Path({sources!r})))
note = {{"assets": len(made.resolve_all_asset_keys())}}
"""
# As if every required dataset had its files: the law's tables, or one column where the annex has no table.
_DEFINITIONS_OF_ALL = """
import os
from pathlib import Path
from ternopil_pipelines.catalogue.environment import Environment
from ternopil_pipelines.catalogue.law import requirements
from ternopil_pipelines.catalogue.loading import load_catalogue
from ternopil_pipelines.catalogue.model import Table
from ternopil_pipelines.installation import Installation
from ternopil_pipelines.orchestration.build import build_definitions
made = load_catalogue(Path({sources!r}))
tables = {{each.id: each.tables for each in requirements()}}

def filled(dataset):
    if dataset.active or dataset.required is None:
        return dataset
    named = [{{"id": name.split("/")[1].lower(), "structure": name}} for name in tables[dataset.required]]
    named = named or [{{"id": "t", "columns": [{{"name": "a", "type": "string"}}]}}]
    made = tuple(Table.model_validate({{**each, "source": {{"kind": "folder"}}}}, strict=False) for each in named)
    return dataset.model_copy(update={{"tables": made, "state": "active"}})

made = made.model_copy(update={{"datasets": tuple(filled(each) for each in made.datasets)}})
definitions = build_definitions(Installation(made, Environment.of(os.environ)))
note = {{"datasets": len(made.active), "assets": len(definitions.resolve_all_asset_keys())}}
"""
_TIMED = """
import json, time
begun = time.perf_counter()
{body}
print(json.dumps({{"seconds": time.perf_counter() - begun, "cpu": time.process_time(), **note}}))
"""


def timed(body: str) -> dict[str, float]:
    order = [sys.executable, "-c", _TIMED.format(body=body)]
    found: dict[str, float] = json.loads(subprocess.run(order, check=True, capture_output=True).stdout)
    return found


def median(found: list[dict[str, float]]) -> dict[str, float]:
    return sorted(found, key=lambda each: float(each["seconds"]))[len(found) // 2]


def main() -> int:
    sources = str(Path(sys.argv[1] if len(sys.argv) > 1 else "sources.yaml").resolve())
    bodies = {
        "catalogue": _CATALOGUE.format(sources=sources),
        "libraries": _LIBRARIES,
        "definitions": _DEFINITIONS.format(sources=sources),
        "definitions_of_all": _DEFINITIONS_OF_ALL.format(sources=sources),
    }
    rounds = [{name: timed(body) for name, body in bodies.items()} for _ in range(ROUNDS)]
    result = {name: median([each[name] for each in rounds]) for name in bodies}
    ratios = {
        clock: {name: round(result[name][clock] / result["libraries"][clock], 2) for name in bodies if "def" in name}
        for clock in ("seconds", "cpu")
    }
    print(json.dumps({**result, "ratio": ratios}, indent=1))
    met = result["catalogue"]["seconds"] < CATALOGUE_BAR_S and all(
        ratio < DEFINITIONS_BAR for ratio in ratios["seconds"].values()
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
