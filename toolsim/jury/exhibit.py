"""The exhibit: what a juror sees of a dialogue. Who made it, its scenario, its id and its world are not in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import orjson

from toolsim.base import seeds
from toolsim.base.text import Language
from toolsim.roleplay.dialogue import Dialogue, Message

_LEAST: Final = 2
"""Letters of a quotation; a single one stands in any dialogue."""


@dataclass(frozen=True)
class Exhibit:
    """A dialogue as jurors see it."""

    language: Language
    category: str
    """Chooses the rubric; models are not told."""
    messages: tuple[Message, ...]
    specs: tuple[dict[str, Any], ...]
    """Offered tools in OpenAI form, in the order offered."""

    @classmethod
    def of(cls, dialogue: Dialogue, specs: Mapping[str, dict[str, Any]]) -> Exhibit:
        """Show a dialogue, with the specs of its tools by name; tools that have none are shown by their name."""
        offered = (specs.get(name) or {"type": "function", "function": {"name": name}} for name in dialogue.tools)
        return cls(dialogue.language, dialogue.category, dialogue.messages, tuple(map(_in_order, offered)))

    @cached_property
    def lines(self) -> tuple[dict[str, Any], ...]:
        """The messages in plain form, numbered from 1; arguments and results as data where they are JSON."""
        return tuple(_plain(number, message) for number, message in enumerate(self.messages, 1))

    @cached_property
    def tools(self) -> tuple[dict[str, Any], ...]:
        """The offered tools in plain form."""
        functions = (spec["function"] for spec in self.specs)
        return tuple({key: f[key] for key in ("name", "description", "parameters") if key in f} for f in functions)

    @cached_property
    def key(self) -> str:
        """Digest of all that is shown; equal for dialogues that look alike."""
        return seeds.digest(orjson.dumps([self.language, self.category, self.tools, self.lines]))

    @property
    def length(self) -> int:
        """Characters of the messages."""
        return sum(len(text) for text in self._texts)

    def holds(self, quotation: str) -> bool:
        """Tell whether a quotation stands in one message, letter by letter."""
        return len(quotation.strip()) >= _LEAST and any(quotation in text for text in self._texts)

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        return tuple(_texts(self.messages))


def _in_order(spec: dict[str, Any]) -> dict[str, Any]:
    """Bring the keys into one order, so that a spec looks the same fresh from the pool and read from a file."""
    ordered: dict[str, Any] = orjson.loads(orjson.dumps(spec, option=orjson.OPT_SORT_KEYS))
    return ordered


def _texts(messages: Iterable[Message]) -> Iterable[str]:
    """Give every text that stands in the messages, each by itself."""
    for message in messages:
        if message.content:
            yield message.content
        for call in message.tool_calls or ():
            yield call.function.name
            yield call.function.arguments


def _plain(number: int, message: Message) -> dict[str, Any]:
    out: dict[str, Any] = {"message": number, "from": message.role}
    if message.role == "tool":
        return {**out, "to_call": message.tool_call_id, "result": _data(message.content)}
    if message.content is not None:
        out["text"] = message.content
    if message.tool_calls:
        calls = [{"call": c.id, "tool": c.function.name, "arguments": _data(c.function.arguments)} for c in message.tool_calls]
        out["calls"] = calls
    return out


def _data(text: str | None) -> Any:
    try:
        return orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return text
