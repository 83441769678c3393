"""Records that cross a stage border or lie on disk: frozen, closed, as JSON Lines."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Record(BaseModel):
    """The base of all records on disk; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def line(self) -> bytes:
        """Write the record as one line of JSON; what has a default and no other value is left out, constants aside."""
        return self.model_dump_json(exclude_defaults=True).encode() + b"\n"


def constant(value: T) -> T:
    """Declare a field that has one value only and is written all the same, such as a version."""
    # pydantic leaves out what equals a default that it can work out alone; one made from validated data it cannot
    field: T = Field(default_factory=lambda validated: value)
    return field
