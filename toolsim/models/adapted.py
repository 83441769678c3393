"""A model as its configuration makes it: tools and schemas go into the prompt where the endpoint has no means of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from toolsim.base.text import HAN, Language, Text
from toolsim.models import json_text
from toolsim.models.chat import ChatCall, ChatModel, ChatReply, ChatRequest
from toolsim.models.config import SchemaMode, ToolFormat
from toolsim.models.offered import PerTools
from toolsim.models.tool_parser import Written, parse_calls
from toolsim.models.tool_text import Dialect, neutral, write_calls, write_result, write_tools

SCHEMA_OPEN, SCHEMA_CLOSE = "<schema>", "</schema>"

_SCHEMA = Text(
    "Answer with one JSON value and nothing else. It must meet this JSON Schema:\n{schema}",
    "只输出一个JSON值，不要附加其他文字。它必须符合以下JSON Schema：\n{schema}",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What an endpoint offers, and what is asked of it whatever a request says."""

    tools: ToolFormat = "native"
    schema: SchemaMode = "prompt"
    temperature: float | None = None
    max_tokens: int | None = None


class Adapted:
    """A model that takes any request and passes on what the endpoint within understands."""

    def __init__(self, inner: ChatModel, offer: Offer) -> None:
        self._inner = inner
        self._offer = offer
        self._tools: PerTools[dict[Language, str]] = PerTools(lambda tools: {})

    @property
    def name(self) -> str:
        """The name of the model within."""
        return self._inner.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Answer a request; calls that came as text are told as calls."""
        offer = self._offer
        dialect = offer.tools if offer.tools != "native" else None
        as_text = dialect is not None and (bool(request.tools) or any(m.get("role") == "tool" for m in request.messages))
        reply = await self._inner.complete(self._adapt(request, dialect if as_text else None))
        return read_calls(reply, request) if as_text and request.tools else reply

    def _adapt(self, request: ChatRequest, dialect: Dialect | None) -> ChatRequest:
        changes: dict[str, Any] = {}
        if self._offer.temperature is not None:
            changes["temperature"] = self._offer.temperature
        if self._offer.max_tokens is not None:
            changes["max_tokens"] = self._offer.max_tokens
        in_prompt = self._offer.schema == "prompt" and request.answer_schema is not None
        if dialect or in_prompt:
            language = language_of(request)
            messages = request.messages
            parts = []
            if dialect:
                messages = tuple(as_text_messages(messages, dialect))
                changes["tools"] = ()
                if request.tools:
                    parts.append(self._offered(request, dialect, language))
            if in_prompt and (text := _schema_text(request, language)):
                parts.append(text)
            changes["messages"] = _with_system(messages, parts)
            changes["answer_schema"] = None if in_prompt else request.answer_schema
        return request.model_copy(update=changes) if changes else request

    def _offered(self, request: ChatRequest, dialect: Dialect, language: Language) -> str:
        written = self._tools.of(request.tools)
        if language not in written:
            written[language] = write_tools(request.tools, dialect, language)
        return written[language]


def language_of(request: ChatRequest) -> Language:
    """Tell the language in which people speak in a request."""
    spoken = (message.get("content") for message in request.messages if message.get("role") in ("system", "user"))
    return "zh" if any(isinstance(text, str) and HAN.search(text) for text in spoken) else "en"


def as_text_messages(messages: tuple[dict[str, Any], ...], dialect: Dialect) -> Iterator[dict[str, Any]]:
    """Write the calls and results of a conversation as text; results of one message's calls become one message."""
    names: dict[str, str] = {}
    results: list[str] = []
    for message in messages:
        role, content = message.get("role"), message.get("content") or ""
        if role == "tool":
            results.append(write_result(names.get(message.get("tool_call_id", ""), ""), content))
            continue
        if results:
            yield {"role": "user", "content": "\n".join(results)}
            results = []
        if role == "system" or not isinstance(content, str):
            yield message
            continue
        content = neutral(content)
        if calls := message.get("tool_calls"):
            names |= {call["id"]: call["function"]["name"] for call in calls}
            written = [Written(call["function"]["name"], call["function"]["arguments"]) for call in calls]
            content = f"{content}\n{write_calls(written, dialect)}".strip()
        yield {"role": role, "content": content}
    if results:
        yield {"role": "user", "content": "\n".join(results)}


def read_calls(reply: ChatReply, request: ChatRequest) -> ChatReply:
    """Read the calls out of a reply's text; their ids go on where the conversation's end."""
    if reply.calls:
        return reply
    parsed = parse_calls(reply.content, frozenset(tool.name for tool in request.tools))
    if not parsed.calls and not parsed.malformed:
        return reply
    made = sum(len(message.get("tool_calls") or ()) for message in request.messages)
    calls = tuple(ChatCall(id=f"call_{made + n}", name=c.name, arguments=c.arguments) for n, c in enumerate(parsed.calls, 1))
    finish = "tool_calls" if calls and reply.finish == "stop" else reply.finish
    return reply.model_copy(update={"content": parsed.text, "calls": calls, "malformed": parsed.malformed, "finish": finish})


def _schema_text(request: ChatRequest, language: Language) -> str:
    """Write the schema; nothing where a message shows it already."""
    schema = json_text.dumps(request.answer_schema)
    compact = schema.replace(" ", "")
    if any(compact in str(message.get("content")).replace(" ", "") for message in request.messages):
        return ""
    return _SCHEMA.say(language).format(schema="\n".join([SCHEMA_OPEN, json_text.inert(schema), SCHEMA_CLOSE]))


def _with_system(messages: tuple[dict[str, Any], ...], parts: list[str]) -> tuple[dict[str, Any], ...]:
    if not parts:
        return messages
    if messages and messages[0].get("role") == "system":
        first, rest = messages[0], messages[1:]
        return ({**first, "content": "\n\n".join([first.get("content") or "", *parts]).strip()}, *rest)
    return ({"role": "system", "content": "\n\n".join(parts)}, *messages)
