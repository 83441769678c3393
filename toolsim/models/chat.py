"""What a chat model is: one request in, one reply out. Everything that talks to models speaks these records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from toolsim.base.records import Record


class ChatTool(Record):
    """A tool offered to a model."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema."""


class ChatRequest(Record):
    """One call of a model, free of everything that does not change the answer."""

    messages: tuple[dict[str, Any], ...]
    """In OpenAI form."""
    tools: tuple[ChatTool, ...] = ()
    answer_schema: dict[str, Any] | None = None
    """JSON Schema that the answer must meet."""
    temperature: float = 0.0
    seed: int | None = None
    max_tokens: int = 1024
    stop: tuple[str, ...] = ()
    attempt: int = 0
    """Counts requests that are meant to differ though all else is equal: samples of one prompt, repairs."""


class ChatCall(Record):
    """A tool call as a model made it."""

    id: str
    name: str
    arguments: str
    """JSON text as written; it may be malformed."""


class Usage(Record):
    """What one or several calls cost."""

    calls: int = 1
    prompt_tokens: int = 0
    completion_tokens: int = 0
    money: float = 0.0
    """In the currency of the price list."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            money=self.money + other.money,
        )


class ChatReply(Record):
    """What a model answered."""

    content: str = ""
    calls: tuple[ChatCall, ...] = ()
    reasoning: str = ""
    """Thinking that the endpoint returns beside the answer, or in <think> tags; never shown to other roles."""
    malformed: tuple[str, ...] = ()
    """Pieces of text that were meant as calls and cannot be read; only where calls are written as text."""
    finish: str = "stop"
    """stop, length, tool_calls, or what the endpoint says."""
    usage: Usage = Usage(calls=1)


class ChatModel(Protocol):
    """A model that can be asked. Implementations raise ModelFailure and nothing else."""

    @property
    def name(self) -> str:
        """How the model is named in records; never holds a key."""
        ...

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Answer a request.

        Raises:
            ModelFailure: no answer could be had; its kind says why.
        """
        ...


Prices = Mapping[str, tuple[float, float]]
"""Model -> price of a million prompt tokens and of a million completion tokens."""
