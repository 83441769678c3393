"""The stage: user, assistant and tool play a scenario, turn by turn, within budgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from toolsim.roleplay.actors import Assistant, Tool, User
from toolsim.roleplay.dialogue import Dialogue, FunctionCall, Message, WorldEvent
from toolsim.scenario.blueprint import Scenario

MOST_TURNS = 30
MOST_CALLS = 60
MOST_STEPS = 40
"""Messages of an assistant in answer to one turn."""
MOST_ALIKE = 4
"""Messages in a row that make the same calls; who goes on so never stops."""

Ended = Literal["complete", "turns", "calls"]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays."""

    user: User
    assistant: Assistant
    tool: Tool


@dataclass(slots=True)
class Stage:
    """One performance."""

    scenario: Scenario
    cast: Cast
    most_turns: int = MOST_TURNS
    most_calls: int = MOST_CALLS
    messages: list[Message] = field(default_factory=list)
    actors: list[str] = field(default_factory=list)
    events: list[WorldEvent] = field(default_factory=list)

    async def play(self, system: str) -> Ended:
        """Play to the end: until the user is done or a budget runs out."""
        self._add(Message(role="system", content=system), "scenario")
        for _ in range(self.most_turns):
            said = await self.cast.user.speak([m for m in self.messages if _spoken(m)])
            if said is None:
                return "complete"
            self._add(Message(role="user", content=said), f"user:{self.cast.user.name}")
            if not await self._answer():
                return "calls"
        return "turns"

    async def _answer(self) -> bool:
        """Let the assistant work until it says something; tell whether it stayed within its budget."""
        made: tuple[FunctionCall, ...] = ()
        alike = 0
        for _ in range(MOST_STEPS):
            message = await self.cast.assistant.act(self.messages)
            self._add(message, f"assistant:{self.cast.assistant.name}")
            if not message.tool_calls:
                return True
            before, made = made, tuple(call.function for call in message.tool_calls)
            alike = alike + 1 if made == before else 1
            if len(self.events) + len(made) > self.most_calls or alike == MOST_ALIKE:
                return False
            for call in message.tool_calls:
                result = await self.cast.tool.call(call)
                self.events.append(WorldEvent(call=call.id, fault=result.fault, wrote=result.wrote))
                self._add(Message(role="tool", content=result.content, tool_call_id=call.id), f"tool:{self.cast.tool.name}")
        return False

    def _add(self, message: Message, actor: str) -> None:
        self.messages.append(message)
        self.actors.append(actor)

    def record(self, ended: Ended, digest: str) -> Dialogue:
        """Give the record of the performance."""
        return Dialogue(
            id=self.scenario.id,
            category=self.scenario.category,
            language=self.scenario.language,
            tools=self.scenario.tools,
            messages=tuple(self.messages),
            actors=tuple(self.actors),
            events=tuple(self.events),
            digest=digest,
            ended=ended,
        )


def _spoken(message: Message) -> bool:
    return message.role == "user" or (message.role == "assistant" and bool(message.content))
