"""Records that cross a stage border or lie on disk: frozen, closed, as JSON Lines."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """The base of all records on disk; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def line(self) -> bytes:
        """Write the record as one line of JSON; what is not set and has a default is left out."""
        return self.model_dump_json(exclude_defaults=True).encode() + b"\n"
