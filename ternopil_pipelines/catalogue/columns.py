"""A column of a table, whether an official structure or sources.yaml declares it.

Types are the official ones. How a cell becomes such a value, and what breaks it, is the cleaning's.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

ColumnType = Literal["string", "integer", "decimal", "boolean", "date", "dateTime", "time", "anyURL"]

STRUCTURE_ONLY = ("official", "null_word", "rule")


class Personal(BaseModel):
    """Why a column with personal data may be published: the legal ground and who approved."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    ground: Annotated[str, StringConstraints(min_length=1)]
    approver: Annotated[str, StringConstraints(min_length=1)]


class Column(BaseModel):
    """`required`: no cell may be blank. `null_word`: the official structure lets `null` stand for an absent value even
    where the column is required. `rule` names a shared value rule (`katottg`, `edrpou`, `latitude` …), see `clean`.
    The last three, `STRUCTURE_ONLY`, are words of the structures and not of sources.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, StringConstraints(min_length=1, max_length=63)]
    type: ColumnType
    label: str | None = None
    description: str | None = None
    key: bool = False
    required: bool = False
    unique: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | str | None = None
    maximum: float | str | None = None
    aliases: tuple[str, ...] = ()
    personal: Personal | None = None
    official: bool = False
    null_word: bool = False
    rule: str | None = None

    @property
    def title(self) -> str:
        return self.label or self.name

    @model_validator(mode="after")
    def _pattern_compiles(self) -> Column:
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"`pattern` is not a regular expression: {error}") from None
        return self
