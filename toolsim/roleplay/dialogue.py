"""The record of a dialogue: messages in OpenAI form, who made each, and what happened in the world."""

from __future__ import annotations

from typing import Any, Literal

from toolsim.base.records import Record
from toolsim.base.text import Language


class FunctionCall(Record):
    """What is called."""

    name: str
    arguments: str
    """JSON text, as models write it."""


class ToolCall(Record):
    """One call in an assistant's message."""

    id: str
    type: Literal["function"] = "function"
    function: FunctionCall


class Message(Record):
    """One message of the OpenAI chat form."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None
    tool_calls: tuple[ToolCall, ...] | None = None
    tool_call_id: str | None = None

    def openai(self) -> dict[str, Any]:
        """Give the message as the chat API takes it."""
        out = self.model_dump(exclude_none=True)
        if self.role == "assistant" and self.content is None:
            out["content"] = None
        return out


class WorldEvent(Record):
    """What one call did in the world."""

    call: str
    """Id of the call."""
    fault: str = ""
    """Code, where the call was refused or its result is not whole."""
    wrote: tuple[str, ...] = ()
    """Rows that were written, as `table/key`."""


class Dialogue(Record):
    """One played dialogue."""

    version: Literal[1] = 1
    id: str
    """Of the scenario."""
    category: str
    language: Language
    tools: tuple[str, ...]
    """Names of the offered APIs, in order; the specs stand in the run's `tools.json`."""
    messages: tuple[Message, ...]
    actors: tuple[str, ...]
    """Who made each message: `scenario`, `user:planner`, `assistant:planner`, `tool:world`; or a model in place of planner."""
    events: tuple[WorldEvent, ...] = ()
    digest: str
    """Of the world at the end."""
    ended: Literal["complete", "turns", "calls"] = "complete"
    """Whether the user was done, or which budget ran out."""

    def line(self) -> bytes:
        """Write the dialogue as one line of JSON, messages in OpenAI form."""
        return self.model_dump_json(exclude_none=True).encode() + b"\n"
