"""A model as the assistant: it gets the conversation and the tools, and nothing of the scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from toolsim.apis.catalogue import Catalogue
from toolsim.base.text import Language
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest, ChatTool
from toolsim.roleplay.asking import STEP, reply_to
from toolsim.roleplay.dialogue import FunctionCall, Message, ToolCall
from toolsim.scenario.blueprint import Scenario

_WARM: Final = 0.8
"""Temperature of the second and later trajectories of a scenario."""


class ModelAssistant:
    """Asks a model for each message of the assistant."""

    def __init__(self, scenario: Scenario, tools: Iterable[ChatTool], model: ChatModel, sample: int = 0) -> None:
        """Set the assistant up.

        Args:
            tools: as they are offered, in order.
            sample: number of the trajectory, where several are made of one scenario.
        """
        self.name = model.name
        self._model = model
        self._sample = sample
        self._seed = scenario.seed % 2**31
        self._tools = tuple(tools)
        self._written: list[dict[str, Any]] = []
        self._made = 0

    async def act(self, seen: Sequence[Message]) -> Message:
        """Call tools or answer.

        Raises:
            ModelFailure: the model gave no reply, or only such as nobody can use.
        """
        # the conversation only ever grows, so that each message is written once
        self._written += [message.openai() for message in seen[len(self._written) :]]
        request = ChatRequest(
            messages=tuple(self._written),
            tools=self._tools,
            temperature=_WARM if self._sample else 0.0,
            seed=self._seed,
            attempt=self._sample * STEP,
        )
        return self._message(await reply_to(self._model, request))

    def _message(self, reply: ChatReply) -> Message:
        content = reply.content.strip()
        if not reply.calls:
            return Message(role="assistant", content=content)
        calls = []
        for call in reply.calls:
            self._made += 1
            calls.append(ToolCall(id=f"call_{self._made}", function=FunctionCall(name=call.name, arguments=call.arguments)))
        return Message(role="assistant", content=content or None, tool_calls=tuple(calls))


def tool_of(catalogue: Catalogue, name: str, language: Language) -> ChatTool:
    """Give an API as a model is offered it: name, description and parameters."""
    spec = catalogue.api(name).spec(language)
    return ChatTool(name=spec.name, description=spec.description, parameters=spec.parameters)
