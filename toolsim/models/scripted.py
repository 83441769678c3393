"""A model that answers from a list or a function: for tests, and wherever answers are known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from toolsim.models.chat import ChatReply, ChatRequest
from toolsim.models.failures import FailureKind, ModelFailure

Answer = ChatReply | ModelFailure | str
"""A text stands for a reply with that content; a failure is raised."""


class ScriptedModel:
    """Answers as it was told to."""

    def __init__(self, script: Iterable[Answer] | Callable[[ChatRequest], Answer], name: str = "scripted") -> None:
        self.name = name
        self.requests: list[ChatRequest] = []
        """All requests so far, in order of arrival."""
        if callable(script):
            self._answer = script
        else:
            answers = iter(script)
            self._answer = lambda request: next(answers, _over())

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the next answer."""
        self.requests.append(request)
        answer = self._answer(request)
        if isinstance(answer, ModelFailure):
            raise answer
        return ChatReply(content=answer) if isinstance(answer, str) else answer


def _over() -> ModelFailure:
    return ModelFailure(FailureKind.REFUSED, "the script has no further answer")
