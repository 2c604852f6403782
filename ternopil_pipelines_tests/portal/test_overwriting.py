"""New rows into a table that readers keep seeing."""

from __future__ import annotations

import pytest

from ternopil_pipelines.portal import datastore
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.datastore import Rows
from ternopil_pipelines.portal.overwriting import overwritable
from ternopil_pipelines.portal.publication import Publication
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import COLUMNS, Shelf, catalogue, cells
from ternopil_pipelines_tests.portal.reader import Reader


def table_of(published: Publication) -> str:
    return next(each.id for each in published.resources if each.datastore)


def rows_of(count: int, version: str = "v9", columns: int = len(COLUMNS)) -> Rows:
    return Rows.of(cells(count, version, COLUMNS[:columns]), COLUMNS[:columns], sha256="a" * 64)


def test_each_next_edition_is_read_counted_and_found_by_its_own_words_without_a_moment_of_absence(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    sizes = {"v0": 40, "v1": 40, "v2": 65, "v3": 65, "v4": 66}
    table = table_of(press(shelf.keep(catalogue(name), "v0", rows=40)))
    with Reader(client.url, name, sizes) as reader:
        for before, version in zip(sizes, list(sizes)[1:], strict=False):
            press(shelf.keep(catalogue(name), version, rows=sizes[version]))
            answer = client.read("datastore_search", anonymous=True, resource_id=table, limit=100)
            assert answer["total"] == sizes[version]
            assert [record["_id"] for record in answer["records"]] == list(range(1, sizes[version] + 1))
            # CKAN's upsert leaves the old words in the full text of a row it changes.
            found = {
                word: client.read("datastore_search", anonymous=True, resource_id=table, q=word, limit=0)["total"]
                for word in (before, version)
            }
            assert found == {before: 0, version: sizes[version]}
    assert (reader.looks.mixed, reader.looks.absent) == ([], 0)
    assert reader.looks.whole > 4


def test_what_one_call_cannot_do_is_left_to_making_the_table_anew(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    table = table_of(press(shelf.keep(catalogue(name), "v1", rows=12)))
    assert [overwritable(client, table, rows_of(count)) for count in (12, 30, 11, 140_000)] == [12, 12, None, None]
    assert overwritable(client, table, rows_of(12, columns=5)) is None
    assert overwritable(client, "no-such-table", rows_of(12)) is None


def test_a_table_that_lost_a_row_in_the_middle_is_made_anew(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    table = table_of(press(shelf.keep(catalogue(name), "v1", rows=12)))
    client.call(
        "datastore_records_delete", resource_id=table, force=True, filters={"_id": 5}, calculate_record_count=False
    )
    assert overwritable(client, table, rows_of(12)) is None
    press(shelf.keep(catalogue(name), "v2", rows=12))
    answer = client.read("datastore_search", anonymous=True, resource_id=table)
    assert [record["_id"] for record in answer["records"]] == list(range(1, 13))


@pytest.mark.parametrize(("before", "after", "stays"), [(2**40, 7, True), (7, 2**40, False)])
def test_a_wider_type_that_stands_is_kept_and_a_narrower_one_makes_the_table_anew(
    client: PortalClient, shelf: Shelf, press: Press, name: str, before: int, after: int, stays: bool
) -> None:
    def edition(number: int, version: str) -> Publication:
        frame = cells(3, version).assign(id=[str(number + place) for place in range(3)])
        return press(shelf.keep(catalogue(name), version, frame=frame))

    table = table_of(edition(before, "v1"))
    with Reader(client.url, name, {"v1": 3, "v2": 3}) as reader:
        edition(after, "v2")
    answer = client.read("datastore_search", anonymous=True, resource_id=table)
    assert [record["id"] for record in answer["records"]] == [after, after + 1, after + 2]
    assert answer["fields"][1]["type"] == "int8"
    assert reader.looks.mixed == []
    assert not (stays and reader.looks.absent)


def test_where_the_portal_refuses_to_overwrite_the_table_is_made_anew(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    table = table_of(press(shelf.keep(catalogue(name), "v1", rows=12)))
    state = datastore.look(client, table)
    assert state is not None
    fields = [{"id": name, "type": kind} for name, kind in state.fields]
    # A key of somebody's: rows that change places collide while they are written one by one.
    client.call("datastore_create", resource_id=table, force=True, fields=fields, primary_key=["id"])
    turned = cells(12, "v2").iloc[::-1].reset_index(drop=True)
    told: list[str] = []
    press(shelf.keep(catalogue(name), "v2", frame=turned), say=told.append)
    assert any("making the table anew" in text for text in told)
    answer = client.read("datastore_search", anonymous=True, resource_id=table)
    assert [record["id"] for record in answer["records"]] == list(range(11, -1, -1))
    assert {record["version"] for record in answer["records"]} == {"v2"}
