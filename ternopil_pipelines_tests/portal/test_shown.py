"""What the DataStore shows of a row is what we say it would show: on the real one, cell by cell."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal import datastore, shown
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.datastore import Rows
from ternopil_pipelines.portal.shown import shown_by, shown_of
from ternopil_pipelines.portal.standing import difference, differing

CELLS: dict[str, tuple[str | None, ...]] = {
    "string": (
        "007",
        None,
        "",
        " края ",
        "два\nрядки",
        "a\r\nb",
        "\\.",
        "\\N",
        '"',
        'a"",b',
        ";",
        "\t",
        "-",
        "null",
        "📍",
    ),
    "integer": ("1", "0", "-0", "+5", "007", "-12", None),
    "decimal": ("1.10", "0", "-0", "-0.0", "-0.50", "007.5", "+3.1", "1E-12", "2.5E+3", "1e30", "1.", ".5", None),
    "boolean": ("true", "false", None),
    "date": ("2024-05-01", "0987-01-02", None),
    "dateTime": ("2024-05-01T09:00", "2024-05-01T09:00:30", "2024-05-01T09:00:30.250", "2024-05-01 09:00", None),
    "time": ("09:00", "23:59:59", "23:59:59.500", "00:00", None),
    "anyURL": ("https://example.ua/a?b=c,d", None),
}


@pytest.fixture
def table(client: PortalClient, organization: str) -> Iterator[str]:
    package = client.call("package_create", name=f"shown-{uuid.uuid4().hex[:10]}", owner_org=organization)
    yield client.call("resource_create", package_id=package["id"], name="r", url="https://example.ua/r.csv")["id"]
    client.call("package_delete", id=package["id"])


def rows_of(cells: dict[str, list[str | None]]) -> Rows:
    columns = tuple(Column(name=kind, type=kind) for kind in cells)  # type: ignore[arg-type]
    return Rows.of(pd.DataFrame(cells, dtype="str"), columns, sha256="a" * 64)


def every_cell() -> Rows:
    count = max(map(len, CELLS.values()))
    return rows_of({kind: [values[place % len(values)] for place in range(count)] for kind, values in CELLS.items()})


def test_every_kind_of_cell_is_shown_as_foretold(client: PortalClient, table: str) -> None:
    for kind, values in CELLS.items():
        rows = rows_of({kind: list(values)})
        datastore.create(client, table, rows)
        found = shown_by(client, table, rows)
        told = shown_of(rows)
        assert [value for value, one, other in zip(values, found.rows, told.rows, strict=True) if one != other] == []
        datastore.drop(client, table)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.one_of(
            st.none(),
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
            st.text('",\n\r\\N. ', max_size=6),
        ),
        min_size=1,
        max_size=40,
    ),
    numbers=st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=4), min_size=1, max_size=40),
)
def test_any_text_and_any_number_are_found_again(
    client: PortalClient, table: str, texts: list[str | None], numbers: list[object]
) -> None:
    count = min(len(texts), len(numbers))
    rows = rows_of({"string": texts[:count], "decimal": [str(number) for number in numbers[:count]]})
    datastore.create(client, table, rows)
    try:
        assert shown_by(client, table, rows).rows == shown_of(rows).rows
    finally:
        datastore.drop(client, table)


def test_a_table_longer_than_a_page_is_read_whole(
    client: PortalClient, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "_PAGE", 4)
    rows = every_cell()
    datastore.create(client, table, rows)
    found = shown_by(client, table, rows)
    assert found.ids == list(range(1, rows.count + 1))
    assert found.rows == shown_of(rows).rows


def test_one_changed_one_missing_and_one_surplus_row_are_counted(client: PortalClient, table: str) -> None:
    rows = every_cell()
    datastore.create(client, table, rows)
    assert differing(client, table, rows) == 0
    client.call(
        "datastore_upsert", resource_id=table, force=True, method="update", records=[{"_id": 3, "decimal": "9.99"}]
    )
    assert differing(client, table, rows) == 1
    client.call("datastore_records_delete", resource_id=table, force=True, filters={"_id": rows.count})
    assert differing(client, table, rows) == 2
    client.call(
        "datastore_upsert", resource_id=table, force=True, method="insert", records=[{"integer": 1}, {"integer": 2}]
    )
    assert differing(client, table, rows) == 3


def test_rows_that_cannot_be_read_are_a_refusal_that_quotes_none_of_them() -> None:
    class Broken(PortalClient):
        def read(self, action: str, *, anonymous: bool = False, **parameters: Any) -> Any:
            fields = [{"id": "_id"}, {"id": "string"}]
            return {"fields": fields, "records": "1,таємниця,ще\n"}

    with pytest.raises(PortalRefused, match="no CSV of the 2 columns") as refused:
        shown_by(Broken("http://127.0.0.1:1", None), "r", rows_of({"string": ["a"]}))
    assert "таємниця" not in str(refused.value)


def test_a_table_with_other_columns_differs_in_every_row(client: PortalClient, table: str) -> None:
    datastore.create(client, table, rows_of({"string": ["a", "b"], "date": [None, None]}))
    assert differing(client, table, rows_of({"string": ["a", "b"]})) == 2
    assert difference(client, table, rows_of({"string": ["a", "b"]})) is None
