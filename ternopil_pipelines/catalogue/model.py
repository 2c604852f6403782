"""The words of sources.yaml as frozen models; the table of keys is the contract's, the defaults too.

Each model refuses unknown keys. What needs two entries at once (a holder that exists, an id used twice) is checked in
`loading`. Values like `${CKAN_URL}` stay as written here and are resolved when used, by `environment`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ternopil_pipelines.catalogue.cadence import Frequency
from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.catalogue.thresholds import Thresholds

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
PackageName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{2,100}$")]
Edrpou = Annotated[str, StringConstraints(pattern=r"^\d{8}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class City(_Frozen):
    title: Text
    edrpou: Edrpou
    timezone: str = "Europe/Kyiv"
    katottg: Annotated[str, StringConstraints(pattern=r"^UA\d{17}$")] | None = None
    bounds: tuple[float, float, float, float] | None = Field(default=None, description="west, south, east, north")

    @model_validator(mode="after")
    def _bounds_in_order(self) -> City:
        if self.bounds and not (self.bounds[0] < self.bounds[2] and self.bounds[1] < self.bounds[3]):
            raise ValueError("bounds are [west, south, east, north], west below east and south below north")
        return self


class Portal(_Frozen):
    url: Text = "${CKAN_URL}"
    token: Text = "${CKAN_API_TOKEN}"  # noqa: S105 - the name of a variable, not a token
    datastore_url: Text | None = None


class Contact(_Frozen):
    name: Text
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    phone: Text


class Holder(_Frozen):
    id: Id
    title: Text
    edrpou: Edrpou
    contact: Contact
    organization: PackageName | None = None
    token: Text | None = None
    confirmed: bool = False

    @property
    def organization_name(self) -> str:
        return self.organization or self.id


class Database(_Frozen):
    url: Text
    statement_timeout: Annotated[int, Field(gt=0)] = 300


class FolderSource(_Frozen):
    kind: Literal["folder"]
    pattern: Text = "*"
    sheet: Text | Annotated[int, Field(ge=1)] | None = None
    header: Annotated[int, Field(ge=1)] | None = None
    encoding: Text | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    keep: Literal["newest", "all"] = "newest"


class DatabaseSource(_Frozen):
    kind: Literal["database"]
    database: Id
    query: Text
    changed: Text | None = None


class Paging(_Frozen):
    kind: Literal["none", "page", "offset", "cursor", "next", "link"] = "none"
    parameter: Text | None = None
    size: Annotated[int, Field(gt=0)] | None = None
    size_parameter: Text | None = None
    start: Annotated[int, Field(ge=0)] | None = None
    next: Text | None = None
    total: Text | None = None


class ApiSource(_Frozen):
    kind: Literal["api"]
    url: Text
    records: Text | None = None
    paging: Paging = Paging()
    headers: dict[str, str] = {}
    parameters: dict[str, str | int | float | bool] = {}
    hosts: tuple[Text, ...] = ()
    private_network: bool = False
    changed: Text | None = None
    dialect: Literal["json", "arcgis", "ckan", "odata"] = "json"
    timeout: Annotated[float, Field(gt=0)] = 60.0


Source = Annotated[FolderSource | DatabaseSource | ApiSource, Field(discriminator="kind")]


class Table(_Frozen):
    id: Id
    source: Source
    structure: Annotated[str, StringConstraints(pattern=r"^\d+/[A-Za-z0-9]+$")] | None = None
    columns: tuple[Column, ...] = ()
    nulls: tuple[str, ...] = ("null",)
    on_error: Literal["reject", "quarantine"] = "reject"
    aliases: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_way_to_say_the_columns(self) -> Table:
        if bool(self.structure) == bool(self.columns):
            raise ValueError("exactly one of `structure` (annex/table) and `columns` (a list) is expected")
        if self.id in {"edition", "publication"} or self.id.startswith("raw"):
            raise ValueError("a table may not be called `edition`, `publication` or begin with `raw`")
        return self


State = Literal["active", "no source yet", "not applicable", "restricted", "retired"]
Format = Literal["CSV", "JSON", "XLSX", "GeoJSON"]


class Dataset(_Frozen):
    id: Id
    title: Annotated[str, StringConstraints(min_length=1, max_length=254, strip_whitespace=True)]
    description: Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
    purpose: Annotated[str, StringConstraints(min_length=1, max_length=512, strip_whitespace=True)]
    keywords: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=2, max_length=100)], ...], Field(min_length=1)
    ]
    holder: Id
    frequency: Frequency
    required: Annotated[str, StringConstraints(pattern=r"^(all|local)/\d+$")] | None = None
    package: PackageName | None = None
    language: str = "ua"
    license: str = "cc-by"
    publish_mode: Literal["in_place", "ab", "direct"] = "in_place"
    moderation: Literal["never", "first", "changes", "always"] = "never"
    embargo: datetime | None = None
    state: State = "active"
    reason: Text | None = None
    thresholds: Thresholds = Thresholds()
    formats: tuple[Format, ...] | None = None
    tables: tuple[Table, ...] = ()

    @property
    def package_name(self) -> str:
        return self.package or self.id

    @property
    def active(self) -> bool:
        """Has tables that are received and published."""
        return self.state == "active"

    @property
    def page_only(self) -> bool:
        """Has a page on the portal that says why there are no data."""
        return self.state in {"not applicable", "restricted"}

    def table(self, table_id: str) -> Table:
        return next(each for each in self.tables if each.id == table_id)

    @model_validator(mode="after")
    def _state_and_tables_agree(self) -> Dataset:
        if self.state == "active" and not self.tables:
            raise ValueError("`tables` are required unless `state` says why there is none")
        if self.state in {"not applicable", "restricted"} and not self.reason:
            raise ValueError(f"state `{self.state}` needs a `reason`")
        return self


class Catalogue(_Frozen):
    """The whole of sources.yaml, valid. `columns_of` answers for structures and own columns alike."""

    version: Literal[1]
    city: City
    portal: Portal = Portal()
    landing: Text = "${LANDING_DIR:-landing}"
    editions: Text = "${TERNOPIL_HOME:-.ternopil}/editions"
    ledger: Text = "sqlite:///${TERNOPIL_HOME:-.ternopil}/ledger.db"
    holders: tuple[Holder, ...]
    databases: dict[Id, Database] = {}
    datasets: tuple[Dataset, ...]

    def dataset(self, dataset_id: str) -> Dataset:
        return next(each for each in self.datasets if each.id == dataset_id)

    def holder_of(self, dataset: Dataset) -> Holder:
        return next(each for each in self.holders if each.id == dataset.holder)

    def embargo_of(self, dataset: Dataset) -> datetime | None:
        """The moment from which the dataset may go out, by the city's clock, as a time without a zone is meant."""
        zone, until = ZoneInfo(self.city.timezone), dataset.embargo
        if until is None:
            return None
        return until.astimezone(zone) if until.tzinfo else until.replace(tzinfo=zone)

    @property
    def active(self) -> tuple[Dataset, ...]:
        return tuple(each for each in self.datasets if each.active)
