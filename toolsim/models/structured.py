"""Answers that meet a schema: read, validated, and asked for again with what is wrong, a bounded number of times."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from toolsim.base.records import Record
from toolsim.base.text import Language, Text
from toolsim.models import json_text
from toolsim.models.adapted import language_of
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest, Usage
from toolsim.models.failures import FailureKind, ModelFailure

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_MOST_MESSAGES = 5
_LONGEST_MESSAGE = 200

_REPAIR = Text(
    "This answer cannot be used:\n{problems}\nAnswer again with the corrected JSON and nothing else.",
    "这个回答无法使用：\n{problems}\n请重新输出改正后的JSON，不要附加其他文字。",
)
_NO_JSON = Text("- it holds no JSON", "- 其中没有JSON")
_CUT_OFF = Text("- it was cut off; be shorter", "- 内容被截断，请写短一些")


class StructuredAnswer(Record):
    """An answer that meets its schema."""

    value: Any
    usage: Usage
    """All tries together."""
    repairs: int = 0
    """How often it had to be asked for again."""


async def ask(model: ChatModel, request: ChatRequest, repairs: int = 2) -> StructuredAnswer:
    """Ask for an answer that meets the request's schema.

    Raises:
        ModelFailure: UNPARSED, when it is still wrong after so many repairs; or what the model raises.
    """
    if request.answer_schema is None:
        raise TypeError("a structured answer needs a schema")
    validator = _validator(request.answer_schema)
    language = language_of(request)
    usage = Usage(calls=0)
    asked, problems = request, ""
    for tried in range(repairs + 1):
        reply = await model.complete(asked)
        usage += reply.usage
        good, value, problems = _read(reply, validator, language)
        if good:
            return StructuredAnswer(value=value, usage=usage, repairs=tried)
        asked = _repair(request, reply, problems, language, tried + 1)
    raise ModelFailure(FailureKind.UNPARSED, f"still wrong after {repairs} repairs: {problems}")


def _read(reply: ChatReply, validator: Validator, language: Language) -> tuple[bool, Any, str]:
    problems = ""
    for value in json_text.candidates(reply.content):
        found = _problems(value, validator)
        if not found:
            return True, value, ""
        problems = problems or found
    if reply.finish == "length":
        problems = _CUT_OFF.say(language)
    return False, None, problems or _NO_JSON.say(language)


def _problems(value: Any, validator: Validator) -> str:
    errors = sorted(validator.iter_errors(value), key=lambda error: error.json_path)
    return "\n".join(f"- {error.json_path}: {error.message[:_LONGEST_MESSAGE]}" for error in errors[:_MOST_MESSAGES])


def _repair(request: ChatRequest, reply: ChatReply, problems: str, language: Language, tried: int) -> ChatRequest:
    attempt = request.attempt + tried
    if not reply.content.strip():
        return request.model_copy(update={"attempt": attempt})
    turns = (
        {"role": "assistant", "content": reply.content},
        {"role": "user", "content": _REPAIR.say(language).format(problems=problems)},
    )
    return request.model_copy(update={"messages": (*request.messages, *turns), "attempt": attempt})


def _validator(schema: Mapping[str, Any]) -> Validator:
    return _compiled(orjson.dumps(schema))


@lru_cache(maxsize=1024)
def _compiled(schema: bytes) -> Validator:
    import jsonschema  # takes a second, and most runs ask for nothing structured

    return jsonschema.Draft202012Validator(orjson.loads(schema))
