"""What an actor is: a user who speaks, an assistant who calls or answers, a tool that executes. Each sees only its part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from toolsim.roleplay.dialogue import Message, ToolCall


class User(Protocol):
    """Plays the user."""

    name: str
    """`planner`, or the name of a model."""

    async def speak(self, seen: Sequence[Message]) -> str | None:
        """Say the next thing, or None when done; seen are the spoken turns of both, no calls and no results."""
        ...


class Assistant(Protocol):
    """Plays the assistant."""

    name: str

    async def act(self, seen: Sequence[Message]) -> Message:
        """Call tools or answer; seen is the whole conversation with the system message."""
        ...


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What executing one call gave."""

    content: str
    """JSON, as the assistant sees it."""
    fault: str = ""
    wrote: tuple[str, ...] = ()


class Tool(Protocol):
    """Executes calls."""

    name: str

    async def call(self, call: ToolCall) -> ToolResult:
        """Execute one call; seen is that call alone."""
        ...
