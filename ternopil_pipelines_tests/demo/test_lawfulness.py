"""Every register of the demo against its official structure: columns, keys, allowed values, codes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from stdnum.ua import edrpou, rntrc

import ternopil_pipelines
from ternopil_pipelines.demo import digital, economy, estate, housing, parking, safety, transport
from ternopil_pipelines.demo.city import ORGANISATIONS, Row, organisation

STRUCTURES = Path(ternopil_pipelines.__file__).parent / "catalogue" / "structures"
SEED = 835

OFFICIAL: dict[str, tuple[Callable[[int], list[Row]], int]] = {
    "27/stops": (transport.stops, 1100),
    "26/vehicles": (transport.vehicles, 140),
    "36/parkingLots": (parking.lots, 64),
    "36/operators": (parking.operators, 3),
    "73/stations": (parking.stations, 85),
    "34/petitions": (digital.petitions, 300),
    "6/listOfReports": (digital.reports, 40),
    "54/publicToilets": (housing.toilets, 24),
    "72/shelters": (safety.shelters, 380),
    "61/tariffs": (economy.tariffs, 56),
}
RAW: dict[str, tuple[Callable[[int], list[Row]], int, str]] = {
    "property_objects": (estate.buildings, 5000, "id"),
    "land_leases": (estate.leases, 900, "cadastral_number"),
    "appeals": (digital.appeals, 20_000, "number"),
    "works": (housing.works, 420, "number"),
    "outages": (housing.outages, 60, "number"),
    "positions": (transport.positions, 96, "vehicle"),
    "trees": (housing.trees, 640, "number"),
}


def structure(name: str) -> dict[str, object]:
    return json.loads((STRUCTURES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", OFFICIAL)
def test_a_register_has_exactly_the_columns_of_its_structure_in_order(name: str) -> None:
    make, count = OFFICIAL[name]
    rows = make(SEED)
    assert len(rows) == count
    declared = [field["name"] for field in structure(name)["fields"]]
    assert {tuple(row) for row in rows} == {tuple(declared)}


@pytest.mark.parametrize("name", OFFICIAL)
def test_required_cells_are_filled_and_values_are_allowed(name: str) -> None:
    rows = OFFICIAL[name][0](SEED)
    for field in structure(name)["fields"]:
        constraints = field.get("constraints", {})
        values = [row[field["name"]] for row in rows]
        if constraints.get("required") and not field.get("nullWord"):
            assert all(value not in (None, "") for value in values), field["name"]
        if allowed := constraints.get("enum"):
            assert {str(value) for value in values if value is not None} <= set(allowed), field["name"]
        if constraints.get("unique"):
            assert len(set(values)) == len(values), field["name"]


@pytest.mark.parametrize("name", OFFICIAL)
def test_an_official_key_names_one_row(name: str) -> None:
    rows = OFFICIAL[name][0](SEED)
    if key := structure(name)["primaryKey"]:
        assert len({tuple(row[part] for part in key) for row in rows}) == len(rows)


@pytest.mark.parametrize("name", RAW)
def test_a_departments_own_register_has_its_size_and_key(name: str) -> None:
    make, count, key = RAW[name]
    rows = make(SEED)
    assert len(rows) == count == len({row[key] for row in rows})
    assert len({tuple(row) for row in rows}) == 1


@pytest.mark.parametrize("name", OFFICIAL)
def test_values_keep_the_shared_rules_of_their_columns(name: str) -> None:
    patterns = {
        "katottg": r"UA\d{17}",
        "post-code": r"\d{5}",
        "phone": r"\+380\d{9}(, ?\+380\d{9})*",
        "email": r"[^@\s]+@[^@\s]+\.[a-z]+",
        "currency": "UAH",
        "timezone": "Europe/Kyiv",
        "opening-hours": r"[А-ЯІа-я]{2}-[А-ЯІа-я]{2} \d\d:\d\d-\d\d:\d\d",
    }
    rows = OFFICIAL[name][0](SEED)
    for field in structure(name)["fields"]:
        values = [str(row[field["name"]]) for row in rows if row[field["name"]] is not None]
        rule = field.get("rule")
        if rule in patterns:
            assert all(re.fullmatch(patterns[rule], value) for value in values), field["name"]
        elif rule in ("edrpou", "organization-id"):
            assert all(edrpou.is_valid(value) and len(value) == 8 for value in values), field["name"]
        elif rule == "latitude":
            assert all(49.50 < float(value) < 49.62 for value in values), field["name"]
        elif rule == "longitude":
            assert all(25.50 < float(value) < 25.72 for value in values), field["name"]


def test_some_codes_begin_with_a_zero_and_all_have_their_control_digit() -> None:
    codes = [organisation(key).code for key in ORGANISATIONS]
    assert any(code.startswith("0") for code in codes)
    assert all(edrpou.is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("name", [*OFFICIAL, *RAW])
def test_no_cell_is_a_taxpayers_number(name: str) -> None:
    rows = (OFFICIAL | RAW)[name][0](SEED)
    cells = {str(value) for row in rows for value in row.values()}
    assert [cell for cell in cells if re.fullmatch(r"\d{10}", cell) and rntrc.is_valid(cell)] == []


def test_another_seed_makes_another_city() -> None:
    assert transport.stops(1) != transport.stops(2)
    assert transport.stops(1) == transport.stops(1)


def test_leases_are_with_legal_persons_only() -> None:
    tenants = {row["tenant"] for row in estate.leases(SEED)}
    assert tenants <= {name for name, _ in ORGANISATIONS.values()}
