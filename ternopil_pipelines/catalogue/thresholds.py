"""How much a new edition may differ before somebody is told (`warn`) or asked (`error`), per dataset.

A number alone is the limit of the error, as it always was; `{warn: …, error: …}` sets both, and what is left out is not
asked. What each share is of, the table below says; what is noticed beyond it is the gates'.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

Amount = Annotated[float, Field(ge=0)]


class Limits(BaseModel):
    """Beyond `warn` a remark, beyond `error` the edition waits for a person; None: never."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    warn: Amount | None = None
    error: Amount | None = None

    @model_validator(mode="before")
    @classmethod
    def _number_is_the_error(cls, given: Any) -> Any:
        return {"error": given} if isinstance(given, (int, float)) and not isinstance(given, bool) else given

    @model_validator(mode="after")
    def _warns_first(self) -> Limits:
        if self.warn is not None and self.error is not None and self.warn > self.error:
            raise ValueError("`warn` is expected to be at most `error`")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        written = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [{"type": "number", "minimum": 0}, written]}


class Share(Limits):
    """Of a whole: from 0 to 1."""

    @model_validator(mode="after")
    def _of_a_whole(self) -> Share:
        if any(limit is not None and limit > 1 for limit in (self.warn, self.error)):
            raise ValueError("a share from 0 to 1 is expected")
        return self


class Thresholds(BaseModel):
    """`rows_drop`: share of the last edition's rows that are gone; `rows_growth`: rows added, as a share of them;
    `keys_replaced`: share of keys that are gone; `values_lost`: share of a column's values that are gone; `shift`: how
    far a column's distribution moved, 0 not at all and 1 wholly; `references`: share of rows that refer to nothing;
    `content_age`: age of the newest date inside the data, in periods of the dataset's frequency; `quarantine`: share of
    broken rows that may be set aside."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    rows_drop: Share = Share(warn=0.1, error=0.2)
    rows_growth: Limits = Limits(warn=0.5)
    keys_replaced: Share = Share(warn=0.25, error=0.5)
    values_lost: Share = Share(warn=0.3, error=0.9)
    shift: Share = Share(warn=0.35)
    references: Share = Share(warn=0.0, error=0.5)
    content_age: Limits | None = Limits(warn=2.0)
    quarantine: Annotated[float, Field(ge=0, le=1)] = 0.05
