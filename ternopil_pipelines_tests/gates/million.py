"""A program: a published edition of a million rows of fifteen columns, a new one with 1 % changed, judged.

Prints how many rows the diff says changed, and the peak memory of the judging process in KiB. The edition before is
made by another process, so that making it does not count.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.catalogue.structures import columns_of
from ternopil_pipelines.clean.cleaned import Cleaned
from ternopil_pipelines_tests.evidence import making
from ternopil_pipelines_tests.gates.town import Town

ROWS = 1_000_000
MODULE = "ternopil_pipelines_tests.gates.million"
NAMES = ["id", *(f"c{number}" for number in range(14))]


def table(town: Town, *, changed: bool) -> Cleaned:
    dice = np.random.default_rng(1)
    text = {"id": _series(pc.cast(pa.array(np.arange(ROWS)), pa.large_string()))}
    for number, name in enumerate(NAMES[1:]):
        values = pc.cast(pa.array(dice.integers(0, (50, 10**6, 10**7, 1000)[number % 4], ROWS)), pa.large_string())
        begun = pa.scalar(("вул. Руська, ", "Назва ", "", "№ ")[number % 4], pa.large_string())
        array = pc.binary_join_element_wise(begun, values, pa.scalar("", pa.large_string()))
        if changed and name == "c1":
            mask = np.zeros(ROWS, bool)
            mask[np.random.default_rng(2).choice(ROWS, ROWS // 100, replace=False)] = True
            array = pc.if_else(pa.array(mask), pa.scalar("Інша назва", pa.large_string()), array)
        text[name] = _series(array)
    return Cleaned("works", columns_of(town.dataset.tables[0]), pd.DataFrame(text), ())


def _series(array: pa.Array) -> pd.Series:
    return pd.Series(pd.array(array, dtype=pd.StringDtype("pyarrow", na_value=np.nan)))


def main(folder: Path, step: str) -> None:
    town = Town(folder, columns=[{"name": name, "type": "string", "key": name == "id"} for name in NAMES])
    made = table(town, changed=step == "judge")
    if step == "publish":
        from ternopil_pipelines.evidence.journal import PUBLISHED, account

        receipt = making.receipt(made)
        edition = town.archive.keep(town.catalogue, town.dataset, [(made, receipt)], code_version="1")
        town.ledger.append(PUBLISHED, who="test", dataset=edition.dataset, edition=edition.address, **account(edition))
        return
    receipt = making.receipt(made, digest="b" * 64)
    edition = town.archive.keep(town.catalogue, town.dataset, [(made, receipt)], code_version="1")
    said = town.judge_edition(edition, [(made, receipt)])
    assert said.diff is not None, said.why
    print(said.diff.tables[0].changed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if len(sys.argv) == 2:
        for name in ("publish", "judge"):
            if os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-m", MODULE, str(place), name]):
                sys.exit(1)
    else:
        main(place, sys.argv[2])
