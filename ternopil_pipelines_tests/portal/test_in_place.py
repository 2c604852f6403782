"""Publishing onto the resources that stand there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.faults import GateRefused, PortalRefused
from ternopil_pipelines.portal import in_place
from ternopil_pipelines.portal.answers import PortalMissing
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.passport import EDITION, extra_of
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.making import COLUMNS, Shelf, catalogue, cells


def test_a_new_dataset_appears_with_files_table_passport_and_search(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1", rows=40)
    result = press(pair)

    package = client.read("package_show", anonymous=True, id=name)
    assert not package["private"]
    assert (package["title"], package["license_id"], package["maintainer_email"]) == (
        "Роботи", "cc-by", "kontakt@example.ua",
    )  # fmt: skip
    assert extra_of(package, "update_frequency") == "once a day"
    assert extra_of(package, EDITION) == pair[1].address
    assert {tag["name"] for tag in package["tags"]} == {"роботи", "місто"}
    for resource in result.resources:
        assert client.sha256_of(resource.url)[0] == resource.sha256
    table = next(each for each in result.resources if each.datastore)
    assert table.format == "CSV"
    assert client.read("datastore_search", anonymous=True, resource_id=table.id, limit=0)["total"] == 40
    assert result.receipt is not None and result.receipt.in_search


def test_cells_reach_the_datastore_with_their_types_and_real_nulls(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    result = press(shelf.keep(catalogue(name), "v1", rows=40))
    table = next(each.id for each in result.resources if each.datastore)
    answer = client.read("datastore_search", anonymous=True, resource_id=table, limit=40)
    kinds = {field["id"]: field["type"] for field in answer["fields"]}
    assert kinds == {
        "_id": "int", "id": "int4", "version": "text", "cost": "numeric", "day": "date", "moment": "timestamp",
        "clock": "time", "open": "bool", "page": "text", "note": "text",
    }  # fmt: skip
    first, second = answer["records"][:2]
    assert first["note"] is None and second["note"] == "v1"
    assert (second["id"], second["cost"], second["open"]) == (1, 1.1, True)
    assert [record["id"] for record in answer["records"]] == list(range(40))
    fields = client.read("datastore_info", anonymous=True, id=table, resource_id=table)["fields"]
    told = {field["id"]: field.get("info", {}) for field in fields}
    assert told["version"] == {"label": "Версія", "notes": "Якій редакції належить рядок"}


def test_publishing_the_same_edition_again_writes_nothing(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    pair = shelf.keep(catalogue(name), "v1")
    assert not press(pair).unchanged
    before = client.read("package_show", id=name)
    again = press(pair)
    assert again.unchanged and again.receipt is None
    assert client.read("package_show", id=name) == before


@pytest.mark.parametrize(
    ("rows", "columns"), [(40, COLUMNS), (70, COLUMNS), (10, COLUMNS), (0, COLUMNS), (9, COLUMNS[:3])]
)
def test_a_next_edition_replaces_files_and_rows_under_the_same_ids(
    client: PortalClient, shelf: Shelf, press: Press, name: str, rows: int, columns: tuple[Column, ...]
) -> None:
    first = press(shelf.keep(catalogue(name), "v1", rows=40))
    second = press(shelf.keep(catalogue(name, columns=columns), "v2", rows=rows, columns=columns))
    assert not second.unchanged
    assert [each.id for each in second.resources] == [each.id for each in first.resources]
    table = next(each.id for each in second.resources if each.datastore)
    answer = client.read("datastore_search", anonymous=True, resource_id=table, limit=100)
    assert answer["total"] == rows == len(answer["records"])
    assert {record["version"] for record in answer["records"]} <= {"v2"}
    assert [field["id"] for field in answer["fields"]] == ["_id", *(column.name for column in columns)]


def test_a_change_of_the_passport_alone_leaves_files_and_table_untouched(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    first = press(shelf.keep(catalogue(name), "v1"))
    before = {r["id"]: r for r in client.read("package_show", id=name)["resources"]}
    press(shelf.keep(catalogue(name, purpose="Інша мета"), "v1"))
    package = client.read("package_show", id=name)
    assert extra_of(package, "purpose_of_collecting_information") == "Інша мета"
    after = {r["id"]: r for r in package["resources"]}
    assert {key: r["last_modified"] for key, r in after.items()} == {
        key: r["last_modified"] for key, r in before.items()
    }
    table = next(each.id for each in first.resources if each.datastore)
    assert client.read("datastore_search", anonymous=True, resource_id=table, limit=0)["total"] == 40


def test_a_changed_label_reaches_the_dictionary_without_a_reload(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    press(shelf.keep(catalogue(name), "v1"))
    renamed = (COLUMNS[0], COLUMNS[1].model_copy(update={"label": "Редакція"}), *COLUMNS[2:])
    result = press(shelf.keep(catalogue(name, columns=renamed), "v1", columns=renamed))
    table = next(each.id for each in result.resources if each.datastore)
    fields = client.read("datastore_info", id=table, resource_id=table)["fields"]
    assert next(field["info"]["label"] for field in fields if field["id"] == "version") == "Редакція"


def test_a_format_no_longer_made_disappears_and_a_foreign_resource_stays(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    press(shelf.keep(catalogue(name), "v1"))
    client.call("resource_create", package_id=name, name="Чужий", url="https://example.ua/a.pdf", format="PDF")
    result = press(shelf.keep(catalogue(name, formats=["CSV"]), "v2"))
    shown = {each["name"] for each in client.read("package_show", anonymous=True, id=name)["resources"]}
    assert shown == {"Чужий", *(each.name for each in result.resources)}
    assert {each.format for each in result.resources} == {"CSV"}


def test_an_existing_dataset_is_taken_over_with_its_ids_and_foreign_extras(
    client: PortalClient, shelf: Shelf, press: Press, name: str, organization: str
) -> None:
    old = client.call(
        "package_create", name=name, title="Старе", owner_org=organization,
        extras=[{"key": "spatial_note", "value": "місто"}],
        resources=[{"name": "роботи", "url": "https://example.ua/files/works.csv", "format": "CSV"}],
    )  # fmt: skip
    city = catalogue("taken-over", package=name)
    result = press(shelf.keep(city, "v1"))
    package = client.read("package_show", anonymous=True, id=name)
    assert package["id"] == old["id"]
    assert result.package == name
    table = next(each for each in result.resources if each.datastore)
    assert table.id == old["resources"][0]["id"]
    assert extra_of(package, "spatial_note") == "місто"
    assert press(shelf.keep(city, "v1")).unchanged


def test_an_edition_without_a_passing_decision_never_reaches_the_portal(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    for verdict in (None, "held", "rejected"):
        with pytest.raises(GateRefused):
            press(shelf.keep(catalogue(name), "v1", verdict=verdict))
    with pytest.raises(PortalMissing):
        client.read("package_show", id=name)


def test_bytes_exchanged_behind_the_portals_back_are_sent_again_after_an_interrupted_run(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    first, second = shelf.keep(catalogue(name), "v1"), shelf.keep(catalogue(name), "v2")
    result = press(first)
    file = next(each for each in result.resources if each.format == "JSON")
    # A killed worker leaves the new file under the old metadata: an upload that keeps hash and size does the same.
    client.revise(match__name=name, files={file.id: ("works.json", b" " * first[1].data_file("works", "JSON").size)})
    assert press(first).unchanged
    journal = press.journal.read(name)
    assert journal is not None
    press.journal.write(replace(journal, edition=second[1].address, done=False))
    assert not press(first).unchanged
    assert client.sha256_of(file.url)[0] == file.sha256


def test_a_dataset_somebody_made_private_is_not_shown_again(
    client: PortalClient, shelf: Shelf, press: Press, name: str
) -> None:
    press(shelf.keep(catalogue(name), "v1"))
    client.call("package_patch", id=name, private=True)
    with pytest.raises(PortalRefused, match="private on the portal"):
        press(shelf.keep(catalogue(name), "v2"))


def test_several_tables_are_published_together(client: PortalClient, shelf: Shelf, press: Press, name: str) -> None:
    city = catalogue(name, tables=("works", "stages"))
    result = press(shelf.keep(city, "v1", rows=12))
    tables = [each for each in result.resources if each.datastore]
    assert len(tables) == 2
    for each in tables:
        assert client.read("datastore_search", anonymous=True, resource_id=each.id, limit=0)["total"] == 12
    assert cells(12, "v1").shape == (12, len(COLUMNS))


def test_a_first_publication_that_the_portal_refuses_says_why(
    shelf: Shelf, press: Press, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PortalRefused("package_revise: larger than the portal's web server takes (413)")

    pair = shelf.keep(catalogue(name), "v1")
    with monkeypatch.context() as patched:
        patched.setattr(in_place, "send_files", refused)
        with pytest.raises(PortalRefused, match="413") as caught:
            press(pair)
    assert type(caught.value) is PortalRefused
    assert not press(pair).unchanged
