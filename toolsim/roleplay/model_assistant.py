"""A model as the assistant: it gets the conversation and the tools, and nothing of the scenario."""

from __future__ import annotations

from collections.abc import Sequence

from toolsim.apis.catalogue import Catalogue
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest, ChatTool
from toolsim.roleplay.dialogue import FunctionCall, Message, ToolCall
from toolsim.scenario.blueprint import Scenario

_WARM = 0.8
"""Temperature of the second and later trajectories of a scenario."""


class ModelAssistant:
    """Asks a model for each message of the assistant."""

    def __init__(
        self, scenario: Scenario, catalogue: Catalogue, model: ChatModel, sample: int = 0, temperature: float = 0.0
    ) -> None:
        """Set the assistant up.

        Args:
            sample: number of the trajectory, where several are made of one scenario.
        """
        self.name = model.name
        self._model = model
        self._sample = sample
        self._seed = scenario.seed % 2**31
        self._tools = tuple(_tool(catalogue, name, scenario) for name in scenario.tools)
        self._made = 0

    async def act(self, seen: Sequence[Message]) -> Message:
        """Call tools or answer."""
        request = ChatRequest(
            messages=tuple(message.openai() for message in seen),
            tools=self._tools,
            temperature=_WARM if self._sample else 0.0,
            seed=self._seed,
            attempt=self._sample,
        )
        return self._message(await self._model.complete(request))

    def _message(self, reply: ChatReply) -> Message:
        if not reply.calls:
            return Message(role="assistant", content=reply.content.strip())
        calls = []
        for call in reply.calls:
            self._made += 1
            calls.append(ToolCall(id=f"call_{self._made}", function=FunctionCall(name=call.name, arguments=call.arguments)))
        return Message(role="assistant", content=reply.content.strip() or None, tool_calls=tuple(calls))


def _tool(catalogue: Catalogue, name: str, scenario: Scenario) -> ChatTool:
    spec = catalogue.api(name).spec(scenario.language)
    return ChatTool(name=spec.name, description=spec.description, parameters=spec.parameters)
