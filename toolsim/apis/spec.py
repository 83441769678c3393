"""What a caller is told of an API: one frozen record in each language."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from toolsim.base.text import Language


class FaultSpec(BaseModel):
    """A way in which the API may refuse a valid call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    message: str
    """May hold `{}` slots that are filled at run time."""


class ApiSpec(BaseModel):
    """One API in one language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    name: str
    """`^[a-zA-Z0-9_-]{1,64}$`, unique over the pool."""
    pack: str
    """domain/subdomain."""
    language: Language
    verb: str
    effect: str
    """READ or WRITE."""
    description: str
    parameters: dict[str, Any]
    """JSON Schema, draft 2020-12: a closed object."""
    result: dict[str, Any]
    """JSON Schema, draft 2020-12: a closed object."""
    faults: tuple[FaultSpec, ...]
    examples: tuple[dict[str, Any], ...]
    """Arguments that the schema accepts."""

    def openai(self) -> dict[str, Any]:
        """Give the spec as a tool of the OpenAI chat API."""
        function = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return {"type": "function", "function": function}
