"""The code location: what workspace.yaml points at. Loading it reads sources.yaml and opens nothing."""

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    from ternopil_pipelines.installation import Installation
    from ternopil_pipelines.orchestration.build import build_definitions

    return build_definitions(Installation.here())
