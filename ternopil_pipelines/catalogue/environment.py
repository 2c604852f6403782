"""`${VAR}` and `${VAR:-default}` of sources.yaml, resolved when used and not when read.

A value is looked for in the environment, then among the services running on this machine (`running.json` in
TERNOPIL_HOME, written by `ternopil portal up` and `ternopil demo`, mode 0600), then the default. The machine's own
token is only given together with the machine's own portal: a foreign CKAN_URL never meets it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ternopil_pipelines.faults import VariableMissing

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
# A token belongs to its address: where the first is set from outside, the second must be too.
_BELONGS_TO = {"CKAN_API_TOKEN": "CKAN_URL", "CKAN_DATASTORE_URL": "CKAN_URL", "CITY_API_TOKEN": "CITY_API_URL"}
RUNNING = "running.json"


@dataclass(frozen=True, slots=True)
class Environment:
    """A snapshot of variables: `Environment.of(os.environ)` at the rim, a plain mapping in tests."""

    variables: Mapping[str, str] = field(repr=False)
    running: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> Environment:
        copied = dict(variables)
        return cls(copied, read_running(Path(copied.get("TERNOPIL_HOME") or ".ternopil")))

    @property
    def home(self) -> Path:
        """TERNOPIL_HOME: state of this installation, `.ternopil` here by default."""
        return Path(self.variables.get("TERNOPIL_HOME") or ".ternopil")

    def resolve(self, text: str, *, key: str) -> str:
        """`text` with every reference filled. Raises VariableMissing, naming variable and key."""

        def value(match: re.Match[str]) -> str:
            name, default = match.group(1), match.group(2)
            found = self.get(name)
            if found is not None:
                return found
            if default is not None:
                return default
            raise VariableMissing(f"environment variable {name} is not set; `{key}` in sources.yaml needs it")

        return _REFERENCE.sub(value, text)

    def get(self, name: str) -> str | None:
        if self.variables.get(name):
            return self.variables[name]
        owner = _BELONGS_TO.get(name)
        if owner and self.variables.get(owner) and self.variables[owner] != self.running.get(owner):
            return None
        return self.running.get(name) or None


def read_running(home: Path) -> dict[str, str]:
    """Addresses and tokens of the services that run on this machine; empty where none do."""
    try:
        content = json.loads((home / RUNNING).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return {}  # half-written or unreadable: as if nothing ran, the missing variable will be named
    return {str(name): str(value) for name, value in content.items()}


def write_running(home: Path, values: Mapping[str, str | None]) -> None:
    """Merge `values` into running.json; None removes a name. Written whole, readable by its owner only."""
    merged: dict[str, str | None] = {**read_running(home), **values}
    home.mkdir(parents=True, exist_ok=True)
    partial = home / f".{RUNNING}.partial"
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    kept = {name: value for name, value in merged.items() if value is not None}
    partial.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    partial.replace(home / RUNNING)
