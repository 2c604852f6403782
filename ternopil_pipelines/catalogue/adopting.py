"""sources.yaml changed by the command: one line, everything else as a person wrote it, comments included.

The changed text is validated whole before it is given back.
"""

from __future__ import annotations

from ternopil_pipelines.catalogue.loading import parse_catalogue
from ternopil_pipelines.catalogue.yaml_positions import load


def with_package(text: str, dataset: str, package: str) -> str:
    """`text` with `package: …` under the dataset. Raises CatalogueFault where the outcome would be wrong."""
    values, lines = load(text, name="sources.yaml")
    index = next(number for number, each in enumerate(values["datasets"]) if each["id"] == dataset)
    rows = text.splitlines(keepends=True)
    existing = lines.get(("datasets", index, "package"))
    at = lines[("datasets", index, "id")] - 1
    row = rows[at] if existing is None else rows[existing - 1]
    key = "package:" if existing is not None else "id:"
    if row.lstrip(" -").startswith("{"):  # the entry stands on one line
        rows[at] = row.replace(f"id: {dataset}", f"id: {dataset}, package: {package}", 1)
    else:
        line = f"{' ' * row.index(key)}package: {package}\n"
        if existing is not None:
            rows[existing - 1] = line
        else:
            rows.insert(at + 1, line)
    changed = "".join(rows)
    parse_catalogue(changed)
    return changed
