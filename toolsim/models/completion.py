"""Reads a chat completion as any compatible endpoint writes it: thinking apart, calls with ids, arguments as JSON text."""

from __future__ import annotations

from typing import Any

import orjson

from toolsim.models.chat import ChatCall, ChatReply, Usage
from toolsim.models.failures import FailureKind, ModelFailure

_OPEN, _CLOSE = "<think>", "</think>"


def read_completion(data: bytes) -> ChatReply:
    """Read the body of a reply.

    Raises:
        ModelFailure: MALFORMED, when it is no chat completion.
    """
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise ModelFailure(FailureKind.MALFORMED, f"the reply of {len(data)} bytes is no JSON") from None
    try:
        choice = body["choices"][0]
        message = choice["message"]
        thought, content = split_thinking(_text(message.get("content")))
        beside = _text(message.get("reasoning_content") or message.get("reasoning"))
        calls = tuple(_call(call, index) for index, call in enumerate(message.get("tool_calls") or ()))
        return ChatReply(
            content=content or _text(message.get("refusal")),
            calls=calls,
            reasoning="\n".join(part for part in (beside, thought) if part),
            finish=choice.get("finish_reason") or ("tool_calls" if calls else "stop"),
            usage=_usage(body.get("usage")),
        )
    except (LookupError, TypeError, AttributeError, ValueError):
        raise ModelFailure(FailureKind.MALFORMED, _what(body)) from None


def split_thinking(text: str) -> tuple[str, str]:
    """Split leading thinking from the answer; the opening tag may be missing, since some templates put it into the prompt."""
    start = text.lstrip()
    opened = start.startswith(_OPEN)
    inside, close, answer = start.removeprefix(_OPEN).partition(_CLOSE)
    if close and (opened or _OPEN not in inside):
        return inside.strip(), answer.lstrip()
    return (inside.strip(), "") if opened else ("", text)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(part.get("text", "") for part in value if isinstance(part, dict))
    return value if isinstance(value, str) else ""


def _call(call: dict[str, Any], index: int) -> ChatCall:
    function = call["function"]
    arguments = function.get("arguments")
    if not isinstance(arguments, str):
        arguments = orjson.dumps(arguments or {}).decode()
    return ChatCall(id=call.get("id") or f"call_{index}", name=function["name"], arguments=arguments or "{}")


def _usage(usage: Any) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    return Usage(
        prompt_tokens=usage.get("prompt_tokens") or 0,
        completion_tokens=usage.get("completion_tokens") or 0,
    )


def _what(body: Any) -> str:
    if isinstance(body, dict) and "error" in body:
        error = body["error"]
        said = error.get("message") if isinstance(error, dict) else error
        return f"the endpoint answers with an error under status 200: {str(said)[:300]}"
    return "the reply is no chat completion"
