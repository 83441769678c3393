"""Asks a model that plays a role for one reply that can be used: not empty, not cut off, with calls that can be read."""

from __future__ import annotations

from typing import Final

from toolsim.models.chat import ChatModel, ChatReply, ChatRequest
from toolsim.models.failures import FailureKind, ModelFailure

TRIES: Final = 2
STEP: Final = 8
"""Attempts of one trajectory; those of the next one begin behind them, so that no two are asked the same."""


async def reply_to(model: ChatModel, request: ChatRequest) -> ChatReply:
    """Give a reply that says or calls something, asking again where it does not.

    Raises:
        ModelFailure: UNPARSED, when no reply could be used; or what the model raises.
    """
    problem = ""
    for tried in range(TRIES):
        reply = await model.complete(request.model_copy(update={"attempt": request.attempt + tried}) if tried else request)
        problem = _problem(reply)
        if not problem:
            return reply
    raise ModelFailure(FailureKind.UNPARSED, problem)


def _problem(reply: ChatReply) -> str:
    if reply.malformed:
        return "a call cannot be read"
    if not reply.calls and not reply.content.strip():
        return "nothing was said"
    return "the reply was cut off" if reply.finish == "length" else ""
